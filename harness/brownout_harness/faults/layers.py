"""Who acts the faults of a run out: one actor for each layer, told beforehand, asked afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from brownout_harness.judging.inputs import FaultCount
from brownout_scenarios.phases import Layer
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_scenarios.yaml_tree import Path

WORDS: Final[Mapping[Layer, str]] = {
    "vendor": "inside the vendor",
    "wire": "on the wire",
    "machine": "in the machine",
}


class Actor(Protocol):
    """Acts out the faults of one layer, in one mode."""

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:
        """Take the whole schedule before the run begins; instants of rules count from `start_at_s`, on the clock of the
        mode's processes."""
        ...

    def counts(self) -> Mapping[str, FaultCount]:
        """After the run: by the rule's id, how often each matched and struck."""
        ...


def schedule(actors: Mapping[Layer, Actor], scenario: Scenario, start_at_s: float) -> None:
    """Hand each layer its rules; a layer without any is told so, too."""
    rules = (*scenario.standing_rules(), *scenario.fault_rules())
    for layer, actor in actors.items():
        actor.schedule([rule for rule in rules if rule.layer == layer], start_at_s)


def counted(actors: Iterable[Actor]) -> dict[str, FaultCount]:
    """What all layers counted."""
    return {rule: count for actor in actors for rule, count in actor.counts().items()}


def in_force(rules: Iterable[FaultRule], now_s: float) -> tuple[str, ...]:
    """What goes wrong at this instant, for people: `stripe: hang on every request`."""
    return tuple(f"{rule.whose}: {rule.text}" for rule in rules if rule.start_s <= now_s < rule.end_s)


def unacted(scenario: Scenario, layers: Iterable[Layer], cure: str) -> list[tuple[Path, str]]:
    """Faults that a mode cannot act out, by their place in the scenario; `cure` says what can be done instead."""
    able = set(layers)
    found = [
        ((*placed.path, placed.fault.kind), f"happens {WORDS[placed.fault.layer]}, which {cure}")
        for placed in scenario.placed_faults()
        if placed.fault.layer not in able
    ]
    return list(dict.fromkeys(found))
