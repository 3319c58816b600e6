"""Money that leaves, comes and goes on: payouts, top-ups, transfers to connected accounts and their reversals."""

from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import balance, crud, nested
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.declared.money import PAYOUT
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.funds import DAY_S
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resource import Verb, words
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged

SOON_S: Final = 3.0
"""When a bank's answer comes that takes minutes or a day in reality, so that a test sees it."""


def _sum(work: Work, given: Given, made: Object) -> None:
    made["currency"] = check_currency(work.call, given["currency"])
    made["amount"] = given["amount"]
    if given["amount"] < 1:
        code = "parameter_invalid_integer"
        raise errors.invalid(work.call, "amount", "This value must be greater than or equal to 1.", code)


def _new_payout(work: Work, given: Given, payout: Object) -> None:
    _sum(work, given, payout)
    balance.require(work, payout["amount"], payout["currency"], "payout")
    is_instant = payout["method"] == "instant"
    payout["arrival_date"] = work.now if is_instant else (work.now // DAY_S + 1) * DAY_S
    payout["destination"] = given.get("destination") or work.id("ba_")
    payout["balance_transaction"] = balance.book(work, "payout", payout, -payout["amount"])
    work.effect("stripe.payout", payout, payout["metadata"])
    account, id = work.account, payout["id"]  # noqa: A001
    wait_s = SOON_S if is_instant else max(SOON_S, payout["arrival_date"] - account.wall_s())
    account.later(wait_s, lambda: _arrive(account, id))


def _arrive(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    payout = account.state.of["payout"].get(id)
    if payout is None or payout["status"] != "pending":
        return None
    work = Work(None, account)
    work.emit("payout.updated", payout, work.change(payout, {"status": "paid"}))
    work.emit("payout.paid", payout)
    return work.aftermath()


CANCEL: Final = Verb("cancel", words("pending"), "canceled", "canceled")
REVERSE: Final = Verb("reverse", words("paid"), "", "")


def _give_back(work: Work, _given: Given, payout: Object) -> None:
    balance.book(work, "payout_cancel", payout, payout["amount"])


def reverse(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payouts/{id}/reverse: the money of a paid payout comes back, by a payout of its own."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payouts/{id}/reverse"])
    payout = crud.by_path(work, RESOURCES["payout"])
    crud.require(work, RESOURCES["payout"], payout, REVERSE)
    if payout["reversed_by"] is not None or payout["original_payout"] is not None:
        raise errors.wrong_state(call, "This payout has already been reversed.", "payout_reversal_not_allowed")
    back = PAYOUT.copy()
    back.update(
        id=work.id("po_"),
        amount=-payout["amount"],
        arrival_date=work.now,
        created=work.now,
        currency=payout["currency"],
        destination=payout["destination"],
        metadata=merged({}, given.get("metadata")),
        original_payout=payout["id"],
        status="paid",
    )
    back["balance_transaction"] = balance.book(work, "payout", back, payout["amount"])
    work.keep(back)
    work.effect("stripe.payout", back, back["metadata"])
    work.emit("payout.created", back)
    work.emit("payout.updated", payout, work.change(payout, {"reversed_by": back["id"]}))
    return work.reply(back)


def _new_topup(work: Work, given: Given, topup: Object) -> None:
    _sum(work, given, topup)
    topup["expected_availability_date"] = work.now
    account, id = work.account, topup["id"]  # noqa: A001
    account.later(SOON_S, lambda: _fill_up(account, id))


def _fill_up(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    topup = account.state.of["topup"].get(id)
    if topup is None or topup["status"] != "pending":
        return None
    work = Work(None, account)
    booked = balance.book(work, "topup", topup, topup["amount"])
    work.change(topup, {"status": "succeeded", "balance_transaction": booked})
    work.effect("stripe.topup", topup, topup["metadata"])
    work.emit("topup.succeeded", topup)
    return work.aftermath()


def _new_transfer(work: Work, given: Given, transfer: Object) -> None:
    _sum(work, given, transfer)
    destination = work.state.of["account"].get(given["destination"])
    if destination is None or destination.get("deleted"):
        raise errors.no_such(work.call, "destination", given["destination"], "destination", in_path=False)
    if given.get("source_transaction"):
        charge = work.find("charge", given["source_transaction"], "source_transaction")
        if charge["amount_captured"] < transfer["amount"] or charge["currency"] != transfer["currency"]:
            message = "The transfer must be in the charge's currency and no more than its amount."
            raise errors.invalid(work.call, "amount", message)
    else:
        balance.require(work, transfer["amount"], transfer["currency"], "transfer")
    transfer["destination_payment"] = work.id("py_")
    transfer["transfer_group"] = transfer["transfer_group"] or f"group_{transfer['id'][3:]}"
    transfer["reversals"] = list_of(f"/v1/transfers/{transfer['id']}/reversals", [])
    transfer["balance_transaction"] = balance.book(work, "transfer", transfer, -transfer["amount"])
    work.effect("stripe.transfer", transfer, transfer["metadata"])


def _new_reversal(work: Work, given: Given, reversal: Object, transfer: Object) -> None:
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = left if given.get("amount") is None else given["amount"]
    if not 1 <= amount <= left:
        message = f"Transfer reversal amount ({amount}) is greater than unreversed amount on transfer ({left})"
        raise errors.invalid(work.call, "amount", message)
    reversal.update(amount=amount, currency=transfer["currency"], transfer=transfer["id"])
    reversal["balance_transaction"] = balance.book(work, "transfer_refund", reversal, amount)
    reversal["destination_payment_refund"] = work.id("pyr_")
    work.effect("stripe.transfer_reversal", reversal, reversal["metadata"] or transfer["metadata"])
    reversed_now = transfer["amount_reversed"] + amount
    kept = transfer["reversals"]
    changes: dict[str, Any] = {
        "amount_reversed": reversed_now,
        "reversed": reversed_now == transfer["amount"],
        "reversals": list_of(kept["url"], [reversal, *kept["data"]][:10], has_more=len(kept["data"]) >= 10),
    }
    work.change(transfer, changes)
    work.emit("transfer.reversed", transfer)


ROUTES: Final = (
    *crud.routes("payout", prepare=_new_payout),
    crud.verb("payout", CANCEL, _give_back),
    crud.route("POST", "/v1/payouts/{id}/reverse", reverse),
    *crud.routes("topup", prepare=_new_topup),
    *crud.routes("transfer", prepare=_new_transfer),
    *nested.routes(
        "transfer_reversal", "transfer", "transfer", prepare=_new_reversal, does="create retrieve update list"
    ),
)
