"""Reading parameters, and telling what happened."""

import pytest

from brownout_simulators.vendors.stripe.magic import ALIASES
from brownout_simulators.vendors.stripe.work import hears, merged
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": "100"}, "parameter_missing", "currency"),
        ({**PAYMENT, "amount": ""}, "parameter_invalid_empty", "amount"),
        ({**PAYMENT, "amount": "1.5"}, "parameter_invalid_integer", "amount"),
        ({**PAYMENT, "amount": "٣"}, "parameter_invalid_integer", "amount"),
        ({**PAYMENT, "amount": "-5"}, "parameter_invalid_integer", "amount"),
        ({**PAYMENT, "amount": "9" * 30}, "parameter_invalid_integer", "amount"),
        ({**PAYMENT, "amount[x]": "5"}, None, ""),
        ({**PAYMENT, "confirm": "yes"}, None, "confirm"),
        ({**PAYMENT, "nonsense": "1"}, "parameter_unknown", "nonsense"),
        ({**PAYMENT, "currency[a]": "usd"}, None, ""),
        ({**PAYMENT, "shipping": "x"}, None, "shipping"),
        ({**PAYMENT, "payment_method_types": "card"}, None, "payment_method_types"),
        ({**PAYMENT, "metadata": "x"}, None, "metadata"),
        ({**PAYMENT, "metadata[a][b]": "x"}, None, "metadata[a]"),
        ({**PAYMENT, "metadata[" + "k" * 41 + "]": "x"}, None, "metadata[" + "k" * 41 + "]"),
        ({**PAYMENT, "metadata[k]": "x" * 501}, None, "metadata[k]"),
        ({**PAYMENT, **{f"metadata[k{n}]": "x" for n in range(51)}}, None, "metadata"),
        ({**PAYMENT, "currency": "xyz"}, None, "currency"),
        ({**PAYMENT, "capture_method": "later"}, None, "capture_method"),
    ],
)
def test_a_bad_parameter_is_named(params: dict[str, str], code: str | None, param: str) -> None:
    answer = Stripe().send("POST", "/v1/payment_intents", params)
    assert answer.status == 400
    assert answer.error.get("code") == code
    assert answer.error.get("param", "") == param


def test_an_empty_text_unsets() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"name": "Jenny", "description": "x"})
    changed = world.post(f"/v1/customers/{made['id']}", {"description": ""})
    assert (changed["name"], changed["description"]) == ("Jenny", None)
    numbered = world.post(f"/v1/customers/{made['id']}", {"next_invoice_sequence": "7", "balance": "5"})
    assert (numbered["next_invoice_sequence"], numbered["balance"]) == (7, 5)
    reset = world.post(f"/v1/customers/{made['id']}", {"next_invoice_sequence": "", "balance": ""})
    assert (reset["next_invoice_sequence"], reset["balance"]) == (1, 0)


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ({"a": "1"}, {"b": "2"}, {"a": "1", "b": "2"}),
        ({"a": "1", "b": "2"}, {"a": ""}, {"b": "2"}),
        ({"a": "1"}, "", {}),
        ({"a": "1"}, None, {}),
        ({}, {"a": "1", "b": ""}, {"a": "1"}),
    ],
)
def test_metadata_merges_key_by_key(old: dict[str, str], new: dict[str, str] | str, result: dict[str, str]) -> None:
    assert merged(old, new) == result


def test_metadata_is_not_touched_by_an_update_that_does_not_name_it() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"metadata[a]": "1"})
    path = f"/v1/customers/{made['id']}"
    assert world.post(path, {"name": "x"})["metadata"] == {"a": "1"}
    assert world.post(path, {"metadata": ""})["metadata"] == {}


def test_an_update_tells_what_the_old_values_were() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"name": "Jenny"})
    world.post(f"/v1/customers/{made['id']}", {"name": "Rosen", "metadata[a]": "1"})
    event = world.get("/v1/events", {"type": "customer.updated"})["data"][0]
    assert event["data"]["previous_attributes"] == {"name": "Jenny", "metadata": {}}
    assert event["data"]["object"]["name"] == "Rosen"


def test_an_endpoint_hears_its_own_events_or_all() -> None:
    assert hears({"enabled_events": ["a.b"]}, "a.b")
    assert hears({"enabled_events": ["*"]}, "a.b")
    assert not hears({"enabled_events": ["a.c"]}, "a.b")


@pytest.mark.parametrize("method", sorted(ALIASES))
@pytest.mark.parametrize("more", [{}, {"capture_method": "manual"}, {"setup_future_usage": "off_session"}])
def test_an_answer_that_was_printed_for_its_event_is_what_a_read_shows(method: str, more: dict[str, str]) -> None:
    world = Stripe()
    types = {"payment_method_types[]": ALIASES[method].method} if ALIASES[method].method != "card" else {}
    answer = world.send("POST", "/v1/payment_intents", {**PAID, **types, **more, "payment_method": method})
    if answer.status == 200:
        assert answer.body == world.get(f"/v1/payment_intents/{answer.body['id']}")
        again = world.get("/v1/events", {"limit": "1"})["data"][0]["data"]["object"]
        assert again["object"] != "payment_intent" or again == answer.body
