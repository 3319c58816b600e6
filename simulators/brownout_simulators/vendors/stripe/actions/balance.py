"""The balance, and the balance transactions that it is the sum of: every movement of money is one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.funds import Funds, Move, available_from, printed_move
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work


def book(
    work: Work,
    type: str,  # noqa: A002 - the wire's own name
    source: Object,
    amount: int,
    *,
    fee: int = 0,
    waits: bool = False,
) -> str:
    """Record that money moved, on account of `source`; the id of its balance transaction. `waits`: it is pending first.

    The balance is the account's, and goes by its clock, also where the source goes by a test clock.
    """
    account, now = work.account, int(work.account.epoch_s + work.at_s)
    id = work.id("txn_")  # noqa: A001
    on = available_from(now) if waits else now
    move = Move(id, type, amount, fee, source["currency"], source["id"], now, on, source.get("description"))
    if work.state.funds.add(move, now, work.at_s):
        account.later(max(0.0, on - account.wall_s()), lambda: _becomes_available(account))
    return id


def _becomes_available(account: StripeAccount) -> Aftermath:
    work = Work(None, account)
    tell_available(work)
    return work.aftermath()


def tell_available(work: Work) -> None:
    """Money has become available: the event has the whole balance in it."""
    work.emit("balance.available", printed(work))


def require(work: Work, amount: int, currency: str, what: str) -> None:
    """Refuse to move more than is available."""
    funds = _settled(work)
    if funds.available.get(currency, 0) < amount:
        message = (
            f"You have insufficient available funds in your Stripe account for this {what}. Try adding funds directly "
            "to your available balance by creating Charges using the 4000000000000077 test card."
        )
        raise Refused(errors.error(work.call, 400, message, code="balance_insufficient", executed=True))


def _settled(work: Work) -> Funds:
    funds = work.state.funds
    funds.settle(int(work.account.epoch_s + work.at_s))
    return funds


def _entry(amount: int, currency: str) -> Object:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def printed(work: Work) -> Object:
    """The balance as Stripe prints it."""
    funds = _settled(work)
    pending = funds.pending
    currencies = sorted({*pending, *funds.available}) or ["usd"]
    return {
        "object": "balance",
        "available": [_entry(funds.available.get(currency, 0), currency) for currency in currencies],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in currencies],
        "livemode": False,
        "pending": [_entry(pending.get(currency, 0), currency) for currency in currencies],
    }


def retrieve(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/balance."""
    work = Work(call, account)
    work.read(RETRIEVE)
    return work.reply(printed(work))


class _Printed:
    """The movements as lists see them: printed."""

    def __init__(self, funds: Funds, now: int) -> None:
        self._moves, self._now = funds.moves, now

    def get(self, id: str) -> Move | None:  # noqa: A002
        return self._moves.get(id)

    def newest_first(self, below: str | None = None) -> Iterator[Object]:
        return (printed_move(move, self._now) for move in self._moves.newest_first(below))

    def oldest_first(self, above: str | None = None) -> Iterator[Object]:
        return (printed_move(move, self._now) for move in self._moves.oldest_first(above))


EQUAL: Final = ("currency", "source", "type")


def listing(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/balance_transactions."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/balance_transactions"])
    rows = _Printed(account.state.funds, work.now)
    return work.reply(
        page(call, rows, given, url="/v1/balance_transactions", noun="balance transaction", wanted=_wanted(given))
    )


def _wanted(given: Mapping[str, Any]) -> Any:
    equal = {name: given[name] for name in EQUAL if given.get(name)}
    payout = given.get("payout")

    def wanted(row: Object) -> bool:
        # Payouts are made by hand here: of an automatic one this would be all that it pays out.
        return (not payout or row["source"] == payout) and all(row[name] == value for name, value in equal.items())

    return wanted


def transaction(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/balance_transactions/{id}."""
    work = Work(call, account)
    work.read(RETRIEVE)
    move = account.state.funds.moves.get(call.params["id"])
    if move is None:
        raise errors.no_such(call, "balance transaction", call.params["id"], "id", in_path=True)
    return work.reply(printed_move(move, work.now))


ROUTES: Final = (
    crud.route("GET", "/v1/balance", retrieve),
    crud.route("GET", "/v1/balance_transactions", listing),
    crud.route("GET", "/v1/balance_transactions/{id}", transaction),
)
