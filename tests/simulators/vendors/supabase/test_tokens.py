"""Tokens are JSON Web Tokens as everybody else reads them."""

import jwt
import pytest

from brownout_simulators.vendors.supabase.tokens import BadToken, claims_of, sign, unverified

SECRET = "a-secret-of-at-least-thirty-two-bytes-of-text"
CLAIMS = {"sub": "u1", "role": "authenticated", "exp": 4_000_000_000}


def test_another_library_reads_what_is_signed_and_the_other_way_round() -> None:
    assert jwt.decode(sign(SECRET, CLAIMS), SECRET, algorithms=["HS256"]) == CLAIMS
    assert claims_of(SECRET, jwt.encode(CLAIMS, SECRET, algorithm="HS256")) == CLAIMS


def test_the_same_claims_give_the_same_token() -> None:
    assert sign(SECRET, CLAIMS) == sign(SECRET, dict(CLAIMS))


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("", "Expected 3 parts in JWT; got 1"),
        ("a.b", "Expected 3 parts in JWT; got 2"),
        ("a.b.c.d", "Expected 3 parts in JWT; got 4"),
        ("!.!.!", "JWT cryptographic operation failed"),
        (sign("another secret", CLAIMS), "JWT cryptographic operation failed"),
        (sign(SECRET, CLAIMS)[:-3] + "AAA", "JWT cryptographic operation failed"),
        (jwt.encode(CLAIMS, SECRET * 2, algorithm="HS512"), "Wrong or unsupported encoding algorithm"),
        (jwt.encode(CLAIMS, "", algorithm="none"), "Wrong or unsupported encoding algorithm"),
        ("MQ.MQ.MQ", "Wrong or unsupported encoding algorithm"),
    ],
)
def test_a_token_that_is_not_signed_with_the_secret_is_refused(token: str, why: str) -> None:
    with pytest.raises(BadToken) as refused:
        claims_of(SECRET, token)
    assert refused.value.why == why


@pytest.mark.parametrize("token", ["", "a.b.c", "MQ.MQ.MQ"])
def test_what_is_no_token_says_nothing_of_itself(token: str) -> None:
    assert unverified(token) == {}
