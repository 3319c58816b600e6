"""Refunds: partial ones add up to the charge, never beyond; some test cards answer later."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import charges, crud
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

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
    refund = crud.blank(work, RESOURCE, given)
    refund.update(
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        balance_transaction=work.id("txn_"),
    )
    card = account.state.cards.get(charge["payment_method"])
    if card is not None and card.refund == "pending":
        refund["status"] = "pending"
    work.keep(refund)
    refunded = charge["amount_refunded"] + amount
    work.change(charge, {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]})
    charges.credit(work, -amount, charge["currency"])
    work.effect("stripe.refund", refund, _references(refund, charge))
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge)
    if card is not None and card.refund != "succeeded":
        ending, id = card.refund, refund["id"]  # noqa: A001
        account.later(DELAYED_S, lambda: _resolve(account, id, ending))
    return work.reply(refund)


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


def _resolve(account: StripeAccount, id: str, ending: str) -> Aftermath | None:  # noqa: A002
    """The bank's late answer."""
    work = Work(None, account)
    refund = account.state.of["refund"].get(id)
    if refund is None or refund["status"] == "canceled":
        return None
    if ending == "failed":
        _undo(work, refund, "failed")
        work.emit("refund.failed", refund)
    else:
        previous = work.change(refund, {"status": "succeeded"})
        work.emit("refund.updated", refund, previous)
    return work.aftermath()


def _undo(work: Work, refund: Object, status: str) -> dict[str, Any]:
    """Give the money back to the charge."""
    charge = work.state.of["charge"].get(refund["charge"])
    if charge is not None:
        work.change(charge, {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False})
    pending = work.state.pending
    pending[refund["currency"]] = pending.get(refund["currency"], 0) + refund["amount"]
    more = {"failure_reason": "expired_or_canceled_card"} if status == "failed" else {}
    return work.change(refund, {"status": status, **more})


def cancel(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/refunds/{id}/cancel, while the refund still waits."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/refunds/{id}/cancel"])
    refund = crud.by_path(work, RESOURCE)
    if refund["status"] not in {"pending", "requires_action"}:
        message = f"Refund {refund['id']} has a status of {refund['status']} and can't be canceled."
        raise errors.wrong_state(call, message, "refund_not_cancelable")
    previous = _undo(work, refund, "canceled")
    work.emit("refund.updated", refund, previous)
    return work.reply(refund)


ROUTES: Final = (
    crud.route("POST", "/v1/refunds", create),
    crud.listing("refund"),
    crud.retrieval("refund"),
    crud.update("refund"),
    crud.route("POST", "/v1/refunds/{id}/cancel", cancel),
)
