"""Whose doing it is when a vendor's code runs, and what that code puts off or publishes meanwhile."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.agenda import Agenda, Cause, Step
from brownout_simulators.clock import Clock
from brownout_simulators.problems import Problems

FAR_OFF_S: Final = 100 * 366 * 86_400.0
"""A hundred years: beyond, there are no dates to write, and nothing is due."""


class Doer(Protocol):
    """A call, a deferred step or a session."""

    def cause(self) -> Cause:
        """The call that its doings go back to."""
        ...


class Acting:
    """Shared by all that runs a vendor's code: the engine, the clockwork, the open sessions."""

    __slots__ = ("_agenda", "_clock", "_problems", "by", "published")

    def __init__(self, clock: Clock, agenda: Agenda, problems: Problems) -> None:
        self.by: Doer | None = None
        """None between two doings."""
        self.published: deque[tuple[Account[Any], str, Any]] = deque()
        """(account, topic, message), until the doing is committed."""
        self._clock = clock
        self._agenda = agenda
        self._problems = problems

    def later(self, account: Account[Any], delay_s: float, step: Callable[[], Aftermath | None]) -> None:
        """Run `step` after `delay_s` on the vendor's clock; it goes back to what acting now goes back to."""
        cause = self.by.cause() if self.by is not None else Cause()
        due_s = self._clock.vendor_s() + min(max(0.0, delay_s), FAR_OFF_S)
        if not self._agenda.enter(due_s, Step(account, step, cause)):
            self._problems.keep("the agenda is full: a deferred step was dropped")

    def publish(self, account: Account[Any], topic: str, message: Any) -> None:
        """To the account's open sessions, as soon as this doing is committed."""
        self.published.append((account, topic, message))
