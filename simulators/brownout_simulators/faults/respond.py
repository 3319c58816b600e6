"""Respond: an answer that the fault writes, instead of the vendor's work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, Final, Literal

from brownout_simulators.call import Reply
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.http_date import retry_after_header
from brownout_simulators.faults.verbatim import put_on, require_headers
from brownout_simulators.spelling import named, nearest
from brownout_simulators.vendor import Vendor

Body = Literal["vendor", "html", "json"]

CONTENT_LIMIT: Final = 64 * 1024
_OWN: Final = (500, 502, 503, 504)
_WITHOUT_BODY: Final = (204, 205)


def edge_reply(status: int, body: Literal["html", "json"]) -> Reply:
    """What a proxy in front of a vendor says, with nothing of the vendor in it."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    if body == "json":
        return Reply(status, json.dumps({"message": phrase}).encode(), {"content-type": "application/json"})
    page = (
        f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n"
        f"<body>\r\n<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Reply(status, page.encode(), {"content-type": "text/html; charset=utf-8"})


def require_status(kind: str, status: int, body: Body) -> None:
    """Raise `FaultError` unless an answer of this kind of fault can have that status."""
    if body == "vendor":
        text = f"{kind}.status: 500, 502, 503, 504 with the vendor's body (any with html, json), got {status}"
        require(status in _OWN, text)
    is_possible = 200 <= status <= 599 and status not in _WITHOUT_BODY
    require(is_possible, f"{kind}.status: 200 to 599, but for 204 and 205, which have no body; got {status}")


def objection_to_error(kind: str, vendor: Vendor[Any], error: str | int) -> str:
    """Why this vendor cannot say that, by a fault of this kind; "" where it can."""
    if str(error) in vendor.named_errors:
        return ""
    near = nearest(str(error), vendor.named_errors)
    hint = f"; did you mean {near}?" if near else ""
    return (
        f"{kind}.error: {vendor.name} has no error named {named(str(error))}{hint} "
        f"(`brownout vendors {vendor.name}` lists them)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond(Fault):
    """Answer so before any work is done: the effect does not happen, whatever the status says."""

    stage: ClassVar[Stage] = Stage.ANSWER
    of_any_host: ClassVar[bool] = True

    status: int | None = None
    """503, where nothing is said. The vendor's body goes with 500, 502, 503 and 504, an edge's with any."""
    error: str | int | None = None
    """One of the vendor's own errors, by its name (`brownout vendors` lists them): status, body and headers are its. A
    declined payment leaves a payment that was declined."""
    body: Body = "vendor"
    """`vendor`: its own error body and headers. `html`, `json`: from an edge in front of it, with none of them."""
    content: str | None = None
    """The body of the edge's answer, word for word."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Written word for word, in place of those of the same name: `{content-type: text/plain, retry-after: soon}`."""
    retry_after_s: float | None = None
    """Adds a Retry-After header."""
    retry_after_form: Literal["seconds", "date"] = "seconds"

    def __post_init__(self) -> None:
        if self.error is not None:
            is_alone = self.status is None and self.body == "vendor" and self.content is None
            require(is_alone, "respond.error: says status and body already; leave status, body and content out")
        if self.content is not None:
            require(self.body != "vendor", "respond.content: goes with body html or json, from an edge")
            size = len(self.content.encode("utf-8", "replace"))
            require(size <= CONTENT_LIMIT, f"respond.content: at most {CONTENT_LIMIT} bytes, got {size}")
        require_status("respond", self._status, self.body)
        require_headers("respond.headers", self.headers)
        require_seconds("respond.retry_after_s", self.retry_after_s)

    @property
    def _status(self) -> int:
        return 503 if self.status is None else self.status

    def objection(self, vendor: Vendor[Any]) -> str:
        """A vendor has only its own errors."""
        return "" if self.error is None else objection_to_error("respond", vendor, self.error)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        on.headers = self.headers
        if self.retry_after_s is not None:
            on.retry_after = retry_after_header(self.retry_after_s, self.retry_after_form, on.wall_s)
        if self.error is not None:
            on.data = on.named_errors[str(self.error)].provoked(on.call)
        if on.data is None:
            on.answer = self._answer(on)
            put_on(on.answer.headers, on.said)  # a vendor may say the same figure in other headers, too
        return True

    def worked(self, on: Strike) -> bool:
        """The vendor has refused, and as was asked for: it was neither a repetition, nor content with what it read."""
        return self.error is not None and on.came_to == on.named_errors[str(self.error)].status

    def _answer(self, on: Strike) -> Reply:
        if self.error is not None:
            return on.named_errors[str(self.error)].reply(on.call)
        if self.body == "vendor":
            return on.errors.server_error(on.call, self._status)
        on.from_edge = True
        answer = edge_reply(self._status, self.body)
        if self.content is not None:
            answer.body = self.content.encode("utf-8", "replace")
        return answer
