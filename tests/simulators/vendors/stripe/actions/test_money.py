"""Amounts and currencies."""

import pytest

from brownout_simulators.vendors.stripe.resources import CURRENCIES, MINIMUM
from tests.simulators.vendors.stripe.world import PAYMENT, Stripe

PATH = "/v1/payment_intents"


@pytest.mark.parametrize(("currency", "minimum"), MINIMUM.items())
def test_every_minimum_is_enough_and_one_less_is_not(currency: str, minimum: int) -> None:
    world = Stripe()
    assert world.post(PATH, {**PAYMENT, "currency": currency, "amount": minimum})["amount"] == minimum
    answer = world.send("POST", PATH, {**PAYMENT, "currency": currency, "amount": minimum - 1})
    assert (answer.status, answer.error["code"]) == (400, "amount_too_small")


def test_a_currency_is_read_in_either_case_and_printed_in_lower() -> None:
    assert Stripe().post(PATH, {**PAYMENT, "currency": "USD"})["currency"] == "usd"


def test_an_unknown_currency_is_refused_with_those_that_there_are() -> None:
    answer = Stripe().send("POST", PATH, {**PAYMENT, "currency": "zzz"})
    assert answer.error["param"] == "currency"
    assert "aed" in answer.error["message"]
    assert set(MINIMUM) <= CURRENCIES


def test_eight_digits_are_the_most() -> None:
    world = Stripe()
    assert world.post(PATH, {**PAYMENT, "amount": 99_999_999})["amount"] == 99_999_999
    assert world.send("POST", PATH, {**PAYMENT, "amount": 100_000_000}).error["code"] == "amount_too_large"
