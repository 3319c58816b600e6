"""Answers as bytes: status line, headers, body."""

from http.client import responses
from typing import Any, Final

from brownout_simulators.call import Sending

_STATUS_LINES: Final = {status: f"HTTP/1.1 {status} {phrase}\r\n" for status, phrase in responses.items()}
_BODILESS: Final = frozenset({204, 304})


def answer_bytes(sending: Sending, method: str, version: Any, *, keep_alive: bool) -> bytes:
    """A whole answer with a known length. `version` is that of the request, a pair of numbers."""
    connection = ""
    if not keep_alive:
        connection = "close"
    elif version < (1, 1):
        connection = "keep-alive"
    length = None if sending.status in _BODILESS else len(sending.body)
    head = head_bytes(sending, length, connection, chunked=False)
    return head if length is None or method == "HEAD" else head + sending.body


def head_bytes(sending: Sending, length: int | None, connection: str, *, chunked: bool = True) -> bytes:
    """Status line and headers. Without a length the body goes out in chunks, or there is none."""
    status = sending.status
    lines = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in sending.headers.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}\r\n")
    elif chunked:
        lines.append("Transfer-Encoding: chunked\r\n")
    if connection:
        lines.append(f"Connection: {connection}\r\n")
    text = "".join(lines)
    if text.count("\n") != len(lines):
        # A vendor echoed something with a line break in it: no header of the caller's making may come of that.
        lines[1:] = [line.replace("\r", "").replace("\n", "") + "\r\n" for line in lines[1:]]
        text = "".join(lines)
    return f"{text}\r\n".encode("latin-1", "replace")
