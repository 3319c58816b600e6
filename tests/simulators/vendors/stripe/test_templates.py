"""The objects against the example objects that Stripe itself publishes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe.card_fields import CHARGE_FIELDS, METHOD_FIELDS
from brownout_simulators.vendors.stripe.magic import ALIASES
from brownout_simulators.vendors.stripe.resources import RESOURCES
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe
from tests.support.absent import absent

SPECS = Path(os.environ.get("BROWNOUT_SPECS", Path(__file__).parents[5] / "shared" / "specs"))


NOT_SHOWN: dict[str, set[str]] = {
    # Only there when it is expanded.
    "charge": {"refunds"},
    # Gone at this API version: the subscription is under `parent.subscription_details`.
    "invoice": {"subscription"},
}
"""Fields of the published examples that are left out, and why."""


ADDED: dict[str, set[str]] = {
    # The balance transaction's own field set is checked like the others; nothing is added anywhere.
}


@pytest.fixture(scope="module")
def examples() -> Any:
    path = SPECS / "stripe_fixtures.json"
    if not path.exists():
        absent("no stripe_fixtures.json: point BROWNOUT_SPECS at a folder with the vendors' API descriptions")
    return json.loads(path.read_text())["resources"]


def _objects() -> dict[str, Any]:
    """One of each kind, as the simulator prints it."""
    world = Stripe()
    customer = world.customer()
    price = world.price()
    paid = world.post("/v1/payment_intents", PAID)
    refund = world.post("/v1/refunds", {"payment_intent": paid["id"]})
    charge = world.get(f"/v1/charges/{paid['latest_charge']}", {"expand[]": "balance_transaction"})
    item = {"customer": customer["id"], "items[0][price]": price["id"]}
    subscription = world.post("/v1/subscriptions", {**item, "expand[]": "latest_invoice.payments"})
    session = world.post(
        "/v1/checkout/sessions",
        {
            "mode": "subscription",
            "success_url": "https://example.com",
            "line_items[0][price]": price["id"],
            "expand[]": "line_items",
        },
    )
    invoice = subscription["latest_invoice"]
    found = [
        world.post("/v1/payment_intents", PAYMENT),
        charge,
        charge["balance_transaction"],
        refund,
        customer,
        world.get(f"/v1/payment_methods/{paid['payment_method']}"),
        world.post("/v1/setup_intents"),
        world.get(f"/v1/products/{price['product']}"),
        price,
        {key: value for key, value in subscription.items() if key != "latest_invoice"} | {"latest_invoice": None},
        subscription["items"]["data"][0],
        {key: value for key, value in invoice.items() if key != "payments"},
        invoice["lines"]["data"][0],
        invoice["payments"]["data"][0],
        {key: value for key, value in session.items() if key != "line_items"},
        session["line_items"]["data"][0],
        world.get("/v1/events")["data"][0],
        world.get("/v1/balance"),
    ]
    endpoint = world.post("/v1/webhook_endpoints", {"url": "http://localhost/x", "enabled_events[]": "*"})
    found.append({key: value for key, value in endpoint.items() if key != "secret"})
    deleted = world.delete(f"/v1/customers/{customer['id']}")
    return {one["object"]: one for one in found} | {"deleted_customer": deleted}


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    return _objects()


def test_every_object_has_exactly_the_published_fields(examples: Any, objects: dict[str, Any]) -> None:
    wrong = {}
    for kind, made in objects.items():
        published = set(examples[kind]) - NOT_SHOWN.get(kind, set())
        missing, more = published - set(made), set(made) - published - ADDED.get(kind, set())
        if missing or more:
            wrong[kind] = (missing, more)
    assert wrong == {}


def test_what_is_left_out_is_really_published(examples: Any) -> None:
    for kind, fields in NOT_SHOWN.items():
        assert fields <= set(examples[kind])


def test_the_nested_fields_of_a_card_are_the_published_ones(examples: Any, objects: dict[str, Any]) -> None:
    card = objects["payment_method"]["card"]
    assert set(card) == set(examples["payment_method"]["card"])
    charged = objects["charge"]["payment_method_details"]["card"]
    assert set(charged) == set(examples["charge"]["payment_method_details"]["card"])
    assert set(objects["charge"]["outcome"]) >= set(examples["charge"]["outcome"])


def test_every_field_is_one_that_the_sdk_knows(objects: dict[str, Any]) -> None:
    classes: dict[str, Any] = {
        "payment_intent": stripe.PaymentIntent,
        "charge": stripe.Charge,
        "refund": stripe.Refund,
        "customer": stripe.Customer,
        "subscription": stripe.Subscription,
        "invoice": stripe.Invoice,
        "price": stripe.Price,
        "checkout.session": stripe.checkout.Session,
    }
    for kind, known in classes.items():
        assert set(objects[kind]) <= set(known.__annotations__), kind


def test_making_and_changing_objects_leaves_the_templates_alone() -> None:
    before = {kind: json.dumps(resource.template) for kind, resource in RESOURCES.items()}
    shared = json.dumps([METHOD_FIELDS, CHARGE_FIELDS])
    _objects()
    assert {kind: json.dumps(resource.template) for kind, resource in RESOURCES.items()} == before
    assert json.dumps([METHOD_FIELDS, CHARGE_FIELDS]) == shared


def test_every_test_card_can_be_shown() -> None:
    for card in ALIASES.values():
        assert METHOD_FIELDS[card.number]["type"] == card.method
        assert CHARGE_FIELDS[card.number][card.method]["last4"] == card.number[-4:]
