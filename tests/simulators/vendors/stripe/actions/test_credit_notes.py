"""Credit notes, and the balance that customers have."""

from typing import Any

import pytest

from tests.simulators.vendors.stripe.world import Stripe


def invoiced(world: Stripe, amount: int = 2_000, *, paid: bool) -> Any:
    customer = world.customer()
    world.post("/v1/invoiceitems", {"customer": customer["id"], "amount": str(amount), "currency": "usd"})
    draft = world.post("/v1/invoices", {"customer": customer["id"], "pending_invoice_items_behavior": "include"})
    return world.post(f"/v1/invoices/{draft['id']}/{'pay' if paid else 'finalize'}")


def test_before_it_is_paid_less_is_due() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=False)
    note = world.post("/v1/credit_notes", {"invoice": invoice["id"], "amount": "500", "reason": "duplicate"})
    assert (note["type"], note["amount"], note["pre_payment_amount"]) == ("pre_payment", 500, 500)
    assert world.get(f"/v1/invoices/{invoice['id']}")["amount_remaining"] == 1_500
    world.post(f"/v1/invoices/{invoice['id']}/pay")
    assert world.effects() == [("stripe.charge", 1_500)]
    assert world.send("POST", f"/v1/credit_notes/{note['id']}/void").status == 400


def test_a_note_of_everything_pays_the_invoice() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=False)
    world.post("/v1/credit_notes", {"invoice": invoice["id"], "amount": "2000"})
    assert world.get(f"/v1/invoices/{invoice['id']}")["status"] == "paid"
    assert world.effects() == []


def test_voided_it_is_due_again() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=False)
    note = world.post("/v1/credit_notes", {"invoice": invoice["id"], "amount": "500"})
    assert world.post(f"/v1/credit_notes/{note['id']}/void")["status"] == "void"
    world.post(f"/v1/invoices/{invoice['id']}/pay")
    assert world.effects() == [("stripe.charge", 2_000)]


def test_after_it_is_paid_the_money_goes_back_in_the_ways_that_were_asked_for() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=True)
    ways = {"refund_amount": "300", "credit_amount": "150", "out_of_band_amount": "50"}
    note = world.post("/v1/credit_notes", {"invoice": invoice["id"], "amount": "500", **ways})
    assert (note["type"], note["post_payment_amount"], note["number"][-6:]) == ("post_payment", 500, "-CN-01")
    assert note["refunds"][0]["amount_refunded"] == 300
    assert world.effects() == [("stripe.charge", 2_000), ("stripe.refund", 300)]
    assert world.get(f"/v1/customers/{invoice['customer']}")["balance"] == -150
    (entry,) = world.get(f"/v1/customers/{invoice['customer']}/balance_transactions")["data"]
    assert (entry["amount"], entry["type"], entry["credit_note"]) == (-150, "credit_note", note["id"])


@pytest.mark.parametrize(
    "params",
    [
        {"amount": "500"},
        {"amount": "500", "refund_amount": "400"},
        {"amount": "2001", "refund_amount": "2001"},
        {"amount": "0"},
        {"lines[0][type]": "custom_line_item"},
        {"lines[0][type]": "invoice_line_item", "lines[0][invoice_line_item]": "il_x"},
        {"amount": "5", "refund_amount": "5", "reason": "whim"},
    ],
)
def test_a_note_that_does_not_add_up_is_refused_and_nothing_moves(params: dict[str, str]) -> None:
    world = Stripe()
    invoice = invoiced(world, paid=True)
    assert world.send("POST", "/v1/credit_notes", {"invoice": invoice["id"], **params}).status == 400
    assert world.effects() == [("stripe.charge", 2_000)]
    assert world.get("/v1/credit_notes")["data"] == []


def test_no_more_is_credited_than_there_was() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=True)
    half = {"invoice": invoice["id"], "amount": "1000", "refund_amount": "1000"}
    world.post("/v1/credit_notes", half)
    world.post("/v1/credit_notes", half)
    assert world.send("POST", "/v1/credit_notes", {**half, "amount": "1", "refund_amount": "1"}).status == 400
    assert sum(amount for kind, amount in world.effects() if kind == "stripe.refund") == 2_000


def test_a_refund_elsewhere_leaves_less_to_refund_by_a_note() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=True)
    charge = world.get("/v1/charges")["data"][0]["id"]
    world.post("/v1/refunds", {"charge": charge, "amount": "1500"})
    note = {"invoice": invoice["id"], "amount": "1000", "refund_amount": "1000"}
    assert world.send("POST", "/v1/credit_notes", note).status == 400
    assert world.effects()[1:] == [("stripe.refund", 1_500)]


def test_a_preview_is_nothing_but_a_look() -> None:
    world = Stripe()
    invoice = invoiced(world, paid=False)
    assert world.get("/v1/credit_notes/preview", {"invoice": invoice["id"], "amount": "500"})["amount"] == 500
    assert world.get(f"/v1/invoices/{invoice['id']}")["amount_remaining"] == 2_000


@pytest.mark.parametrize(
    ("balance", "charged", "after"), [("-500", 1_500, 0), ("500", 2_500, 0), ("-5000", None, -3_000)]
)
def test_a_customers_balance_goes_into_the_next_invoice(balance: str, charged: int | None, after: int) -> None:
    world = Stripe()
    customer = world.customer()
    world.post(f"/v1/customers/{customer['id']}", {"balance": balance})
    world.post("/v1/subscriptions", {"customer": customer["id"], "items[0][price]": world.price()["id"]})
    assert world.effects() == ([] if charged is None else [("stripe.charge", charged)])
    assert world.get(f"/v1/customers/{customer['id']}")["balance"] == after
    entries = world.get(f"/v1/customers/{customer['id']}/balance_transactions")["data"]
    assert sum(entry["amount"] for entry in entries) == after


def test_what_is_too_little_to_be_charged_waits() -> None:
    world = Stripe()
    invoice = invoiced(world, 30, paid=False)
    assert (invoice["status"], invoice["amount_due"]) == ("paid", 0)
    assert world.get(f"/v1/customers/{invoice['customer']}")["balance"] == 30
