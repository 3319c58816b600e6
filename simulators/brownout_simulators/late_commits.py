"""Work that a vendor does after its answer went out: it said that it failed, and commits a little later.

answered ──▶ owed: nothing to be found, the key in use, still in flight ──due──▶ committed, at that instant
"""

from typing import Any, Generic, TypeVar

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.agenda import Agenda, Step
from brownout_simulators.clock import Clock
from brownout_simulators.execution import Execution
from brownout_simulators.handling import Handling
from brownout_simulators.problems import Problems
from brownout_simulators.worlds import World

S = TypeVar("S")


class LateCommits(Generic[S]):
    """One simulator's. What is owed counts, until it is committed or forgotten with its epoch."""

    def __init__(self, agenda: Agenda, clock: Clock, execution: Execution[S], problems: Problems) -> None:
        self._agenda = agenda
        self._clock = clock
        self._execution = execution
        self._problems = problems
        self._owed: dict[Handling[S], Account[Any]] = {}

    def __len__(self) -> int:
        return len(self._owed)

    def put_off(self, one: Handling[S], world: World[S], delay_s: float) -> None:
        """Have the call's work done and committed `delay_s` from now, whatever becomes of its answer."""

        def work() -> Aftermath | None:
            if self._owed.pop(one, None) is None:
                return None
            reply = self._execution.perform(one, world.account)
            self._execution.remember(one, world, reply)
            return Aftermath(reply.effects, reply.notices)

        one.is_owed = True
        self._owed[one] = world.account
        if not self._agenda.enter(self._clock.vendor_s() + delay_s, Step(world.account, work, one.cause())):
            one.is_owed = False
            del self._owed[one]
            self._problems.keep("the agenda is full: a late commit was dropped")

    def forget(self, account: Account[Any] | None = None) -> None:
        """Of one account, or all: its epoch is over, and its steps go with the agenda."""
        self._owed = {one: its for one, its in self._owed.items() if account is not None and its is not account}
