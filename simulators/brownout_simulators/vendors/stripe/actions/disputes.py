"""Disputes: the customer's bank takes the money back, and evidence may win it again.

needs_response ─evidence submitted─▶ under_review ─▶ won | lost        needs_response ─closed─▶ lost
warning_needs_response (an inquiry, which takes nothing) ─▶ warning_under_review ─▶ warning_closed
"""

from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import balance, crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.declared.money import DISPUTE
from brownout_simulators.vendors.stripe.funds import DAY_S, printed_move
from brownout_simulators.vendors.stripe.magic import Card
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

RESOURCE: Final = RESOURCES["dispute"]
FEE: Final = 1_500
"""What a dispute costs, in the minor unit; a dispute that is won does not give it back (Stripe's page "Disputes")."""
SOON_S: Final = 1.0
"""When a test card's dispute comes, after its payment."""
REVIEWED_S: Final = 3.0
"""When the bank decides on evidence; weeks in reality."""
RESPONSE_DAYS: Final = 9
OPEN: Final = frozenset({"needs_response", "warning_needs_response"})
WINNING, LOSING = "winning_evidence", "losing_evidence"
"""What `evidence[uncategorized_text]` says in a test, and how the bank then decides."""


def expect(work: Work, charge: Object, card: Card) -> None:
    """The card that was charged is a test card whose owner will dispute it."""
    account, id = work.account, charge["id"]  # noqa: A001
    account.later(SOON_S, lambda: _open(account, id, card))


def _open(account: StripeAccount, id: str, card: Card) -> Aftermath | None:  # noqa: A002
    charge = account.state.of["charge"].get(id)
    if charge is None:
        return None
    work = Work(None, account)
    is_inquiry = card.disputed == "inquiry"
    dispute = DISPUTE.copy()
    dispute.update(
        id=work.id("dp_"),
        amount=charge["amount_captured"],
        charge=id,
        created=work.now,
        currency=charge["currency"],
        evidence_details={
            "due_by": (work.now // DAY_S + RESPONSE_DAYS) * DAY_S - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=is_inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": card.brand,
                "case_type": "inquiry" if is_inquiry else "chargeback",
                "network": card.brand,
                "network_reason_code": "13.1" if card.disputed == "product_not_received" else "10.4",
            },
            "type": "card",
        },
        reason="general" if is_inquiry else card.disputed,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    work.keep(dispute)
    work.emit("charge.updated", charge, work.change(charge, {"disputed": True}))
    work.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        _move(work, dispute, charge, -dispute["amount"], FEE)
        work.emit("charge.dispute.funds_withdrawn", dispute)
    return work.aftermath()


def _move(work: Work, dispute: Object, charge: Object | None, amount: int, fee: int) -> None:
    """The bank takes the money, or gives it back."""
    booked = balance.book(work, "adjustment", dispute, amount, fee=fee)
    move = work.state.funds.moves.get(booked)
    printed = [printed_move(move, work.now)] if move is not None else []
    work.change(dispute, {"balance_transactions": [*dispute["balance_transactions"], *printed]})
    kind = "stripe.dispute" if amount < 0 else "stripe.dispute_reversal"
    work.effect(kind, dispute, charge["metadata"] if charge is not None else dispute["metadata"])


def _bring_evidence(work: Work, given: Given, dispute: Object) -> None:
    """POST /v1/disputes/{id}: evidence, and with `submit` (as if it were not given) the bank's decision on it."""
    if given.get("evidence") is None:
        return
    unknown = given["evidence"].keys() - dispute["evidence"].keys()
    if unknown:
        raise errors.unknown(work.call, f"evidence[{min(unknown)}]")
    if dispute["status"] not in OPEN:
        message = "This dispute is no longer open for evidence."
        raise errors.wrong_state(work.call, message, "dispute_unexpected_state")
    evidence = {**dispute["evidence"], **{name: value or None for name, value in given["evidence"].items()}}
    details = {**dispute["evidence_details"], "has_evidence": True}
    dispute["evidence"] = evidence
    if given.get("submit") is not False:
        details["submission_count"] += 1
        dispute["status"] = dispute["status"].replace("needs_response", "under_review")
        account, id = work.account, dispute["id"]  # noqa: A001
        account.later(REVIEWED_S, lambda: _decide(account, id))
    dispute["evidence_details"] = details


def _decide(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    """The bank's decision: by the test's words, and without any of them it stays under review."""
    dispute = account.state.of["dispute"].get(id)
    said = dispute and dispute["evidence"]["uncategorized_text"]
    if dispute is None or not dispute["status"].endswith("under_review") or said not in {WINNING, LOSING}:
        return None
    work = Work(None, account)
    _end(work, dispute, "won" if said == WINNING else "lost")
    return work.aftermath()


def _end(work: Work, dispute: Object, status: str) -> None:
    is_inquiry = dispute["status"].startswith("warning")
    charge = work.state.of["charge"].get(dispute["charge"])
    changes: dict[str, Any] = {"status": "warning_closed" if is_inquiry else status}
    work.change(dispute, changes)
    if status == "won" and not is_inquiry:
        _move(work, dispute, charge, dispute["amount"], 0)
        work.emit("charge.dispute.funds_reinstated", dispute)
    if charge is not None and is_inquiry:
        work.change(charge, {"disputed": False})
    work.emit("charge.dispute.closed", dispute)


def close(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/disputes/{id}/close: nothing is brought forward, and the money is lost."""
    work = Work(call, account)
    work.read(crud.taken("POST /v1/disputes/{id}/close"))
    dispute = crud.by_path(work, RESOURCE)
    if dispute["status"] not in OPEN:
        message = f"This dispute has a status of {dispute['status']} and cannot be closed."
        raise errors.wrong_state(call, message, "dispute_unexpected_state")
    _end(work, dispute, "lost")
    return work.reply(dispute)


ROUTES: Final = (
    *crud.routes("dispute", check=_bring_evidence),
    crud.route("POST", "/v1/disputes/{id}/close", close),
)
