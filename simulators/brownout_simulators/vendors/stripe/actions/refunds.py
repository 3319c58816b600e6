"""Refunds: partial ones add up to the charge, never beyond; some test cards answer later."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import balance, crud
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged

RESOURCE: Final = RESOURCES["refund"]
REASONS: Final = ("duplicate", "fraudulent", "requested_by_customer")
DELAYED_S: Final = 3.0
"""When a refund to one of the asynchronous test cards is answered; hours or days in reality."""


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/refunds, of a charge or of a PaymentIntent's charge."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/refunds"])
    reason = given.get("reason")
    if reason is not None and reason not in REASONS:
        raise errors.invalid(call, "reason", f"Invalid reason: must be one of {', '.join(REASONS)}")
    charge = _charge(work, given)
    amount = _amount(work, charge, given)
    return work.reply(give_back(work, charge, amount, reason=reason, metadata=merged({}, given.get("metadata"))))


def give_back(
    work: Work, charge: Object, amount: int, *, metadata: Mapping[str, str], reason: str | None = None
) -> Object:
    """A refund of a charge, of no more than is left of it: booked and told; a bank's answer may come later."""
    refund = crud.blank(work, RESOURCE, {})
    refund.update(
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
    )
    kind = "refund" if charge["id"].startswith("ch_") else "payment_refund"
    refund["balance_transaction"] = balance.book(work, kind, refund, -amount, waits=True)
    card = work.state.cards.get(charge["payment_method"])
    if card is not None and card.refund == "pending":
        refund["status"] = "pending"
    work.keep(refund)
    refunded = charge["amount_refunded"] + amount
    work.change(charge, {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]})
    work.effect("stripe.refund", refund, _references(refund, charge))
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge)
    if card is not None and card.refund != "succeeded":
        account, ending, id = work.account, card.refund, refund["id"]  # noqa: A001
        account.later(DELAYED_S, lambda: _resolve(account, id, ending))
    return refund


def _references(refund: Object, charge: Object) -> Mapping[str, str]:
    """The refund's own metadata; the payment's where the refund has none."""
    metadata: Mapping[str, str] = refund["metadata"] or charge["metadata"]
    return metadata


def _charge(work: Work, given: Mapping[str, Any]) -> Object:
    call = work.call
    if given.get("payment_intent"):
        intent = work.find("payment_intent", given["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise errors.wrong_state(call, message, "charge_not_refundable", param="payment_intent")
        return work.find("charge", intent["latest_charge"], "payment_intent")
    if given.get("charge"):
        return work.find("charge", given["charge"], "charge")
    message = "One of the following params should be provided for this request: payment_intent or charge."
    raise errors.invalid(call, "charge", message, "parameter_missing")


def _amount(work: Work, charge: Object, given: Mapping[str, Any]) -> int:
    call = work.call
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] and _is_charged_back(work, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise errors.wrong_state(call, message, "charge_disputed")
    if charge["status"] != "succeeded" or not charge["captured"]:
        message = f"Charge {charge['id']} has not been captured, so there is nothing to refund."
        raise errors.wrong_state(call, message, "charge_not_refundable")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise errors.wrong_state(call, message, "charge_already_refunded")
    amount = given.get("amount")
    if amount is None:
        return int(left)
    if amount < 1:
        code = "parameter_invalid_integer"
        raise errors.invalid(call, "amount", "This value must be greater than or equal to 1.", code)
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise errors.wrong_state(call, message, "amount_too_large", param="amount")
    return int(amount)


def _is_charged_back(work: Work, charge: Object) -> bool:
    """Whether the bank has the money: not while it only inquires, nor once the dispute is won."""
    disputed = (row for row in work.state.of["dispute"].newest_first() if row["charge"] == charge["id"])
    return any(not row["is_charge_refundable"] and row["status"] != "won" for row in disputed)


def _resolve(account: StripeAccount, id: str, ending: str) -> Aftermath | None:  # noqa: A002
    """The bank's late answer."""
    work = Work(None, account)
    refund = account.state.of["refund"].get(id)
    if refund is None or refund["status"] == "canceled":
        return None
    if ending == "failed":
        _undo(work, refund, "failed")
        work.emit("charge.refund.updated", refund, {"status": "pending"})
        work.emit("refund.failed", refund)
    else:
        previous = work.change(refund, {"status": "succeeded"})
        tell_updated(work, refund, previous)
    return work.aftermath()


def _undo(work: Work, refund: Object, status: str) -> dict[str, Any]:
    """Give the money back to the charge."""
    charge = work.state.of["charge"].get(refund["charge"])
    if charge is not None:
        work.change(charge, {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False})
    booked = balance.book(work, "refund_failure", refund, refund["amount"], waits=True)
    more = {"failure_reason": "expired_or_canceled_card"} if status == "failed" else {}
    return work.change(refund, {"status": status, "failure_balance_transaction": booked, **more})


def tell_updated(work: Work, refund: Object, previous: Mapping[str, Any]) -> None:
    """A refund's change has two names: its own, and the older one of its charge."""
    work.emit("charge.refund.updated", refund, previous)
    work.emit("refund.updated", refund, previous)


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/refunds/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/refunds/{id}"])
    refund = crud.by_path(work, RESOURCE)
    previous = work.change(refund, crud.changes_of(RESOURCE, refund, given))
    if previous:
        tell_updated(work, refund, previous)
    return work.reply(refund)


def cancel(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/refunds/{id}/cancel, while the refund still waits."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/refunds/{id}/cancel"])
    refund = crud.by_path(work, RESOURCE)
    if refund["status"] not in {"pending", "requires_action"}:
        message = f"Refund {refund['id']} has a status of {refund['status']} and can't be canceled."
        raise errors.wrong_state(call, message, "refund_not_cancelable")
    tell_updated(work, refund, _undo(work, refund, "canceled"))
    return work.reply(refund)


ROUTES: Final = (
    crud.route("POST", "/v1/refunds", create),
    crud.listing("refund"),
    crud.retrieval("refund"),
    crud.route("POST", "/v1/refunds/{id}", update),
    crud.route("POST", "/v1/refunds/{id}/cancel", cancel),
)
