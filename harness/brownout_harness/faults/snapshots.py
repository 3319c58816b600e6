"""What the store held at the instants to which it is to be put back: taken beforehand, for the scenario says which."""

from collections.abc import Callable
from typing import Generic, TypeVar

from brownout_harness.faults.agenda import LATE_S
from brownout_scenarios.schema import Scenario

T = TypeVar("T")


class Snapshots(Generic[T]):
    """Of one run, in either mode."""

    def __init__(self, scenario: Scenario) -> None:
        restores = [(at_s, action.restore) for at_s, action in scenario.actions()]
        self.due = sorted(at_s - restore.from_s for at_s, restore in restores if restore is not None)
        """The instants at which one is still to be taken."""
        self._taken: list[tuple[float, T]] = []

    def take(self, now_s: float, copied: Callable[[], T | None]) -> None:
        """Take what is due; `copied` says None where the store cannot be copied."""
        if not self.due or self.due[0] > now_s:
            return
        self.due = [at_s for at_s in self.due if at_s > now_s]
        snapshot = copied()
        if snapshot is not None:
            self._taken.append((now_s, snapshot))

    def as_of(self, at_s: float) -> T | None:
        """What it held at that instant; None: nobody knows."""
        near = [(abs(taken_s - at_s), index) for index, (taken_s, _) in enumerate(self._taken)]
        apart_s, index = min(near, default=(LATE_S + 1.0, -1))
        return self._taken[index][1] if apart_s <= LATE_S else None
