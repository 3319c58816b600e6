"""Signing keys and the tokens signed with them, held against a library that knows nothing of this."""

import base64
import json
import math
from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from brownout_simulators.primes import BYTES, primes
from brownout_simulators.vendors.clerk.signing import E, SigningKey, signing_key, unverified


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(token: str, key: RSAPublicKey) -> None:
    signed, _, signature = token.rpartition(".")
    key.verify(bytes_of(signature), signed.encode(), PKCS1v15(), SHA256())


def public(key: SigningKey) -> RSAPublicKey:
    """As somebody makes it of the key set."""
    jwk = key.jwk()
    numbers = (int.from_bytes(bytes_of(jwk[name])) for name in ("e", "n"))
    return RSAPublicNumbers(*numbers).public_key()


def test_a_token_verifies_with_the_key_set_and_with_the_pem_and_with_no_other_key() -> None:
    key, other = signing_key("shop", 0), signing_key("shop", 1)
    token = key.token({"sub": "user_1"}, cat="x")
    check(token, public(key))
    pem = load_pem_public_key(key.pem().encode())
    assert isinstance(pem, RSAPublicKey)
    check(token, pem)
    assert pem.public_numbers() == public(key).public_numbers()
    with pytest.raises(InvalidSignature):
        check(token, public(other))
    header, claims = unverified(token)
    assert header == {"alg": "RS256", "kid": key.kid, "typ": "JWT", "cat": "x"}
    assert claims == {"sub": "user_1"}


def test_a_token_is_told_from_one_that_was_changed() -> None:
    key = signing_key("shop", 0)
    token = key.token({"sub": "user_1"})
    head, _, signature = token.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"sub": "user_2"}).encode()).rstrip(b"=").decode()
    assert key.has_signed(token)
    assert not key.has_signed(f"{head}.{forged}.{signature}")
    assert not signing_key("shop", 1).has_signed(token)
    assert not key.has_signed("é.é.é")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.W10.x", "é.é.é", "e30.e30", "=.=.="])
def test_what_is_no_token_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unverified(text)


def test_every_account_and_every_rotation_has_a_key_of_its_own() -> None:
    several = [signing_key("shop", nth) for nth in range(200)] + [signing_key(f"shop{n}", 0) for n in range(30)]
    assert len({key.kid for key in several}) == 230
    assert len({key.n for key in several[:200]}) == 200
    assert len({key.n for key in several}) > 220  # of some thousands of pairs two accounts may have one
    assert signing_key("shop", 3) == signing_key("shop", 3)
    assert all(key.p < key.q for key in several)


@pytest.mark.thorough
def test_the_primes_make_keys_of_the_size_that_is_said() -> None:
    known = primes()
    assert list(known) == sorted(set(known))
    for prime in known:
        assert prime.bit_length() == BYTES * 8
        assert math.gcd(prime - 1, E) == 1
        assert pow(3, prime - 1, prime) == 1
    assert all((p * q).bit_length() == 2 * BYTES * 8 for p, q in pairwise(known))
