"""Signing keys: RSA pairs made of known primes, how they are published, and tokens signed with them."""

import base64
import math
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.primes import primes
from brownout_simulators.vendors.clerk.ids import named_id

E: Final = 65_537
_STEP: Final = 1_009
"""Shares no factor with the number of pairs: each rotation comes to another pair."""
# SubjectPublicKeyInfo of any RSA key of 2,048 bits with this exponent (RFC 8017, appendix A.1.1): what stands before
# the modulus, and behind it.
_DER_HEAD: Final = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
_DER_TAIL: Final = bytes.fromhex("0203010001")


class SigningKey(NamedTuple):
    """One pair."""

    kid: str
    p: int
    q: int

    @property
    def n(self) -> int:
        """The modulus."""
        return self.p * self.q

    def jwk(self) -> dict[str, str]:
        """As the key set shows it."""
        modulus, exponent = _base64url(self.n.to_bytes(256)), _base64url(E.to_bytes(3))
        return {"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256", "n": modulus, "e": exponent}

    def pem(self) -> str:
        """The public half, for verification without a network."""
        text = base64.b64encode(_DER_HEAD + self.n.to_bytes(256) + _DER_TAIL).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""))

    def token(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A token signed with it (RS256)."""
        parts = ({"alg": "RS256", "kid": self.kid, "typ": "JWT", **header}, claims)
        signed = ".".join(_base64url(orjson.dumps(part)) for part in parts)
        return f"{signed}.{_base64url(_signature(self.p, self.q, signed.encode()))}"

    def has_signed(self, token: str) -> bool:
        """Whether a token is one of its own. The signature is a function of what is signed, so it is made again."""
        signed, _, signature = token.rpartition(".")
        return signature == _base64url(_signature(self.p, self.q, signed.encode(errors="replace")))


@lru_cache(maxsize=4_096)
def signing_key(label: str, nth: int) -> SigningKey:
    """The nth key of an account, always the same: whoever knows the account's name knows its public key beforehand."""
    known = primes()
    place = (int.from_bytes(blake2b(label.encode(), digest_size=8).digest()) + nth * _STEP) % math.comb(len(known), 2)
    high = (1 + math.isqrt(1 + 8 * place)) // 2  # the pairs (low, high), low < high, in the order of `high`
    return SigningKey(kid_of(label, nth), known[place - math.comb(high, 2)], known[high])


def kid_of(label: str, nth: int) -> str:
    """A key's id; that of the first is the instance's."""
    return named_id("ins", label, str(nth))


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand in a token. Raises `ValueError` where they do not."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a token has three parts")
    read = [orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2]]
    if not all(isinstance(each, dict) for each in read):
        raise ValueError("header and claims are objects")
    return read[0], read[1]


def _signature(p: int, q: int, signed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    made: bytes = _private(p, q).sign(signed, PKCS1v15(), SHA256())
    return made


@lru_cache(maxsize=256)
def _private(p: int, q: int) -> Any:
    """The library's form of a pair, imported by the first that signs: a simulator that signs nothing goes without."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    d = pow(E, -1, math.lcm(p - 1, q - 1))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(E, p * q))
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
