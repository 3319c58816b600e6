"""What a simulator refuses for its user's sake: live credentials, and foreign names for a local server."""

import base64
import binascii
import re
from collections.abc import Mapping

# The shape that vendors share for live secrets: a short prefix, `_live_`, then the secret.
_LIVE = re.compile(r"(?:^|[^a-z0-9])[a-z]{2,8}_live_[0-9A-Za-z]{3}")
# In free text, only what is long enough to be a secret: "we_live_here" is none.
_LIVE_IN_TEXT = re.compile(r"(?:^|[^a-z0-9])[a-z]{2,8}_live_[0-9A-Za-z]{12}")

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def looks_live(text: str) -> bool:
    """Whether `text` holds something in the shape of a live credential."""
    return "_live_" in text and _LIVE.search(text) is not None


def carries_live_credential(headers: Mapping[str, str], query: str, body: bytes) -> bool:
    """Whether a request carries a live-looking credential: in any header (Basic is decoded), query or body."""
    for value in headers.values():
        if "_live_" in value and looks_live(value):
            return True
    authorization = headers.get("authorization", "")
    if authorization[:6] == "Basic " and looks_live(_decoded(authorization[6:])):
        return True
    if b"_live_" in body and _LIVE_IN_TEXT.search(body.decode("utf-8", "replace")) is not None:
        return True
    return "_live_" in query and _LIVE_IN_TEXT.search(query) is not None


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def is_loopback_host(host: str) -> bool:
    """Whether a Host header, or a URL's host and port, names this machine's loopback."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and host.count(":") == 1 else host
    if name.startswith("[") and "]:" in name:
        name = name[: name.index("]") + 1]
    name = name.rstrip(".").lower()
    return name in LOOPBACK_NAMES or name.endswith(".localhost") or _is_loopback_ip4(name)


def _is_loopback_ip4(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(_is_byte(part) for part in parts)


def _is_byte(part: str) -> bool:
    return len(part) <= 3 and part.isascii() and part.isdigit() and int(part) < 256
