"""Credentials that look live: what moves real money is refused wherever it turns up, and never written down.

Vendors share a shape: a short prefix, `_live_`, then the secret. What was received is looked at as whoever reads it
would decode it: percent-encoding, JSON's escapes, the base64 of HTTP's Basic credentials.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

# A value that is a credential, alone or after its scheme: `ak_live_…`, `Bearer ak_live_…`, `key=ak_live_…`.
_CREDENTIAL: Final = re.compile(r"\s*(?:\w+\s+|[\w.-]+=)?[a-z]{2,8}_live_[0-9A-Za-z]{3}\S*\s*")
# In running text only what is long enough to be a secret, or Stripe's own: "we_live_here" is none.
_IN_TEXT: Final = re.compile(r"(?<![a-z0-9])(?:[srp]k_live_[0-9A-Za-z]{3}|[a-z]{2,8}_live_[0-9A-Za-z]{12})")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_DECODED_AT_MOST: Final = 2


def is_live(value: str) -> bool:
    """Whether a value (a variable of the environment, a header) is a live credential, or holds one."""
    return any(_CREDENTIAL.fullmatch(text) or _IN_TEXT.search(text) for text in _readings(value))


def holds_live(text: str) -> bool:
    """Whether a text (a body, a path with its query) holds a live credential."""
    return any(_IN_TEXT.search(reading) for reading in _readings(text))


def carries_live(target: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a request carries a live credential: in its path and query, any header, or its body."""
    if ("%" in target or "_live_" in target) and holds_live(target):
        return True
    # A mere look at the bytes costs a tenth of decoding them, and says no of nearly every body.
    if (b"_live_" in body or b"\\u" in body or b"%" in body) and holds_live(body.decode("utf-8", "replace")):
        return True
    together = "\n".join(headers.values())
    if "_live_" in together or "%" in together or "basic " in together.lower():
        return any(is_live(value) for value in headers.values())
    return False


def _readings(text: str) -> Iterator[str]:
    """`text`, and what it becomes for a reader who decodes it."""
    yield text
    if text[:6].lower() == "basic ":
        yield _plain(text[6:])
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        yield text
    for _ in range(_DECODED_AT_MOST):
        if "%" not in text:
            return
        text = unquote(text)
        yield text


def _plain(encoded: str) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
