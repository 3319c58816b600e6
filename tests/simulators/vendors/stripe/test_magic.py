"""Every documented test card, and what it does."""

import pytest

from brownout_simulators.vendors.stripe.magic import ALIASES, CARDS, MAGIC, TOKENS, Card, describe
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe

CODES = {
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", None),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", None),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", None),
    "pm_card_chargeCustomerFail": ("card_declined", "generic_decline"),
    "pm_card_radarBlock": ("card_declined", "fraudulent"),
    "pm_card_riskLevelHighest": ("card_declined", "fraudulent"),
    "pm_card_chargeDeclinedFraudulent": ("card_declined", "fraudulent"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded"),
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded"),
}


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_does_what_its_table_says(alias: str) -> None:
    world = Stripe()
    answer = world.send("POST", "/v1/payment_intents", {**PAID, "payment_method": alias})
    card = ALIASES[alias]
    if alias in CODES:
        assert (answer.status, answer.error["code"], answer.error.get("decline_code")) == (402, *CODES[alias])
        assert answer.error["payment_method"]["card"]["last4"] == card.last4
        assert world.effects() == []
    elif card.delayed:
        assert answer.body["status"] == "processing"
    elif card.challenge:
        assert answer.body["status"] == "requires_action"
    else:
        assert answer.body["status"] == "succeeded"
        assert world.effects() == [("stripe.charge", 1099)]


@pytest.mark.parametrize("number", [card.number for card in ALIASES.values() if card.method == "card"])
def test_a_number_does_what_its_alias_does(number: str) -> None:
    world = Stripe()
    card = {
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": number,
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "2034",
    }
    answer = world.send("POST", "/v1/payment_intents", {**PAYMENT, **card, "confirm": "true"})
    assert answer.status == (200 if CARDS[number].good or CARDS[number].challenge else 402)


def test_a_number_that_is_no_test_card_is_incorrect() -> None:
    card = {"type": "card", "card[number]": "4242424242424241", "card[exp_month]": 12, "card[exp_year]": 2034}
    answer = Stripe().send("POST", "/v1/payment_methods", card)
    assert (answer.status, answer.error["code"]) == (402, "incorrect_number")


def test_a_blocked_payment_never_reaches_the_network() -> None:
    world = Stripe()
    world.send("POST", "/v1/payment_intents", {**PAID, "payment_method": "pm_card_radarBlock"})
    (charge,) = world.get("/v1/charges")["data"]
    assert (charge["outcome"]["type"], charge["outcome"]["risk_level"]) == ("blocked", "highest")


def test_a_dispute_comes_after_the_success() -> None:
    world = Stripe()
    made = world.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_createDispute"})
    assert world.get(f"/v1/charges/{made['latest_charge']}")["disputed"] is False
    world.pass_time(5)
    assert world.get(f"/v1/charges/{made['latest_charge']}")["disputed"] is True


def test_every_input_is_described() -> None:
    assert set(ALIASES) <= set(MAGIC)
    assert all(describe(card) for card in ALIASES.values())
    assert describe(Card("4242424242424242")) == "succeeds"
    assert set(TOKENS.values()) <= set(ALIASES.values())
