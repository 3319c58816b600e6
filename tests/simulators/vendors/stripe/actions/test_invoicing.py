"""How an invoice is finalised and paid."""

from typing import Any

import pytest

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


def test_a_paid_invoice_is_not_paid_again() -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world)['id']}"
    world.post(f"{path}/pay")
    assert world.send("POST", f"{path}/pay").error["message"] == "Invoice is already paid"
    assert len(world.effects()) == 1


def test_a_decline_leaves_it_open_and_another_card_pays_it() -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world, alias='pm_card_chargeCustomerFail')['id']}"
    answer = world.send("POST", f"{path}/pay")
    assert (answer.status, answer.error["code"]) == (402, "card_declined")
    assert world.get(path)["status"] == "open"
    assert world.get(path)["attempt_count"] == 1
    assert world.events()[-1] == "invoice.payment_failed"
    assert world.post(f"{path}/pay", {"payment_method": "pm_card_visa"})["status"] == "paid"


@pytest.mark.parametrize("off_session", ["", "true", "false"])
def test_an_invoice_waits_for_the_customer_whose_card_asks_for_authentication(off_session: str) -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world, alias='pm_card_authenticationRequired')['id']}"
    params = {"payment_method": "pm_card_authenticationRequired", "off_session": off_session}
    answer = world.send("POST", f"{path}/pay", params)
    assert answer.error["code"] == "invoice_payment_intent_requires_action"
    assert world.events()[-1] == "invoice.payment_action_required"
    assert world.effects() == []


def test_nothing_due_is_paid_at_once() -> None:
    world = Stripe()
    assert world.post(f"{PATH}/{_draft(world, 0)['id']}/finalize")["status"] == "paid"


@pytest.mark.parametrize(
    ("steps", "status", "event"),
    [
        (["finalize", "void"], "void", "invoice.voided"),
        (["finalize", "mark_uncollectible"], "uncollectible", "invoice.marked_uncollectible"),
        (["finalize", "mark_uncollectible", "void"], "void", "invoice.voided"),
        (["send"], "open", "invoice.sent"),
        (["finalize", "mark_uncollectible", "pay"], "paid", "invoice_payment.paid"),
    ],
)
def test_it_takes_the_ways_that_the_table_names(steps: list[str], status: str, event: str) -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world)['id']}"
    for step in steps:
        made = world.post(f"{path}/{step}")
    assert made["status"] == status
    assert world.events()[-1] == event


@pytest.mark.parametrize(
    ("before", "action"),
    [
        ([], "void"),
        ([], "mark_uncollectible"),
        (["finalize"], "finalize"),
        (["pay"], "void"),
        (["finalize", "void"], "pay"),
    ],
)
def test_it_takes_no_other_way(before: list[str], action: str) -> None:
    world = Stripe()
    path = f"{PATH}/{_draft(world)['id']}"
    for step in before:
        world.post(f"{path}/{step}")
    status = world.get(path)["status"]
    assert world.send("POST", f"{path}/{action}").error["code"] == "invoice_not_editable"
    assert world.get(path)["status"] == status
