"""Moments in real mode: the simulator that sees one holds the call there until the runner has done what is to be done.

    simulator: nth charge committed, held ──asked every turn──▶ runner: kill, wait until it is dead ──▶ let go

So the target is dead before its answer can go out. A call that waited too long goes on by itself, and that is a gap.
When the last byte of an answer is out nothing can be held: what is done then follows some milliseconds later.
"""

from collections.abc import Callable

from brownout_harness.faults.actions import Actions
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real.booths import Booths
from brownout_scenarios.phases import Action, Trigger


class RealMoments:
    """Of one run."""

    def __init__(self, actions: Actions, booths: Booths, *, act: Callable[[Action], None]) -> None:
        """`act` is called while the call is held, and has to return when it is done."""
        self._actions = actions
        self._booths = booths
        self._act = act
        self._came: dict[str, int] = {}

    def watch(self, start_at_s: float) -> None:
        """Tell the simulators, before the run starts."""
        self._booths.watch([*self._actions.waiting.values()], start_at_s)

    def look(self, now_s: float) -> list[Gap]:
        """Do what is due by the simulators; returns what came too late. Costs a call to each that may have seen
        something, and mostly none."""
        open_now = [each for each in self._actions.waiting.values() if each.start_s <= now_s]
        gaps = []
        for held in self._booths.moments({each.moment.vendor for each in open_now}):
            self._came[held.id] = held.came
            trigger = self._actions.come(held.id) if held.has_come else None
            if trigger is not None:
                self._act(trigger.action)
                if not held.let_go():
                    gaps.append(_late(trigger, now_s))
        return gaps

    def gaps(self, now_s: float) -> list[Gap]:
        """After the load: moments that never came."""
        return [*self.look(now_s), *self._actions.never_came(self._came)]


def _late(trigger: Trigger, now_s: float) -> Gap:
    return Gap(GapKind.NOT_STAGED, f"{trigger.text}: the call went on before that was done", now_s)
