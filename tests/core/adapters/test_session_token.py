"""Session tokens: read, held against a key, judged by a clock that is handed in."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.adapters.session_token import (
    PublicKey,
    check_signature,
    check_time,
    read_key,
    read_token,
)
from brownout_core.services.auth import TokenExpired, TokenForged, TokenMalformed, TokenNotYetValid
from brownout_simulators.vendors.clerk.signing import signing_key
from tests.support.examples import examples

NOW_S = 1_750_000_000
KEY, OTHER = signing_key("core", 0), signing_key("core", 1)


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def public(jwk: Any) -> PublicKey:
    read = read_key(jwk)
    assert read is not None
    return read[1]


def token(**claims: Any) -> str:
    return KEY.token({"sub": "user_1", "exp": NOW_S + 60, "iat": NOW_S, "nbf": NOW_S - 10, **claims})


def test_a_genuine_token_is_good_in_its_time() -> None:
    read = read_token(token())
    check_signature(read, public(KEY.jwk()))
    assert (read.kid, read.claims["sub"]) == (KEY.kid, "user_1")
    assert check_time(read, NOW_S + 30) == (NOW_S, NOW_S + 60)


def test_a_token_that_was_changed_or_is_of_another_key_is_forged() -> None:
    head, _, signature = token().split(".")
    changed = read_token(f"{head}.{encoded({'sub': 'user_2', 'exp': NOW_S + 60, 'iat': NOW_S})}.{signature}")
    for read, key in ((changed, KEY), (read_token(token()), OTHER)):
        with pytest.raises(TokenForged):
            check_signature(read, public(key.jwk()))


@pytest.mark.parametrize("signature", ["", "AA", "A" * 342, "A" * 344])
def test_a_signature_of_the_wrong_length_is_forged(signature: str) -> None:
    head, claims, _ = token().split(".")
    with pytest.raises(TokenForged):
        check_signature(read_token(f"{head}.{claims}.{signature}"), public(KEY.jwk()))


@pytest.mark.parametrize(
    ("at_s", "error"),
    [
        (NOW_S - 6, TokenNotYetValid),
        (NOW_S - 5, None),
        (NOW_S + 65, None),
        (NOW_S + 65.001, TokenExpired),
        (NOW_S + 10_000, TokenExpired),
    ],
)
def test_five_seconds_are_forgiven_on_either_side(at_s: float, error: type[Exception] | None) -> None:
    read = read_token(token())
    if error is None:
        check_time(read, at_s)
    else:
        with pytest.raises(error):
            check_time(read, at_s)


def test_a_token_whose_beginning_is_ahead_is_not_yet_valid_and_an_expired_one_is_expired_first() -> None:
    with pytest.raises(TokenNotYetValid):
        check_time(read_token(token(nbf=NOW_S + 60)), NOW_S)
    with pytest.raises(TokenExpired):
        check_time(read_token(token(nbf=NOW_S + 600)), NOW_S + 100)


@pytest.mark.parametrize("claims", [{"exp": None}, {"exp": "soon"}, {"exp": True}, {"iat": -1}, {"nbf": 1e300}])
def test_instants_that_are_none(claims: dict[str, Any]) -> None:
    with pytest.raises(TokenMalformed):
        check_time(read_token(token(**claims)), NOW_S)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "k"},
        {"alg": "HS256", "kid": "k"},
        {"alg": "RS256"},
        {"alg": "RS256", "kid": ""},
        {"alg": "RS256", "kid": 7},
        {"alg": ["RS256"], "kid": "k"},
        [],
    ],
)
def test_what_is_signed_in_another_way_is_not_read(header: Any) -> None:
    with pytest.raises(TokenMalformed):
        read_token(f"{encoded(header)}.{encoded({})}.AAAA")


@given(st.text(max_size=60) | st.lists(st.text(alphabet="AZaz09_-=.{}", max_size=12)).map(".".join))
@examples(200)
def test_anything_at_all_is_read_or_malformed(text: str) -> None:
    try:
        read_token(text)
    except TokenMalformed:
        return
    assert text.count(".") == 2


def test_a_very_long_token_is_not_read() -> None:
    with pytest.raises(TokenMalformed):
        read_token(token(x="x" * 20_000))


def test_entries_of_a_key_set() -> None:
    jwk = KEY.jwk()
    assert read_key(jwk) == (KEY.kid, PublicKey(KEY.n, 65_537))
    assert read_key({**jwk, "kty": "EC"}) is None
    assert read_key({**jwk, "use": "enc"}) is None
    assert read_key("x") is None
    for wrong in ({"kid": 7}, {"n": None}, {"n": "!!"}, {"n": "AQAB"}, {"e": "Ag"}, {"e": ""}):
        with pytest.raises(ValueError, match=r"."):
            read_key({**jwk, **wrong})
