"""Invoices, endpoint by endpoint."""

from typing import Any

from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/invoices"


def _draft(world: Stripe, amount: int = 1500, alias: str = "pm_card_visa") -> Any:
    customer = world.customer(alias)["id"]
    made = world.post(PATH, {"customer": customer, "description": "June"})
    if amount:
        world.post(
            "/v1/invoiceitems", {"customer": customer, "invoice": made["id"], "amount": amount, "description": "x"}
        )
    return world.get(f"{PATH}/{made['id']}")


def test_a_draft_gets_lines_a_number_and_is_paid() -> None:
    world = Stripe()
    draft = _draft(world)
    assert (draft["status"], draft["amount_due"], draft["number"]) == ("draft", 1500, None)
    assert [line["amount"] for line in world.get(f"{PATH}/{draft['id']}/lines")["data"]] == [1500]
    opened = world.post(f"{PATH}/{draft['id']}/finalize")
    assert (opened["status"], opened["number"][-5:]) == ("open", "-0001")
    paid = world.post(f"{PATH}/{draft['id']}/pay")
    assert (paid["status"], paid["amount_paid"], paid["amount_remaining"]) == ("paid", 1500, 0)
    assert paid["status_transitions"]["paid_at"] == 1_700_000_100
    assert world.effects() == [("stripe.charge", 1500)]
    (payment,) = world.get("/v1/invoice_payments", {"invoice": draft["id"]})["data"]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 1500)
    assert world.get("/v1/invoice_payments", {"status": "open"})["data"] == []


def test_it_can_be_paid_out_of_band_without_a_charge() -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world)['id']}"
    assert world.post(f"{path}/pay", {"paid_out_of_band": "true"})["status"] == "paid"
    assert world.effects() == []


def test_a_voided_invoices_intent_is_canceled() -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world)['id']}"
    world.post(f"{path}/finalize")
    world.post(f"{path}/void")
    (intent,) = world.get("/v1/payment_intents")["data"]
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "void_invoice")


def test_lines_are_added_to_drafts_only() -> None:
    world = Stripe()
    draft = _draft(world)
    world.post(f"{PATH}/{draft['id']}/finalize")
    line = {"customer": draft["customer"], "invoice": draft["id"], "amount": 1}
    assert world.send("POST", "/v1/invoiceitems", line).error["code"] == "invoice_not_editable"


def test_a_line_may_be_a_price_times_a_quantity() -> None:
    world = Stripe()
    draft = _draft(world, 0)
    line = {"customer": draft["customer"], "invoice": draft["id"], "quantity": 3}
    assert world.post("/v1/invoiceitems", {**line, "pricing[price]": world.price(700)["id"]})["amount"] == 2100
    assert world.get(f"{PATH}/{draft['id']}")["total"] == 2100


def test_a_preview_shows_what_would_be_billed_and_keeps_nothing() -> None:
    world = Stripe()
    customer = world.customer()["id"]
    item = {
        "subscription_details[items][0][price]": world.price()["id"],
        "subscription_details[items][0][quantity]": "2",
    }
    shown = world.post(f"{PATH}/create_preview", {"customer": customer, **item})
    assert (shown["total"], shown["status"], shown["billing_reason"]) == (4000, "draft", "upcoming")
    made = world.post("/v1/subscriptions", {"customer": customer, "items[0][price]": world.price()["id"]})
    assert world.post(f"{PATH}/create_preview", {"subscription": made["id"]})["total"] == 2000
    assert len(world.get(PATH)["data"]) == 1
    assert world.send("POST", f"{PATH}/create_preview").error["param"] == "customer"
    bad = {"customer": customer, "subscription_details[items][0]": "x"}
    assert world.send("POST", f"{PATH}/create_preview", bad).error["param"] == "subscription_details[items][0]"


def test_without_a_method_there_is_nothing_to_pay_with() -> None:
    world = Stripe()
    customer = world.post("/v1/customers")["id"]
    draft = world.post(PATH, {"customer": customer})["id"]
    world.post("/v1/invoiceitems", {"customer": customer, "invoice": draft, "amount": 100})
    assert world.send("POST", f"{PATH}/{draft}/pay").error["code"] == "resource_missing"
    assert world.send("POST", PATH).error["param"] == "customer"
