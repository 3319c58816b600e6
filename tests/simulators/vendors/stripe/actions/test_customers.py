"""Customers, alive and deleted."""

import pytest

from tests.simulators.vendors.stripe.world import Stripe


def test_a_customer_is_made_changed_listed_by_email_and_deleted() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"email": "a@example.com", "name": "Jenny", "address[city]": "Berlin"})
    other = world.post("/v1/customers", {"email": "b@example.com"})
    assert made["address"]["city"] == "Berlin"
    assert made["invoice_prefix"] != other["invoice_prefix"]
    assert [one["id"] for one in world.get("/v1/customers", {"email": "a@example.com"})["data"]] == [made["id"]]
    gone = world.delete(f"/v1/customers/{made['id']}")
    assert gone == {"id": made["id"], "object": "customer", "deleted": True}
    assert world.get(f"/v1/customers/{made['id']}") == gone
    assert [one["id"] for one in world.get("/v1/customers")["data"]] == [other["id"]]
    assert world.events() == ["customer.created", "customer.created", "customer.deleted"]


def test_a_deleted_customer_cannot_be_changed_or_deleted_again() -> None:
    world = Stripe()
    made = world.post("/v1/customers")
    world.delete(f"/v1/customers/{made['id']}")
    assert world.send("POST", f"/v1/customers/{made['id']}", {"name": "x"}).status == 404
    assert world.send("DELETE", f"/v1/customers/{made['id']}").status == 404


@pytest.mark.parametrize("email", ["nobody", "@" * 600])
def test_an_email_address_that_is_none_is_refused(email: str) -> None:
    world = Stripe()
    assert world.send("POST", "/v1/customers", {"email": email}).error["code"] == "email_invalid"
    assert world.get("/v1/customers")["data"] == []


def test_the_default_method_must_be_the_customers_own() -> None:
    world = Stripe()
    mine, other = world.customer(), world.post("/v1/customers")
    method = mine["invoice_settings"]["default_payment_method"]
    params = {"invoice_settings[default_payment_method]": method}
    assert world.send("POST", f"/v1/customers/{other['id']}", params).error["code"] == "resource_missing"


def test_a_customer_may_come_with_a_method() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"payment_method": "pm_card_visa"})
    (method,) = world.get(f"/v1/customers/{made['id']}/payment_methods")["data"]
    assert method["customer"] == made["id"]


def test_a_deleted_customers_subscriptions_end_and_methods_are_free() -> None:
    world = Stripe()
    customer = world.customer()
    made = world.post("/v1/subscriptions", {"customer": customer["id"], "items[0][price]": world.price()["id"]})
    world.delete(f"/v1/customers/{customer['id']}")
    assert world.get(f"/v1/subscriptions/{made['id']}")["status"] == "canceled"
    method = customer["invoice_settings"]["default_payment_method"]
    assert world.get(f"/v1/payment_methods/{method}")["customer"] is None
    assert world.events()[-2:] == ["customer.subscription.deleted", "customer.deleted"]


def test_nothing_is_billed_to_a_deleted_customer() -> None:
    world = Stripe()
    customer = world.customer()["id"]
    draft = world.post("/v1/invoices", {"customer": customer})["id"]
    world.delete(f"/v1/customers/{customer}")
    assert world.send("POST", f"/v1/invoices/{draft}/finalize").error["code"] == "resource_missing"
    world.pass_time(40 * 86_400)
    assert world.effects() == []
