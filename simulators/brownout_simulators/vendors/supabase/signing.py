"""A project's signing keys: its shared secret, and pairs for ES256 and RS256; which of them signs, and which are good.

A pair follows from the project's name and the key's: the same on every run, so that whoever knows both knows the public
key beforehand. ES256 is signed deterministically (RFC 6979). The states are the platform's
(supabase.com/docs/guides/auth/signing-keys): one key is in use; those that stand by and those that were used before
verify; one that is revoked does not.
"""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Literal

import orjson

from brownout_simulators.account import Account
from brownout_simulators.primes import primes
from brownout_simulators.vendors.supabase.keys import jwt_secret
from brownout_simulators.vendors.supabase.tokens import REMEMBERED, BadToken, claims_of, sign

Algorithm = Literal["HS256", "ES256", "RS256"]
Status = Literal["standby", "in_use", "previously_used", "revoked"]
ALGORITHMS: Final = ("HS256", "ES256", "RS256")
STATUSES: Final = ("standby", "in_use", "previously_used", "revoked")

SECRET: Final = "legacy"  # noqa: S105 - a name
"""What the shared secret is called among the keys."""
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""
_E: Final = 65_537
_NO_KEY: Final = "No suitable key or wrong key type"
_BAD: Final = "JWT cryptographic operation failed"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of a project's."""

    name: str
    algorithm: Algorithm
    status: Status


LEGACY: Final = (SigningKey(SECRET, "HS256", "in_use"),)
"""A project with its shared secret alone."""


def signed(account: Account[Any], claims: Mapping[str, Any]) -> str:
    """A token of these claims, by the key that is in use."""
    project, keys = account.name, _keys(account)
    key = next(key for key in keys if key.status == "in_use")
    if key.name == SECRET:
        return sign(jwt_secret(project), claims)
    header = {"alg": key.algorithm, "kid": kid_of(project, key), "typ": "JWT"}
    whole = b".".join(_encoded(orjson.dumps(part)) for part in (header, dict(claims)))
    return (whole + b"." + _encoded(_pair(project, key.name, key.algorithm).sign(whole))).decode()


def claims_in(account: Account[Any], token: str) -> Mapping[str, Any]:
    """What a token claims that a good key of the project has signed; whether it has expired is another question.
    Raises `BadToken`."""
    keys = _keys(account)
    if keys is LEGACY:
        return claims_of(jwt_secret(account.name), token)
    return _claims(account.name, tuple(keys), token)


def key_set(account: Account[Any]) -> list[dict[str, Any]]:
    """The public halves, as `/.well-known/jwks.json` has them: of a revoked key, and of a secret, nothing."""
    return [
        {
            "alg": key.algorithm,
            "ext": True,
            "key_ops": ["verify"],
            "kid": kid_of(account.name, key),
            "use": "sig",
            **_pair(account.name, key.name, key.algorithm).public(),
        }
        for key in _keys(account)
        if key.algorithm != "HS256" and key.status != "revoked"
    ]


def kid_of(project: str, key: SigningKey) -> str:
    """A key's id: another algorithm makes it another key."""
    digits = blake2b(f"{project} {key.algorithm} {key.name}".encode(), digest_size=16, person=b"kid").hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _keys(account: Account[Any]) -> Sequence[SigningKey]:
    keys: Sequence[SigningKey] = account.setup.auth.signing_keys
    return keys


@lru_cache(maxsize=REMEMBERED)
def _claims(project: str, keys: tuple[SigningKey, ...], token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    try:
        header = orjson.loads(_decoded(parts[0])) if len(parts) == 3 else None
    except (ValueError, binascii.Error):
        raise BadToken(_BAD) from None
    if not isinstance(header, dict):
        raise BadToken(f"Expected 3 parts in JWT; got {len(parts)}")
    algorithm, kid = header.get("alg"), header.get("kid")
    fitting = [
        key
        for key in keys
        if key.algorithm == algorithm and key.status != "revoked" and kid in (None, kid_of(project, key))
    ]
    if not fitting:
        raise BadToken(_NO_KEY)
    if algorithm == "HS256" and any(key.name == SECRET for key in fitting):
        return claims_of(jwt_secret(project), token)
    try:
        whole, signature = f"{parts[0]}.{parts[1]}".encode(), _decoded(parts[2])
        payload = orjson.loads(_decoded(parts[1]))
    except (ValueError, binascii.Error):
        raise BadToken(_BAD) from None
    if not any(_pair(project, key.name, key.algorithm).has_signed(whole, signature) for key in fitting):
        raise BadToken(_BAD)
    if not isinstance(payload, dict):
        raise BadToken("Wrong or unsupported encoding algorithm")
    return MappingProxyType(payload)


# -- pairs -------------------------------------------------------------------------------------------------------------


class _Elliptic:
    """ES256. What it needs is imported by the first that signs or verifies."""

    def __init__(self, seed: int) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self._private = ec.derive_private_key(1 + seed % (_ORDER - 1), ec.SECP256R1())
        self._public = self._private.public_key()

    def sign(self, whole: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        r, s = decode_dss_signature(self._private.sign(whole, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)

    def has_signed(self, whole: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        if len(signature) != 64:
            return False
        encoded = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        try:
            self._public.verify(encoded, whole, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    def public(self) -> dict[str, str]:
        point = self._public.public_numbers()
        x, y = (_encoded(number.to_bytes(32)).decode() for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


class _Rsa:
    """RS256, of two known primes."""

    def __init__(self, seed: int) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        known = primes()
        first = seed % len(known)
        second = (first + 1 + seed // len(known) % (len(known) - 1)) % len(known)
        p, q = known[first], known[second]
        d = pow(_E, -1, math.lcm(p - 1, q - 1))
        self._n = p * q
        numbers = rsa.RSAPrivateNumbers(
            p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(_E, self._n)
        )
        self._private = numbers.private_key(unsafe_skip_rsa_key_validation=True)

    def sign(self, whole: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._private.sign(whole, PKCS1v15(), SHA256())

    def has_signed(self, whole: bytes, signature: bytes) -> bool:
        return signature == self.sign(whole)  # a function of what is signed

    def public(self) -> dict[str, str]:
        modulus, exponent = (_encoded(data).decode() for data in (self._n.to_bytes(256), _E.to_bytes(3)))
        return {"kty": "RSA", "n": modulus, "e": exponent}


@lru_cache(maxsize=256)
def _pair(project: str, name: str, algorithm: Algorithm) -> _Elliptic | _Rsa:
    seed = int.from_bytes(blake2b(f"{project} {name}".encode(), digest_size=64, person=b"pair").digest())
    return _Elliptic(seed) if algorithm == "ES256" else _Rsa(seed)


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
