"""What a simulator still has to do later: deferred steps of its vendor, and webhooks to deliver.

In the order of due instants and, within one instant, of entry (`lanes.py`). Nobody here sleeps or sends: a host asks
`next_due_s`, calls the simulator's `run_due` at that instant, sends what it is handed and reports with `webhook_done`.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Notice
from brownout_simulators.lanes import Lanes


class Cause(NamedTuple):
    """The call that something goes back to: a later effect or webhook is booked under the same operation."""

    operation_id: str = ""
    request_id: str = ""
    idempotency_key: str = ""
    route: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = MappingProxyType({})


_NO_CAUSE = Cause()


@dataclass(frozen=True, slots=True)
class OutgoingWebhook:
    """One attempt at one delivery, for a host to send with POST."""

    id: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float
    connect_timeout_s: float
    """At most the whole of `timeout_s`."""
    account: str = ""
    type: str = ""
    attempt: int = 1


@dataclass(slots=True)
class Step:
    """A vendor's deferred step."""

    account: Account[Any]
    run: Callable[[], Aftermath | None]
    goes_back_to: Cause

    def cause(self) -> Cause:
        """The call that it goes back to."""
        return self.goes_back_to


@dataclass(slots=True)
class Delivering:
    """One notice on its way to one endpoint, through all its attempts."""

    id: int
    account: Account[Any]
    notice: Notice
    url: str
    secret: str
    noticed_at_s: float
    attempt: int = 1
    bad_signature: bool = False
    bad_age_s: float = 0.0
    """Makes the signature this much older than it is."""
    delay_s: float = 0.0
    """Added to each attempt's instant: late, or out of order."""
    was_seen_through: bool = False
    """Its receiver is done with it, however often it comes again: it has seen through a forged one, or wants none."""
    goes_back_to: Cause = _NO_CAUSE
    faults: tuple[str, ...] = ()
    """The rules that struck it."""
    begun_at_s: float = 0.0
    """The first attempt, on the machine's clock."""
    sent_at_s: float = 0.0
    """The attempt that is under way, on the machine's clock."""


Item = Step | Delivering


class Agenda:
    """Bounded: what does not fit is dropped and counted."""

    def __init__(self, limit: int = 200_000) -> None:
        self.limit = limit
        self.dropped = 0
        self.on_earlier: Callable[[], None] | None = None
        """Called when something is entered that is due before everything else: a host then sets its timer anew."""
        self._items: Lanes[Item] = Lanes()
        self._webhook_ids = itertools.count(1)
        self._waiting: dict[int, Delivering] = {}
        """Handed to a host, answer awaited."""

    def new_id(self) -> int:
        """A number for a webhook, never given twice."""
        return next(self._webhook_ids)

    def enter(self, due_s: float, item: Item) -> bool:
        """Put `item` on the agenda; False if there is no room."""
        items = self._items
        if len(items) + len(self._waiting) >= self.limit:
            self.dropped += 1
            return False
        before_s = items.next_due_s
        items.add(due_s, item)
        if (before_s is None or due_s < before_s) and self.on_earlier is not None:
            self.on_earlier()
        return True

    def next_due_s(self) -> float | None:
        """When the next item is due; None if nothing is left."""
        return self._items.next_due_s

    def pop_due(self, now_s: float) -> Item | None:
        """The next item that is due by `now_s`, taken off the agenda."""
        return self._items.pop_due(now_s)

    def await_answer(self, delivering: Delivering) -> None:
        """A host was handed this delivery."""
        self._waiting[delivering.id] = delivering

    def answered(self, webhook_id: int) -> Delivering | None:
        """The delivery that a host now reports on; None if it is not awaited (any more)."""
        return self._waiting.pop(webhook_id, None)

    @property
    def open_webhooks(self) -> int:
        """Deliveries that are neither done nor given up. Who saw a forged one through, or wants no more
        (410), is done with it, however often it comes again."""
        ahead = (item for item in self._items if isinstance(item, Delivering))
        return sum(not each.was_seen_through for each in (*self._waiting.values(), *ahead))

    @property
    def open_steps(self) -> int:
        """Deferred steps that have not run yet."""
        return sum(isinstance(item, Step) for item in self._items)

    def forget(self, account: Account[Any] | None = None) -> None:
        """Drop what belongs to `account`, or everything."""
        if account is None:
            self._items.clear()
            self._waiting.clear()
            return
        self._items.keep(lambda item: item.account is not account)
        self._waiting = {key: item for key, item in self._waiting.items() if item.account is not account}
