"""Assertions by which an application asks for an access token (RFC 7523), signed with RS256."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HEADER: Final = {"alg": "RS256", "typ": "JWT"}


def pem(text: str) -> str:
    """Reads a private key from one line of the environment, where line ends may be written as `\\n`."""
    key = text.replace("\\n", "\n")
    if "PRIVATE KEY-----" not in key:
        raise ValueError("must be a private key in PEM")
    return key


def assertion(claims: Mapping[str, Any], key: str) -> str:
    """The claims, signed. The same claims and key give the same text."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signed = ".".join(_base64url(orjson.dumps(part)) for part in (_HEADER, claims))
    return f"{signed}.{_base64url(_private(key).sign(signed.encode(), PKCS1v15(), SHA256()))}"


@lru_cache(maxsize=16)
def _private(key: str) -> Any:
    """The library's form of a key; imported by the first that signs."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(key.encode(), None)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
