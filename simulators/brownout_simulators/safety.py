"""What a simulator refuses for its user's sake: live credentials, and foreign names for a local server.

Texts are looked at as whoever reads them decodes them: percent-encoded, JSON-escaped, Basic. A request without any of
that costs a few searches for a character.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote_plus

# The shape that vendors share for live secrets: a short prefix, `_live_`, then the secret.
_LIVE: Final = re.compile(r"(?:^|[^a-z0-9])[a-z]{2,8}_live_[0-9A-Za-z]{3}")
# In free text, only what is long enough to be a secret: "we_live_here" is none.
_LIVE_IN_TEXT: Final = re.compile(r"(?:^|[^a-z0-9])[a-z]{2,8}_live_[0-9A-Za-z]{12}")
# A character of `_live_` that is percent-encoded, or escaped as in JSON.
_PERCENT: Final = re.compile(r"%(?:5[Ff]|6[Cc59]|76)")
_ESCAPE: Final = re.compile(r"\\u00(?:5[Ff]|6[Cc59]|76)")
_ESCAPED: Final = re.compile(r"\\u00([0-9a-fA-F]{2})")

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{0,5})?|::1")
_BASIC_HEADERS: Final = ("authorization", "proxy-authorization")
_SCHEMES: Final = ("http", "https")
_CREDENTIAL_LENGTH: Final = 256
"""Characters of a credential that is known again, at most."""


def looks_live(text: str) -> bool:
    """Whether `text`, as it stands or percent-decoded, holds something in the shape of a live credential."""
    if "_live_" in text and _LIVE.search(text) is not None:
        return True
    return "%" in text and _LIVE.search(unquote_plus(text)) is not None


def bytes_look_live(data: bytes) -> bool:
    """The same of free text, such as a body: as it stands, percent-decoded, or with JSON's escapes read."""
    return _text_looks_live(data.decode("latin-1"))  # what is looked for is ASCII, in whatever stands around it


def _text_looks_live(text: str) -> bool:
    if not _may_look_live(text):
        return False
    if _LIVE_IN_TEXT.search(text) is not None or _LIVE_IN_TEXT.search(unquote_plus(text)) is not None:
        return True
    return _LIVE_IN_TEXT.search(_ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)) is not None


def _may_look_live(text: str) -> bool:
    """Without `_live_`, or an encoded character of it, what is not there as it stands is not there decoded either."""
    if "_live_" in text:
        return True
    # One character is found at once; a longer text is looked for step by step.
    return ("%" in text and _PERCENT.search(text) is not None) or ("\\" in text and _ESCAPE.search(text) is not None)


def carries_live_credential(path: str, query: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a request carries a live-looking credential: in its path (which is decoded), its query, any header (Basic
    is decoded) or its body."""
    if _may_look_live("\n".join((path, query, *headers.values(), body.decode("latin-1")))):
        if looks_live(path) or any(map(looks_live, headers.values())):
            return True
        if _text_looks_live(query) or bytes_look_live(body):
            return True
    for name in _BASIC_HEADERS:
        credential = headers.get(name)
        if credential is not None and credential[:5].lower() == "basic":
            look = _basic_looks_live if len(credential) <= _CREDENTIAL_LENGTH else _basic_looks_live.__wrapped__
            if look(credential):
                return True
    return False


@lru_cache(maxsize=256)
def _basic_looks_live(credential: str) -> bool:
    """Most clients come with the same one again and again."""
    return looks_live(_decoded(credential[5:]))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.rstrip("= \t") + "===", altchars=b"-_").decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def is_loopback_host(host: str) -> bool:
    """Whether a Host header, or a URL's host and port, names this machine's loopback."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match[1] or host).lower().removesuffix(".")
    if name == "localhost" or (name.endswith(".localhost") and all(name.split("."))):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def is_of_a_foreign_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser says of a request that a page of another site, or of another port of this machine, has made it.
    Programs say nothing of the kind."""
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and origin not in {f"{scheme}://{headers.get('host', '')}" for scheme in _SCHEMES}
