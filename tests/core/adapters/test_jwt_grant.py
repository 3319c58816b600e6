"""Assertions: what they say is signed, and a key comes as one line."""

import base64
import json

import pytest

from brownout_core.adapters.jwt_grant import assertion, pem
from brownout_simulators.vendors.docusign.keys import key_pair

PAIR = key_pair("account_0")


def test_an_assertion_is_what_was_claimed_signed_by_the_key() -> None:
    made = assertion({"iss": "a", "exp": 7}, PAIR.pem())
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in made.split("."))
    assert (json.loads(head)["alg"], json.loads(claims)) == ("RS256", {"iss": "a", "exp": 7})
    assert PAIR.has_signed(made.rpartition(".")[0].encode(), signature)
    assert made == assertion({"iss": "a", "exp": 7}, PAIR.pem())


def test_a_key_is_read_from_one_line_or_from_several() -> None:
    text = PAIR.pem()
    assert pem(text.replace("\n", "\\n")) == pem(text) == text
    with pytest.raises(ValueError, match="must be a private key in PEM"):
        pem("hunter2")
