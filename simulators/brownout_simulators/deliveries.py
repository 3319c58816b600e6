"""Every attempt to deliver a webhook, and what its receiver answered: the vendor's book of what it has told whom."""

from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 500_000


class Attempt(NamedTuple):
    """One attempt that is over. Instants on the machine's clock."""

    delivery: int
    """One notice on its way to one receiver: the same number through all its attempts."""
    attempt: int
    """From 1."""
    account: str
    type: str
    url: str
    operation_id: str
    """Of the call that the notice goes back to; empty where it passed none on."""
    request_id: str
    at_s: float
    finished_s: float
    status: int
    """Of the receiver's answer; 0: no connection, or no answer in time."""
    is_forged: bool
    """A fault had forged or aged its signature: to be refused."""
    is_last: bool
    """The vendor makes no further one."""
    faults: tuple[str, ...] = ()
    """The rules that struck its notice, by id."""


class Deliveries:
    """Bounded: what does not fit is dropped and counted."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.dropped = 0
        self._limit = limit
        self._attempts: list[Attempt] = []

    def __len__(self) -> int:
        return len(self._attempts)

    def add(self, attempt: Attempt) -> None:
        """In the order in which they end."""
        if len(self._attempts) >= self._limit:
            self.dropped += 1
        else:
            self._attempts.append(attempt)

    def page(self, start: int, limit: int) -> Sequence[Attempt]:
        """So many from the one at that place on, counted from 0."""
        return self._attempts[max(0, start) : max(0, start) + limit]
