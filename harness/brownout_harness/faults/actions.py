"""What a scenario has done to the machine: whether it could be done when it was to be, and which moments never came.

An action that was not taken as asked leaves the run inconclusive: the experiment was another one.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from brownout_harness.judging.evidence import Deed, Gap, GapKind
from brownout_harness.judging.orders import Came
from brownout_scenarios.moments import EVERY_REQUEST, STORE_WRITE
from brownout_scenarios.phases import Action, Trigger
from brownout_scenarios.processes import ProcessStates
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import STORE
from brownout_scenarios.yaml_tree import Path


class Actions:
    """Of one run, in either mode."""

    def __init__(self, scenario: Scenario) -> None:
        self.waiting: dict[str, Trigger] = {trigger.id: trigger for trigger in scenario.triggers()}
        """Those whose moment has not come, by id."""
        self.gaps: list[Gap] = []
        self.processes = ProcessStates((*scenario.processes, STORE))
        """Where each of them stands."""
        self._of_target = scenario.processes

    def serving(self) -> tuple[str, ...]:
        """The processes of the target that are to run now."""
        return tuple(name for name in self._of_target if self.processes.state(name) in ("running", "starved"))

    def begins(self, action: Action, now_s: float) -> bool:
        """Whether it can be done now; then it counts as done. Else it is a gap."""
        why = self.processes.objection(action)
        if why:
            self.gaps.append(Gap(GapKind.NOT_STAGED, f"{action.text} was due, and {why}", now_s))
            return False
        self.processes.take(action)
        return True

    def deed(self, action: Action, now_s: float) -> Deed:
        """What is done now, as the judge is told of it."""
        ends = (action.kill is not None or action.stop is not None) and action.process != STORE
        return Deed(
            now_s, action.text, cuts_off=ends, sends_again=action.redrive is not None, process=action.process or ""
        )

    def come(self, trigger_id: str) -> Trigger | None:
        """Its moment has come; None where it had come before."""
        return self.waiting.pop(trigger_id, None)

    def never_came(self, came: Mapping[str, int]) -> list[Gap]:
        """Whatever still waits at the end. `came` says of how many how often something of the kind happened."""
        return [_never(trigger, came.get(trigger.id, 0)) for trigger in self.waiting.values()]


def written_down(came: Came, deed: Deed, deeds: list[Deed]) -> str:
    """What an operator was told goes to his deed, among the others; returns it in words."""
    deeds[deeds.index(deed)] = deed._replace(orders=came.orders)
    return f"{deed.text}: {came.said}"


def _never(trigger: Trigger, came: int) -> Gap:
    between = f"from {trigger.start_s:g} s to {trigger.end_s:g} s"
    return Gap(GapKind.NOT_STAGED, f"{trigger.text}: the moment never came, there were {came} of them {between}")


def watched(triggers: Iterable[Trigger], vendor: str, start_at_s: float) -> list[dict[str, Any]]:
    """What a vendor's simulator is to watch for, as its control API takes it; the run starts at `start_at_s`."""
    return [
        {
            "id": trigger.id,
            "match": trigger.moment.match or EVERY_REQUEST,
            "moment": trigger.moment.moment,
            "nth": trigger.moment.nth,
            "start_s": start_at_s + trigger.start_s,
            "end_s": start_at_s + trigger.end_s,
        }
        for trigger in triggers
        if trigger.moment.vendor == vendor
    ]


def unmoved(scenario: Scenario, whose: Collection[str], why: str) -> list[tuple[Path, str]]:
    """Clocks of these that a mode cannot move, because of this, by their place in the scenario; none without a
    reason."""
    return [
        (("phases", index, "actions", position, "clock"), why)
        for index, phase in enumerate(scenario.phases)
        for position, action in enumerate(phase.actions)
        if action.clock in whose and why
    ]


def unfilled(scenario: Scenario, why: str) -> list[tuple[Path, str]]:
    """Disks that a mode cannot fill, because of this, by their place in the scenario; none where there is no reason."""
    return [
        (("phases", index, "actions", position, action.verb), f"needs a disk of its own, and cannot have one: {why}")
        for index, phase in enumerate(scenario.phases)
        for position, action in enumerate(phase.actions)
        if action.disk is not None and why
    ]


def unseen(scenario: Scenario, cure: str) -> list[tuple[Path, str]]:
    """Moments that only a mode sees which has the gateway's stores at hand, by their place in the scenario."""
    return [
        (("phases", index, "actions", position, "on", "moment"), f"{STORE_WRITE} is seen in virtual mode only: {cure}")
        for index, phase in enumerate(scenario.phases)
        for position, action in enumerate(phase.actions)
        if action.on is not None and action.on.moment == STORE_WRITE
    ]
