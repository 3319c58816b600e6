"""Answers as bytes: status line, headers, body."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from brownout_simulators.call import Sending
from brownout_simulators.hosts.http1.reading import Request

JSON: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
DEFECT: Final = "the simulator has a defect: see its log"

_STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status} {status.phrase}" for status in HTTPStatus}
BODILESS: Final = frozenset({204, 304})
"""Statuses of answers that have no body, whatever a vendor says."""


def answer_bytes(sending: Sending, request: Request) -> bytes:
    """A whole answer with a known length."""
    if sending.status in BODILESS:
        return head_bytes(sending, request, keep_alive=request.keep_alive)
    length = f"Content-Length: {len(sending.body)}"
    head = head_bytes(sending, request, length, keep_alive=request.keep_alive)
    return head if request.method == "HEAD" else head + sending.body


def head_bytes(sending: Sending, request: Request, *framing: str, keep_alive: bool) -> bytes:
    """Status line and headers. `framing` are the lines that say what follows them."""
    lines = [f"{name}: {value}" for name, value in sending.headers.items()]
    lines += framing
    if not keep_alive:
        lines.append("Connection: close")
    elif not request.is_http11:
        lines.append("Connection: keep-alive")
    text = "".join(lines)  # to find a character is quicker than to count it
    if "\n" in text or "\r" in text:
        # A vendor echoed something with a line break in it: no header of the caller's making may come of that.
        lines = [line.replace("\r", "").replace("\n", "") for line in lines]
    status = _STATUS_LINES.get(sending.status) or f"HTTP/1.1 {sending.status} "
    return "\r\n".join((status, *lines, "\r\n")).encode("latin-1", "replace")


def own_answer(status: int, body: bytes, request: Request, headers: Mapping[str, str] = JSON) -> bytes:
    """An answer of the host itself."""
    return answer_bytes(Sending(status, headers, body), request)


def message(text: str) -> bytes:
    """The body of an answer in which the host says why."""
    return json.dumps({"error": {"message": text}}).encode()
