"""The actions of a run that have an instant, in order. One that cannot be begun yet waits, and is told as late.

What was told to stop may still be ending when it is to be started again: two of it cannot be on one port. Its end is
bounded by its grace, so nobody has to wait for it but the start itself.
"""

import bisect
from collections.abc import Callable, Iterable
from typing import Final

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_scenarios.phases import Action

LATE_S: Final = 0.5
"""What comes so much later than it was due was not done as asked."""


class Agenda:
    """Of one run, in either mode."""

    def __init__(self, actions: Iterable[tuple[float, Action]]) -> None:
        self._due = sorted(actions, key=_at_s)

    def __bool__(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self._due)

    def add(self, at_s: float, action: Action) -> None:
        """What follows from something that was done."""
        bisect.insort(self._due, (at_s, action), key=_at_s)

    def take(self, now_s: float, waits: Callable[[Action], bool]) -> tuple[Action, Gap | None] | None:
        """What is to be done now, and the gap where it comes late; None: nothing is, or it `waits`."""
        for index, (at_s, action) in enumerate(self._due):
            if at_s > now_s:
                break
            if not waits(action):
                del self._due[index]
                return action, late(action, at_s, now_s)
        return None

    def ahead_s(self, now_s: float) -> float | None:
        """How long until the next one is due; of those that wait, nobody knows. None: none is."""
        return next((at_s - now_s for at_s, _ in self._due if at_s > now_s), None)


def late(action: Action, at_s: float, now_s: float) -> Gap | None:
    """The gap of what was due at one instant and is done at another."""
    if now_s - at_s <= LATE_S:
        return None
    why = f": {action.process} was still ending, or the harness was late" if action.start is not None else ""
    kind = GapKind.NOT_STAGED if action.start is not None else GapKind.FELL_BEHIND
    return Gap(kind, f"{action.text} came {now_s - at_s:.1f} s late{why}", at_s)


def _at_s(item: tuple[float, Action]) -> float:
    return item[0]
