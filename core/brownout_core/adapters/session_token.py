"""Session tokens: JSON Web Tokens that are signed with RS256 (RFC 7519), read and judged without a network.

The clock is handed in. Nothing of a token is believed before its signature is found right.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from brownout_core.services.auth import TokenExpired, TokenForged, TokenMalformed, TokenNotYetValid

SKEW_S: Final = 5.0
"""By how much the vendor's clock and ours may differ."""
LONGEST: Final = 16_384
_FAR_S: Final = 2**53


class PublicKey(NamedTuple):
    """An RSA key, of which the vendor has the other half."""

    n: int
    e: int


class Token(NamedTuple):
    """A token, read and not believed."""

    kid: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read_token(text: str) -> Token:
    """What a token says. Raises `TokenMalformed` for what is none, or is signed in another way."""
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3 or not text.isascii():
        raise TokenMalformed("not a token of three parts")
    try:
        header, claims = (orjson.loads(_bytes_of(part)) for part in parts[:2])
        signature = _bytes_of(parts[2])
    except ValueError as error:
        raise TokenMalformed("a part of the token cannot be read") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenMalformed("header and claims are not objects")
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str) or not kid:
        raise TokenMalformed("not signed with RS256 and a named key")
    return Token(kid, header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


def check_signature(token: Token, key: PublicKey) -> None:
    """Raises `TokenForged`, unless the key's other half has signed the token."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        RSAPublicNumbers(key.e, key.n).public_key().verify(token.signature, token.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise TokenForged("the signature does not match") from None


def check_time(token: Token, now_s: float) -> tuple[float, float]:
    """When the token was issued and when it expires, if now is its time. `now_s` is wall-clock seconds."""
    expires_s, issued_s = _instant(token, "exp"), _instant(token, "iat")
    starts_s = _instant(token, "nbf") if "nbf" in token.claims else issued_s
    if now_s > expires_s + SKEW_S:
        raise TokenExpired(f"expired {now_s - expires_s:.0f} s ago")
    if max(starts_s, issued_s) > now_s + SKEW_S:
        raise TokenNotYetValid(f"valid in {max(starts_s, issued_s) - now_s:.0f} s")
    return issued_s, expires_s


def read_key(jwk: Any) -> tuple[str, PublicKey] | None:
    """Id and key of one entry of a key set (RFC 7517); None for what is of another kind. Raises `ValueError`."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig":
        return None
    kid, numbers = jwk.get("kid"), (jwk.get("n"), jwk.get("e"))
    if not isinstance(kid, str) or not all(isinstance(number, str) for number in numbers):
        raise ValueError("a key without kid, n and e")
    n, e = (int.from_bytes(_bytes_of(str(number))) for number in numbers)
    if n.bit_length() < 2_048 or e < 3 or e % 2 == 0:
        raise ValueError("a key that is none")
    return kid, PublicKey(n, e)


def _instant(token: Token, name: str) -> float:
    value = token.claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _FAR_S:
        raise TokenMalformed(f"{name} is not an instant")
    return float(value)


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
