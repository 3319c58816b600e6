"""The journal: short, whatever happened."""

import pytest

import brownout
from brownout_harness.testing import journal
from tests.harness.testing.paying import ask, pay

pytestmark = pytest.mark.real


def test_of_many_calls_the_last_are_shown() -> None:
    with brownout.open("stripe") as stripe:
        for _ in range(journal.LINES + 5):
            ask(stripe, "GET", "/v1/charges")
        stripe.settle()
        lines = stripe.journal().splitlines()
    assert lines[0].startswith("stripe at http://127.0.0.1:")
    assert lines[1] == "  … 5 earlier lines"
    assert len(lines) == journal.LINES + 2


def test_what_a_fault_did_is_said_in_its_words() -> None:
    with brownout.open("stripe") as stripe:
        stripe.fault("POST /v1/payment_intents", drop_after_effect={}, first=1)
        pay(stripe)
        stripe.settle()
        (struck,) = [line for line in stripe.journal().splitlines() if "no answer" in line]
    assert "struck by drop_after_effect on POST /v1/payment_intents, sequence F, sequence_per rule" in struck
    assert struck.endswith("ended: reset)")


def test_an_account_that_nobody_called_says_so() -> None:
    with brownout.open("twilio") as twilio:
        assert twilio.journal().splitlines()[1:] == ["  no call of this account has come"]
