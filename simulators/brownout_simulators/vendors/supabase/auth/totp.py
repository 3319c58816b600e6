"""Time-based one-time passwords (RFC 6238), with what every authenticator expects: SHA-1, 30 s, six digits."""

import base64
import hmac
from typing import Final
from urllib.parse import quote, urlencode

PERIOD_S: Final = 30
DIGITS: Final = 6
SKEW: Final = 1
"""So many periods before and after the present one are good as well (GoTrue's `totp.ValidateOpts`)."""


def secret_of(random_bytes: bytes) -> str:
    """A secret as it is typed into an authenticator."""
    return base64.b32encode(random_bytes).decode().rstrip("=")


def code_at(secret: str, wall_s: float) -> str:
    """The code of an instant (RFC 4226, section 5.3)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(wall_s) // PERIOD_S).to_bytes(8), "sha1")
    at = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def is_good(secret: str, code: str, wall_s: float) -> bool:
    """Whether it is the code of now, or was or will be a moment ago or hence."""
    offered = code.strip().encode("utf-8", "replace")
    periods = (wall_s + PERIOD_S * step for step in range(-SKEW, SKEW + 1))
    return any(hmac.compare_digest(code_at(secret, each_s).encode(), offered) for each_s in periods if each_s >= 0)


def uri_of(issuer: str, known: str, secret: str) -> str:
    """What an authenticator scans."""
    about = {"algorithm": "SHA1", "digits": DIGITS, "issuer": issuer, "period": PERIOD_S, "secret": secret}
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(known, safe='@')}?{urlencode(about)}"


def picture_of(uri: str) -> str:
    """An image with the address in it. It is no QR code: nobody scans what a test enrols."""
    shown = uri.replace("&", "&amp;").replace("<", "&lt;")
    size = 'width="480" height="48"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text x="8" y="28" font-size="8">{shown}</text></svg>'
