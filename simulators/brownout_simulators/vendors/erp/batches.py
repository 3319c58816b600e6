"""`$batch`: up to a hundred requests in one, as JSON or in parts, in groups that are done whole or not at all.

default                  in order, until the first that fails: what follows is absent from the answer
odata.continue-on-error  all of them
an atomicity group, or Isolation: snapshot for all: where one fails, those before it are reported as they went, and
                         are rolled back: what exists, only a GET can tell
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.erp.errors import ERRORS, JSON, problem, refuse
from brownout_simulators.vendors.erp.inside import inner_call, perform
from brownout_simulators.vendors.erp.parts import BadParts, read_parts, written_parts
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.setup import setup_of

MOST: Final = 100
METHODS: Final = frozenset({"GET", "POST", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    """Those of one group, next to each other, are done together."""
    depends_on: Sequence[str] = ()


@dataclass(slots=True)
class Progress:
    """How far a batch has come."""

    replies: dict[str, Reply] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where what a request has made is, by the request's id: others of the batch may name it."""
    effects: list[Effect] = field(default_factory=list)
    took_s: float = 0.0
    committed: int = 0

    def failed(self, ids: Sequence[str]) -> bool:
        """Whether one of these has failed, or was not done."""
        return any(id not in self.replies or self.replies[id].status >= 400 for id in ids)  # noqa: A001


def carry_out(call: Call, account: Account[State]) -> Reply:
    """POST …/$batch."""
    in_parts = call.headers.get("content-type", "").lower().startswith("multipart/mixed")
    items = _in_parts(call) if in_parts else _in_json(call)
    prefer = call.headers.get("prefer", "").replace(" ", "")
    goes_on = "continue-on-error" in prefer and "continue-on-error=false" not in prefer
    if call.headers.get("isolation", call.headers.get("odata-isolation", "")).strip().lower() == "snapshot":
        items = [Item(each.id, each.method, each.url, each.headers, each.data, "snapshot") for each in items]
    progress = Progress()
    most = setup_of(account).batch_commits
    for group, members in groupby(items, key=lambda each: each.group or f"\0{each.id}"):
        together = list(members)
        if _carry_out_group(call, account, progress, together, is_atomic=not group.startswith("\0")):
            progress.committed += len(together)
        elif not goes_on:
            break
        if most and progress.committed >= most:
            return _lost(call, progress)
    body, kind = _written(account, items, progress.replies, in_parts=in_parts)
    headers = {"content-type": kind, "odata-version": "4.0"}
    return Reply(200, body, headers, effects=progress.effects, begins_in_s=progress.took_s)


def _lost(call: Call, progress: Progress) -> Reply:
    """The answer does not come: what was committed until here stands."""
    reply = ERRORS.server_error(call, 502)
    reply.effects, reply.begins_in_s = progress.effects, progress.took_s
    return reply


def _carry_out_group(
    call: Call, account: Account[State], progress: Progress, items: Sequence[Item], *, is_atomic: bool
) -> bool:
    """One after the other. Whether all of them went well; what an atomic group did otherwise is rolled back."""
    journal = account.state.journal
    effects: list[Effect] = []
    if is_atomic:
        journal.begin()
    try:
        for item in items:
            reply = _carry_out_one(call, account, progress, item)
            progress.replies[item.id] = reply
            progress.took_s += reply.begins_in_s
            effects += reply.effects
            if reply.status >= 400:
                if is_atomic:
                    journal.roll_back()
                    effects.clear()
                return False
    finally:
        journal.keep()
        progress.effects += effects
    return True


def _carry_out_one(call: Call, account: Account[State], progress: Progress, item: Item) -> Reply:
    if progress.failed(item.depends_on):
        return problem(call, "BadRequest_FailedDependency")
    url = item.url
    if url.startswith("$"):
        name, slash, rest = url[1:].partition("/")
        if name in progress.places:
            url = f"{progress.places[name]}{slash}{rest}"
    inner = inner_call(call, item.method, url, item.headers, item.data)
    if inner.path.endswith("/$batch"):
        return problem(call, "BadRequest", "A batch holds no batches.")
    reply = perform(inner, account)
    if "location" in reply.headers:
        progress.places[item.id] = reply.headers["location"]
    return reply


# -- as it comes and goes ---------------------------------------------------------------------------------------------


def _in_json(call: Call) -> list[Item]:
    requests = call.data.get("requests")
    if not isinstance(requests, list) or not 1 <= len(requests) <= MOST:
        raise refuse(call, "BadRequest", f"requests is a list of 1 to {MOST}.")
    items: list[Item] = []
    ids: set[str] = set()
    for request in requests:
        item = _read(call, request)
        if item.id in ids:
            raise refuse(call, "BadRequest", f"The id {item.id[:40]!r} is there twice.")
        if not ids >= set(item.depends_on):
            raise refuse(call, "BadRequest", "dependsOn names requests that come before.")
        ids.add(item.id)
        items.append(item)
    return items


def _read(call: Call, request: Any) -> Item:
    if not isinstance(request, dict):
        raise refuse(call, "BadRequest", "A request is an object.")
    id, method, url = (request.get(name) for name in ("id", "method", "url"))  # noqa: A001
    if not isinstance(id, str) or not id or not isinstance(url, str) or not url:
        raise refuse(call, "BadRequest", "A request has an id and a url.")
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise refuse(call, "BadRequest", "A request has a method: get, post, patch or delete.")
    given = {name: value for name, value in request.items() if value is not None}
    headers, depends_on, group = given.get("headers", {}), given.get("dependsOn", []), given.get("atomicityGroup", "")
    if not isinstance(headers, dict) or not isinstance(group, str) or not isinstance(depends_on, list):
        raise refuse(call, "BadRequest", "headers is an object, atomicityGroup a text, dependsOn a list.")
    return Item(
        id,
        method.upper(),
        url,
        {str(name).lower(): str(value) for name, value in headers.items()},
        _body(call, given.get("body")),
        group,
        [str(each) for each in depends_on],
    )


def _body(call: Call, body: Any) -> Mapping[str, Any]:
    """Some clients put the body there as a text."""
    if isinstance(body, str):
        try:
            body = orjson.loads(body) if body.strip() else {}
        except orjson.JSONDecodeError:
            raise refuse(call, "BadRequest", "The body of a request is JSON.") from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise refuse(call, "BadRequest", "The body of a request is an object.")
    return body


def _in_parts(call: Call) -> list[Item]:
    try:
        parts = read_parts(call.headers.get("content-type", ""), call.body)
    except BadParts as bad:
        raise refuse(call, "BadRequest", f"{bad}.") from None
    if not 1 <= len(parts) <= MOST:
        raise refuse(call, "BadRequest", f"A batch has 1 to {MOST} requests.")
    items = []
    for place, part in enumerate(parts, 1):
        if part.method.upper() not in METHODS:
            raise refuse(call, "BadRequest", "A request has a method: GET, POST, PATCH or DELETE.")
        data = _body(call, part.body.decode(errors="replace"))
        items.append(Item(part.content_id or str(place), part.method.upper(), part.url, part.headers, data, part.group))
    if len({item.id for item in items}) < len(items):
        raise refuse(call, "BadRequest", "A Content-ID is there twice.")
    return items


def _written(
    account: Account[State], items: Sequence[Item], replies: Mapping[str, Reply], *, in_parts: bool
) -> tuple[bytes, str]:
    """The body of the answer, and its type."""
    answered = [(item, replies[item.id]) for item in items if item.id in replies]
    if in_parts:
        return written_parts([(item.id, item.group, reply) for item, reply in answered], account.ids.hexadecimal(12))
    return orjson.dumps({"responses": list(_responses(answered))}), JSON


def _responses(answered: Sequence[tuple[Item, Reply]]) -> Iterator[dict[str, Any]]:
    for item, reply in answered:
        response: dict[str, Any] = {"id": item.id, "status": reply.status, "headers": dict(reply.headers)}
        if item.group and item.group != "snapshot":
            response["atomicityGroup"] = item.group
        if reply.body:
            is_json = "json" in reply.headers.get("content-type", "")
            response["body"] = orjson.Fragment(reply.body) if is_json else reply.body.decode(errors="replace")
        yield response
