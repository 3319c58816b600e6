"""Payment methods: aliases, cards, attachment."""

import pytest

from tests.simulators.vendors.stripe.world import PAID, Stripe

CARD = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2034"}
PATH = "/v1/payment_methods"


def test_a_card_is_made_with_its_billing_details_and_pays() -> None:
    world = Stripe()
    billing = {"billing_details[name]": "Jenny", "billing_details[address][city]": "Berlin", "metadata[a]": "1"}
    made = world.post(PATH, {**CARD, **billing})
    assert (made["card"]["last4"], made["billing_details"]["name"], made["metadata"]) == ("4242", "Jenny", {"a": "1"})
    assert made["billing_details"]["address"]["city"] == "Berlin"
    paid = world.post("/v1/payment_intents", {**PAID, "payment_method": made["id"]})
    assert paid["payment_method"] == made["id"]
    assert world.get(f"/v1/charges/{paid['latest_charge']}")["billing_details"]["name"] == "Jenny"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "type"),
        ({"type": "card"}, "card"),
        ({**CARD, "card[exp_year]": ""}, "card[exp_year]"),
        ({**CARD, "card[exp_month]": "May"}, "card[exp_month]"),
        ({"type": "card", "card[token]": "tok_nothing"}, "card[token]"),
        ({"type": "klarna"}, "type"),
    ],
)
def test_a_method_that_is_none_is_refused(params: dict[str, str], param: str) -> None:
    answer = Stripe().send("POST", PATH, params)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_a_token_makes_a_card() -> None:
    made = Stripe().post(PATH, {"type": "card", "card[token]": "tok_mastercard"})
    assert made["card"]["brand"] == "mastercard"


def test_a_method_is_attached_listed_and_detached() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    method = world.post(f"{PATH}/pm_card_visa/attach", {"customer": customer})
    assert method["customer"] == customer
    assert [one["id"] for one in world.get(PATH, {"customer": customer, "type": "card"})["data"]] == [method["id"]]
    assert world.get(f"/v1/customers/{customer}/payment_methods", {"type": "us_bank_account"})["data"] == []
    free = world.post(f"{PATH}/{method['id']}/detach")
    assert free["customer"] is None
    assert world.send("POST", f"{PATH}/{method['id']}/detach").status == 400
    assert world.events()[-2:] == ["payment_method.attached", "payment_method.detached"]


def test_a_method_has_one_customer_at_a_time() -> None:
    world = Stripe()
    one, other = (world.post("/v1/customers")["id"] for _ in range(2))
    method = world.post(f"{PATH}/pm_card_visa/attach", {"customer": one})["id"]
    assert world.post(f"{PATH}/{method}/attach", {"customer": one})["customer"] == one
    answer = world.send("POST", f"{PATH}/{method}/attach", {"customer": other})
    assert answer.error["code"] == "payment_method_unexpected_state"


def test_a_bad_card_is_declined_when_it_is_attached_but_for_the_one_that_fails_later() -> None:
    world = Stripe()
    customer = {"customer": world.post("/v1/customers")["id"]}
    answer = world.send("POST", f"{PATH}/pm_card_visa_chargeDeclined/attach", customer)
    assert (answer.status, answer.error["code"]) == (402, "card_declined")
    assert world.send("POST", f"{PATH}/pm_card_chargeCustomerFail/attach", customer).status == 200


def test_every_use_of_an_alias_is_a_method_of_its_own() -> None:
    world = Stripe()
    first, second = (world.post("/v1/payment_intents", PAID)["payment_method"] for _ in range(2))
    assert first != second
    assert world.post(f"{PATH}/{first}", {"metadata[a]": "1"})["metadata"] == {"a": "1"}


def test_an_unknown_method_is_missing_in_stripes_words() -> None:
    answer = Stripe().send("POST", "/v1/payment_intents", {**PAID, "payment_method": "pm_x"})
    assert answer.error["message"].startswith("No such PaymentMethod: 'pm_x'")
