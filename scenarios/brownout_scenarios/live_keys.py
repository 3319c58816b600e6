"""Credentials that look live: refused wherever they turn up, however they are written, and never written down."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

# The shape that vendors share: a short prefix, `_live_`, the secret. Of the three prefixes that are nothing else the
# secret may be missing; of others it must be long enough to be one: "we_live_here" is no key.
_LIVE: Final = re.compile(r"(?<![a-z0-9])(?:[srp]k_live_|[a-z]{2,8}_live_[0-9a-z]{12})", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))", re.IGNORECASE)
_BASIC: Final = re.compile(r"\bbasic\s+([a-z0-9+/_-]{8,}={0,2})", re.IGNORECASE)
DEPTH: Final = 3
"""An encoding within an encoding within an encoding; deeper, nobody reads it as a key."""


def looks_live(text: str) -> bool:
    """Whether a text holds what looks like a production credential, plain or encoded."""
    return any(_LIVE.search(form) for form in _forms(text))


def _forms(text: str) -> Iterator[str]:
    """The text, and what it says once it is decoded: percent-encoding, escapes, Basic credentials."""
    for _ in range(DEPTH):
        yield text
        for found in _BASIC.finditer(text):
            yield _basic(found[1])
        decoded = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), unquote(text))
        if decoded == text:
            return
        text = decoded
    yield text


def _basic(text: str) -> str:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
