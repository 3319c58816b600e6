"""What an account's money is: every movement of it, and the balance that follows, pending and available."""

from typing import Any, Final, NamedTuple

from brownout_simulators.store import Store

DAY_S: Final = 86_400
PENDING_DAYS: Final = 2
"""Money that was taken is available at the midnight (UTC) after so many days have begun, as is usual in the US."""

KEEP_MOVES: Final = 30_000


class Move(NamedTuple):
    """One movement of money: what a balance transaction is printed from."""

    id: str
    type: str
    amount: int
    fee: int
    currency: str
    source: str
    created: int
    available_on: int
    description: str | None


CATEGORIES: Final = {
    "adjustment": "dispute",
    "payment": "charge",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "refund_failure": "refund_failure",
    "topup_reversal": "topup_reversal",
    "transfer_refund": "transfer_reversal",
}
"""How reports call a type of movement, where they do not call it by its own name."""


def printed_move(move: Move, now: int) -> dict[str, Any]:
    """A balance transaction as Stripe prints it."""
    fee = move.fee
    detail = {
        "amount": fee,
        "application": None,
        "currency": move.currency,
        "description": "Stripe processing fees" if move.type in {"charge", "payment"} else "Dispute fee",
        "type": "stripe_fee",
    }
    return {
        "id": move.id,
        "object": "balance_transaction",
        "amount": move.amount,
        "available_on": move.available_on,
        "balance_type": "payments",
        "created": move.created,
        "currency": move.currency,
        "description": move.description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": move.amount - fee,
        "reporting_category": CATEGORIES.get(move.type, move.type),
        "source": move.source,
        "status": "available" if move.available_on <= now else "pending",
        "type": move.type,
    }


def available_from(now: int) -> int:
    """When money that is taken now can be paid out."""
    return (now // DAY_S + PENDING_DAYS) * DAY_S


def fee_of(amount: int) -> int:
    """Stripe's standard fee in the minor unit: 2.9 % and 30."""
    return round(amount * 0.029) + 30


class Funds:
    """The balance, in minor units by currency. What is pending is kept by the instant at which it becomes available."""

    __slots__ = ("_pending", "available", "moves")

    def __init__(self) -> None:
        self.moves: Store[Move] = Store(KEEP_MOVES)
        self.available: dict[str, int] = {}
        self._pending: dict[int, dict[str, int]] = {}

    def add(self, move: Move, now: int, at_s: float) -> bool:
        """Book a movement. Whether it is the first that is pending for its instant."""
        self.moves.add(move.id, move, at_s)
        net = move.amount - move.fee
        if move.available_on <= now:
            self.available[move.currency] = self.available.get(move.currency, 0) + net
            return False
        waiting = self._pending.get(move.available_on)
        if waiting is None:
            self._pending[move.available_on] = {move.currency: net}
            return True
        waiting[move.currency] = waiting.get(move.currency, 0) + net
        return False

    def settle(self, now: int) -> None:
        """Make available what is due by now."""
        for instant in [instant for instant in self._pending if instant <= now]:
            for currency, net in self._pending.pop(instant).items():
                self.available[currency] = self.available.get(currency, 0) + net

    @property
    def pending(self) -> dict[str, int]:
        """What is not yet available, by currency."""
        total: dict[str, int] = {}
        for waiting in self._pending.values():
            for currency, net in waiting.items():
                total[currency] = total.get(currency, 0) + net
        return total
