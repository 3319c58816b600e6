"""The handshake of a websocket (RFC 6455, 4.2): checked before the vendor is asked, answered when it opens one."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Final

from brownout_simulators.hosts.http1.reading import Request, RequestRefused

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def check_handshake(request: Request) -> None:
    """Raises `RequestRefused` for a request that says it wants a websocket, and does not say it right."""
    headers = request.headers
    if not (request.wants_websocket and request.is_http11):
        raise RequestRefused(400, "a websocket is opened by GET with `Connection: Upgrade` and `Upgrade: websocket`")
    if headers.get("sec-websocket-version", "").strip() != "13":
        raise RequestRefused(400, "Sec-WebSocket-Version must be 13")
    try:
        key = base64.b64decode(headers.get("sec-websocket-key", "").strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 16:
        raise RequestRefused(400, "Sec-WebSocket-Key must be 16 bytes in base64")


def accepting(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """The lines of an answer that opens a websocket."""
    key = headers.get("sec-websocket-key", "").strip().encode()
    accepted = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest()).decode()
    return "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accepted}"
