"""What a request says, checked: every reader returns what makes sense, or raises a `Refusal` that says why."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from brownout_core.flows.request import FlowRequest
from brownout_core.front_door.answers import CORRELATION_HEADER, Refusal
from brownout_core.front_door.telling import Outlet
from brownout_core.records import OPEN_STATES, LetterState

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=FlowRequest)

MAX_PAGE: Final = 1000
_CORRELATION_NAME: Final = CORRELATION_HEADER.lower()


class Asked(NamedTuple):
    """One request. Header names are in lower case; the path is decoded, the query is not."""

    request_id: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    outlet: Outlet | None = None
    """Where an answer goes that comes in pieces; None: it is to come whole."""


class RedriveOptions(BaseModel):
    """How one letter is redriven."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    insist: bool = False
    """Also where it is poison."""


class RedriveLotOptions(RedriveOptions):
    """Which letters are redriven."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = MAX_PAGE
    after: str = ""
    """The letter behind which to go on: `next_after` of the lot before."""


class PageOptions(NamedTuple):
    """Which letters are shown."""

    states: Sequence[LetterState]
    limit: int
    after: str


def split_target(target: str) -> tuple[str, str]:
    """A request's path, decoded, and its query, not decoded."""
    if not target.isascii():
        # Bytes that are no UTF-8 arrive as lone surrogates, which nothing behind this door can write down.
        target = target.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if not target.startswith("/"):
        target = _origin_form(target)
    path, _, query = target.partition("?")
    return (unquote(path) if "%" in path else path), query


def _origin_form(target: str) -> str:
    try:
        split = urlsplit(target)
    except ValueError:
        raise Refusal(400, "bad_request", "the request's target cannot be read") from None
    return f"{split.path or '/'}?{split.query}"


def operation_in(asked: Asked, kind: type[R]) -> R:
    """What a flow is asked for."""
    operation_id = asked.headers.get(_CORRELATION_NAME)
    if operation_id is None:
        raise Refusal(
            400, "correlation_id_missing", f"the header {CORRELATION_HEADER} names the operation; it is missing"
        )
    data = _object(asked.body)
    if data.setdefault("operation_id", operation_id) != operation_id:
        raise Refusal(400, "correlation_id_mismatch", f"operation_id and {CORRELATION_HEADER} differ")
    return _valid(kind, data)


def options_in(asked: Asked, kind: type[M]) -> M:
    """The options in a body; none is all defaults."""
    return _valid(kind, _object(asked.body) if asked.body else {})


def page_in(asked: Asked) -> PageOptions:
    """Which letters a query asks for."""
    fields = parse_qs(asked.query, keep_blank_values=True)
    states = tuple(_state(each) for each in fields.get("state", ())) or OPEN_STATES
    return PageOptions(states, _limit(fields.get("limit", ["100"])[-1]), fields.get("after", [""])[-1])


def _valid(kind: type[M], data: dict[str, Any]) -> M:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        # Where and what, never the value: it may be what must not be repeated.
        details = tuple(
            {"field": ".".join(map(str, each["loc"])), "problem": each["msg"]}
            for each in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise Refusal(400, "validation_failed", "the request is not valid", details) from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "malformed_json", "the body is not JSON") from None
    if not isinstance(data, dict):
        raise Refusal(400, "malformed_json", "the body is not a JSON object")
    return data


def _state(text: str) -> LetterState:
    try:
        return LetterState(text)
    except ValueError:
        raise Refusal(400, "bad_parameter", f"state must be one of {', '.join(LetterState)}") from None


def _limit(text: str) -> int:
    # Four digits at most: Python refuses to read thousands of them, and nobody means them.
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE:
        return int(text)
    raise Refusal(400, "bad_parameter", f"limit must be in [1, {MAX_PAGE}]")
