"""JSON Web Tokens with HS256, signed and read: what a project's legacy keys and its users' access tokens are."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson

REMEMBERED: Final = 4_096
"""Tokens whose signature was looked at and is not looked at again: reading one costs more than a select."""

_HEADER: Final = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")


class BadToken(Exception):
    """It is none, or not signed with this secret. `why` is PostgREST's word for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def sign(secret: str, claims: Mapping[str, Any]) -> str:
    """A token of these claims; the same claims in the same order give the same token."""
    signed = _HEADER + b"." + _encoded(orjson.dumps(dict(claims)))
    return (signed + b"." + _encoded(_mac(secret, signed))).decode()


@lru_cache(maxsize=REMEMBERED)
def claims_of(secret: str, token: str) -> Mapping[str, Any]:
    """What the token claims; whether it has expired is another question. Raises `BadToken`."""
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken(f"Expected 3 parts in JWT; got {len(parts)}")
    try:
        header, payload = orjson.loads(_decoded(parts[0])), orjson.loads(_decoded(parts[1]))
        signature = _decoded(parts[2])
    except (ValueError, binascii.Error):
        raise BadToken("JWT cryptographic operation failed") from None
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise BadToken("Wrong or unsupported encoding algorithm")
    if header.get("alg") != "HS256":
        raise BadToken("Wrong or unsupported encoding algorithm")
    if not hmac.compare_digest(signature, _mac(secret, f"{parts[0]}.{parts[1]}".encode())):
        raise BadToken("JWT cryptographic operation failed")
    return MappingProxyType(payload)


@lru_cache(maxsize=REMEMBERED)
def unverified(token: str) -> Mapping[str, Any]:
    """What the token says of itself, whoever signed it; empty where it is none."""
    parts = token.split(".")
    try:
        payload = orjson.loads(_decoded(parts[1])) if len(parts) == 3 else None
    except (ValueError, binascii.Error):
        payload = None
    return MappingProxyType(payload if isinstance(payload, dict) else {})


def _mac(secret: str, signed: bytes) -> bytes:
    return hmac.digest(secret.encode(), signed, hashlib.sha256)


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
