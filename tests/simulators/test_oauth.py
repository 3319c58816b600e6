"""Client credentials as they are sent, and tokens that name their client."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Call
from brownout_simulators.oauth import client_credentials, client_of, token_for
from tests.support.examples import examples

DIGITS = "0123456789abcdef" * 2


def asking(authorization: str | None = None, body: bytes = b"") -> Call:
    headers = {} if authorization is None else {"authorization": authorization}
    return Call("POST", "/oauth2/token", "", headers, body, 0.0)


def basic(user_and_password: str) -> str:
    return f"Basic {b64encode(user_and_password.encode()).decode()}"


@pytest.mark.parametrize(
    "call",
    [
        asking(basic("shop:a%2Bb%3A+c")),
        asking(basic("shop:a%2Bb%3A+c").replace("Basic", "bASIC"), b"client_id=other&client_secret=x"),
        asking(None, b"grant_type=client_credentials&client_id=shop&client_secret=a%2Bb%3A+c"),
        asking("Bearer x", b"client_id=shop&client_secret=a%2Bb%3A+c"),
    ],
)
def test_id_and_secret_come_in_basic_authentication_or_else_in_the_form(call: Call) -> None:
    assert client_credentials(call) == ("shop", "a+b: c")


@pytest.mark.parametrize(
    "call",
    [
        asking(),
        asking(basic("shop:")),
        asking(basic("shop")),
        asking(basic(":x")),
        asking(basic("a b:x")),
        asking(basic("x" * 129 + ":x")),
        asking("Basic !"),
        asking("Basic /w=="),
        asking("Basic \ud800"),
        asking(None, b"\xff"),
        asking(None, b"client_id=.x&client_secret=x"),
        # Basic authentication that is wrong is not made good by the form.
        asking("Basic !", b"client_id=shop&client_secret=x"),
    ],
)
def test_without_both_there_are_none(call: Call) -> None:
    assert client_credentials(call) is None


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", fullmatch=True))
@examples(20)
def test_a_token_names_its_client_under_its_own_prefix_alone(client_id: str) -> None:
    token = token_for(client_id, prefix="pyx_at_", digits=DIGITS)
    assert client_of(token, prefix="pyx_at_") == client_id
    assert client_of(token, prefix="erp_at_") == ""
    assert client_of(token[:-1], prefix="pyx_at_") == ""


@pytest.mark.parametrize(
    "text", ["", "pyx_at_", "c2hvcA", f"pyx_at_A.{DIGITS}", f"pyx_at__w.{DIGITS}", f"pyx_at_IA.{DIGITS}"]
)
def test_what_is_no_token_names_nobody(text: str) -> None:
    """The last ones: half a byte, no text, and a text that is no client's id."""
    assert client_of(text, prefix="pyx_at_") == ""
