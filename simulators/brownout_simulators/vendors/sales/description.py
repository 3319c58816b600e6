"""The contract as an OpenAPI 3.1 document, made when it is first asked for."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.sales.answers import OAUTH_ERROR, PROBLEM, PROBLEM_MEMBERS, WEBHOOKS
from brownout_simulators.vendors.sales.contract import CONTRACT, SCOPES, Answer, Terms, problems_of
from brownout_simulators.vendors.sales.errors import PROBLEM as PROBLEM_TYPE
from brownout_simulators.vendors.sales.errors import PROBLEMS
from brownout_simulators.vendors.sales.resources import State
from brownout_simulators.vendors.sales.shapes import Listed, Record, Schema, Shape, Text

_JSON: Final = "application/json"
_EVERYWHERE: Final = ("X-Request-Id", "X-Correlation-ID")
_HEADERS: Final = {
    "X-Request-Id": "of this request; the books know it by this name",
    "X-Correlation-ID": "as it was sent, or one of the system's own",
    "ETag": "of this version",
    "Location": "where it is",
    "Cache-Control": "not to be kept",
    "Retry-After": "seconds, or a date",
    "WWW-Authenticate": "how to authenticate",
}
_KEYS: Final = ("Idempotency-Key", "X-Idempotency-Key")
_EDGE: Final = {"502": "Bad Gateway", "504": "Gateway Timeout"}


def fetch(_call: Call, _account: Account[State]) -> Reply:
    """GET /api/v2/openapi.json."""
    return Reply(200, _serialised(), {"Content-Type": _JSON}, body_is_trimmed=True)


@cache
def _serialised() -> bytes:
    return bytes(memoryview(orjson.dumps(description())))


@cache
def description() -> dict[str, Any]:
    """The document. Everybody gets the same one: nobody may change it."""
    paths: dict[str, dict[str, Any]] = {}
    for route, terms in CONTRACT.items():
        method, _, path = route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(route, terms)
    records = _named(_all_records())
    return {
        "openapi": "3.1.0",
        "info": {"title": "pyxis sales system", "version": "2.1.0"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "webhooks": {record.named: {"post": _webhook(record)} for record in WEBHOOKS},
        "components": {
            "schemas": {
                **{record.named: {**record.whole(), **_told(record)} for record in records},
                "Problem": Record(members=PROBLEM).whole(),
            },
            "headers": {name: _header(about) for name, about in _HEADERS.items()},
            "securitySchemes": {
                "client": {"type": "http", "scheme": "basic"},
                "token": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": "/oauth2/token",
                            "scopes": {scope: scope.replace(".", ": ") for scope in SCOPES},
                        }
                    },
                },
            },
        },
    }


def _operation(route: str, terms: Terms) -> dict[str, Any]:
    method, _, path = route.partition(" ")
    words = [part.strip("{}") for part in path.replace(".", "/").split("/") if part not in {"", "api", "v2"}]
    operation: dict[str, Any] = {
        "operationId": "_".join([method.lower(), *words]).replace("-", "_"),
        "summary": terms.about,
        "responses": _responses(route, terms),
        "security": {
            "token": [{"token": [terms.scope]}],
            "client": [{"client": []}, {}],
            "none": [],
        }[terms.access],
    }
    parameters = [*_parameters(path, terms)]
    if parameters:
        operation["parameters"] = parameters
    if terms.body is not None:
        kinds = ["application/x-www-form-urlencoded"] if terms.form else [_JSON]
        if terms.patch:
            kinds.insert(0, "application/merge-patch+json")
        schema = terms.body.schema()
        required = any(not shape.optional for shape in terms.body.members.values())
        operation["requestBody"] = {"required": required, "content": {kind: {"schema": schema} for kind in kinds}}
    return operation


def _webhook(event: Record) -> dict[str, Any]:
    names = ("X-Pyxis-Event-Id", "X-Pyxis-Delivery-Id", "X-Pyxis-Attempt", "X-Pyxis-Signature", "X-Signature")
    return {
        "summary": ", ".join(event.members["type"].schema()["enum"]),
        "parameters": [_parameter(name, "header", Text(), required=True) for name in names],
        "requestBody": {"required": True, "content": {_JSON: {"schema": event.schema()}}},
        "responses": {
            "2XX": {"description": "taken, within five seconds"},
            "410": {"description": "no more of them: the endpoint is disabled"},
        },
    }


def _parameters(path: str, terms: Terms) -> Iterator[dict[str, Any]]:
    for part in path.split("/"):
        if part.startswith("{"):
            yield _parameter(part.strip("{}"), "path", Text(longest=200), required=True)
    for name, shape in terms.query.items():
        yield _parameter(name, "query", shape)
    yield _parameter("X-Correlation-ID", "header", Text(longest=128))
    if terms.key:
        about = "either header, 16 to 255 of A-Z a-z 0-9 . _ : / -, quoted or bare; " + (
            "one is required" if terms.key == "required" else "may be left out"
        )
        for name in _KEYS:
            yield _parameter(name, "header", Text(longest=257, about=about))
    if terms.conditional == "read":
        yield _parameter("If-None-Match", "header", Text())
    if terms.conditional.startswith("write"):
        yield _parameter("If-Match", "header", Text(), required=terms.conditional == "write")


def _parameter(name: str, place: str, shape: Shape, *, required: bool = False) -> dict[str, Any]:
    schema = shape.schema()
    about = {"description": shape.about} if shape.about else {}
    return {"name": name, "in": place, "required": required, "schema": schema, **about}


def _responses(route: str, terms: Terms) -> dict[str, Any]:
    found = {str(status): _response(answer) for status, answer in terms.answers.items()}
    codes = sorted(problems_of(route, terms), key=lambda code: (PROBLEMS[code][0], code))
    for status, group in groupby(codes, key=lambda code: PROBLEMS[code][0]):
        found[str(status)] = _refusal(status, list(group))
    if terms.access == "client":
        for status, about in ((400, "the request is not one"), (401, "the client is not known")):
            found[str(status)] = _response(Answer(about, OAUTH_ERROR, ("WWW-Authenticate",) if status == 401 else ()))
    for edge, title in _EDGE.items():
        page = {"text/html": {"schema": {"type": "string"}}}
        found[edge] = {"description": f"{title}: from the edge", "headers": _headers(()), "content": page}
    return found


def _response(answer: Answer) -> dict[str, Any]:
    content = {} if answer.body is None else {"content": {_JSON: {"schema": answer.body.schema()}}}
    return {"description": answer.about, "headers": _headers(answer.headers), **content}


def _refusal(status: int, codes: list[str]) -> dict[str, Any]:
    """Those of one status: which codes there are, and what they tell beyond what every problem tells."""
    members: dict[str, Schema] = {"code": {"type": "string", "enum": codes}, "status": {"type": "integer"}}
    for code in codes:
        members |= {name: shape.described() for name, shape in PROBLEM_MEMBERS.get(code, {}).items()}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "properties": members}]}
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}.get(status, ())
    return {
        "description": "; ".join(PROBLEMS[code][1] for code in codes),
        "headers": _headers(headers),
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_EVERYWHERE, *names)}


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "required": True, "schema": {"type": "string"}}


def _told(record: Record) -> dict[str, str]:
    return {"description": record.about} if record.about else {}


def _all_records() -> Iterator[Record]:
    yield OAUTH_ERROR
    yield from WEBHOOKS
    for terms in CONTRACT.values():
        if terms.body is not None:
            yield terms.body
        yield from (answer.body for answer in terms.answers.values() if answer.body is not None)


def _named(records: Iterable[Record]) -> list[Record]:
    """Those that have a name, and those within them."""
    found: dict[str, Record] = {}
    waiting: list[Shape] = list(records)
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, Listed):
            waiting.append(shape.of)
        if isinstance(shape, Record):
            if shape.named and not shape.optional:
                found[shape.named] = shape
            waiting += shape.members.values()
    return [found[name] for name in sorted(found)]
