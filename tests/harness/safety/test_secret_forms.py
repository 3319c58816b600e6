"""A credential is found however it is written, and nothing of it is kept."""

import base64
from urllib.parse import quote

import pytest

from brownout_harness.safety.secret_forms import Lookout, forms_of, masked, secrets_in, surroundings

SECRET = "AC0123/secret+token=="
SHORT = "AC0123"


@pytest.mark.parametrize("written", [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()])
def test_every_form_is_found_in_bytes_and_none_is_kept(written: str) -> None:
    found = Lookout([SECRET]).find(f'{{"code": "x",\n "message": "bad key {written} given"}}'.encode())
    assert "bad key *****" in found
    assert not any(form in found for form in forms_of([SECRET]))
    assert "\n" not in found


def test_nothing_is_kept_of_what_holds_none() -> None:
    assert not Lookout([SECRET]).find(b"x" * 1000)
    assert not Lookout([]).find(SECRET.encode())
    assert not Lookout([""]).find(b"anything")


def test_bytes_that_are_no_text_are_looked_at_too() -> None:
    assert "*****" in Lookout([SECRET]).find(b"\xff\xfe" + SECRET.encode() + b"\xff")


def test_the_longest_form_is_masked_first() -> None:
    assert masked(f"{SECRET} {SHORT}", forms_of([SHORT, SECRET])) == "***** *****"


def test_little_of_what_stands_around_it_is_shown() -> None:
    assert len(surroundings("a" * 1000 + SECRET + "b" * 1000, forms_of([SECRET]))) <= 85


def test_credentials_are_told_by_their_names() -> None:
    environment = {"STRIPE_API_BASE": "http://127.0.0.1", "STRIPE_API_KEY": "sk_test_1", "TWILIO_AUTH_TOKEN": "t",
                   "EMPTY_SECRET": ""}  # fmt: skip
    assert secrets_in(environment) == {"sk_test_1", "t"}
