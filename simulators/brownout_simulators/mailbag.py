"""Webhooks in somebody's hand: held back as they come due, sent in the order that he says, or sent again.

What is sent in an order goes out one after the other, each when the one before it has its answer: otherwise the order
of sending would say nothing about the order of arrival.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.agenda import Delivering

HOLD_LIMIT: Final = 1_000
"""Deliveries that are held back; the next one goes out as if nobody held any."""
AGAIN_LIMIT: Final = 200
"""Of those that are over, so many can be sent again."""


class Mailbag:
    """One outbox's. For one thread."""

    def __init__(self, new_id: Callable[[], int]) -> None:
        self.is_holding = False
        """What comes due is held back."""
        self._new_id = new_id
        self._held: dict[int, Delivering] = {}
        self._past: dict[int, Delivering] = {}
        self._in_order: deque[Delivering] = deque()
        self._ahead: Delivering | None = None
        """The one that was sent, and that the next waits for."""

    @property
    def held(self) -> Sequence[Delivering]:
        """As they came due."""
        return tuple(self._held.values())

    @property
    def again(self) -> Iterator[int]:
        """The ids of those that are over and can be sent again, the oldest first."""
        return iter(self._past)

    def __len__(self) -> int:
        """Deliveries that are still to go out from here."""
        return len(self._held) + len(self._in_order)

    def takes(self, delivering: Delivering) -> bool:
        """Hold this one back that is due, if any is held; False: it goes out."""
        if not self.is_holding or delivering is self._ahead or len(self) >= HOLD_LIMIT:
            return False
        self._held[delivering.id] = delivering
        return True

    def over(self, delivering: Delivering) -> None:
        """It will not be tried any more: it may be sent again."""
        self._past.pop(delivering.id, None)
        self._past[delivering.id] = delivering
        if len(self._past) > AGAIN_LIMIT:
            del self._past[next(iter(self._past))]

    def line_up(self, ids: Sequence[int]) -> int:
        """Have these sent in this order: those that are held, and those that are over once more, as new deliveries.
        Returns how many. Raises `ValueError` where one of them is neither, and then nothing has changed."""
        for each in ids:
            if each not in self._held and each not in self._past:
                raise ValueError(f"send: there is no webhook {each} that is held or could be sent again")
        if len(set(ids)) < len(ids):
            raise ValueError("send: the same webhook is named twice")
        if len(self._in_order) + len(ids) > HOLD_LIMIT:
            raise ValueError(f"send: more than {HOLD_LIMIT} webhooks would wait for their turn")
        for each in ids:
            self._in_order.append(self._held.pop(each) if each in self._held else self._anew(self._past[each]))
        return len(ids)

    def let_all_go(self) -> None:
        """Hold nothing back any more: what was held goes out in the order in which it came due."""
        self.is_holding = False
        self._in_order += self._held.values()
        self._held.clear()

    def next_in_order(self) -> Delivering | None:
        """The one whose turn it is; None while another is on its way, or where there is none."""
        if self._ahead is not None or not self._in_order:
            return None
        delivering = self._in_order.popleft()
        self._ahead = delivering
        return delivering

    def answered(self, webhook_id: int) -> bool:
        """This attempt has its answer, or will never have one; True where the next one waited for it."""
        if self._ahead is None or webhook_id != self._ahead.id:
            return False
        self._ahead = None
        return True

    def _anew(self, past: Delivering) -> Delivering:
        return replace(
            past, id=self._new_id(), attempt=1, delay_s=0.0, bad_signature=False, bad_age_s=0.0,
            was_seen_through=False, faults=(),
        )  # fmt: skip

    def forget(self, account: Account[Any] | None = None) -> None:
        """Drop what belongs to `account`, or everything."""
        if account is None:
            self.is_holding = False
        self._held = {key: each for key, each in self._held.items() if not _is_of(each, account)}
        self._past = {key: each for key, each in self._past.items() if not _is_of(each, account)}
        self._in_order = deque(each for each in self._in_order if not _is_of(each, account))
        if self._ahead is not None and _is_of(self._ahead, account):
            self._ahead = None


def _is_of(delivering: Delivering, account: Account[Any] | None) -> bool:
    return account is None or delivering.account is account
