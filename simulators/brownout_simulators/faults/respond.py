"""Respond: an error status instead of the vendor's work."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Literal

from brownout_simulators.call import Reply
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.http_date import retry_after_header

Body = Literal["vendor", "html", "json"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond(Fault):
    """Answer with `status` before any work is done: the effect does not happen."""

    stage: ClassVar[Stage] = Stage.ANSWER

    status: int = 503
    body: Body = "vendor"
    """`vendor`: its own error body and headers (500, 502, 503, 504). `html`, `json`: from an edge in front of it."""
    retry_after_s: float | None = None
    """Adds a Retry-After header."""
    retry_after_form: Literal["seconds", "date"] = "seconds"

    def __post_init__(self) -> None:
        if self.body == "vendor":
            require(
                self.status in (500, 502, 503, 504),
                f"respond.status: 500, 502, 503, 504 with the vendor's body (any with html, json), got {self.status}",
            )
        require(300 <= self.status <= 599, f"respond.status: 300 to 599, got {self.status}")
        require_seconds("respond.retry_after_s", self.retry_after_s)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        if self.body == "vendor":
            on.answer = on.errors.server_error(on.call, self.status)
        else:
            on.answer = edge_reply(self.status, self.body)
            on.from_edge = True
        if self.retry_after_s is not None:
            on.answer.headers["retry-after"] = retry_after_header(self.retry_after_s, self.retry_after_form, on.wall_s)
        return True
