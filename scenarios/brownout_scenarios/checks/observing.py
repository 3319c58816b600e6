"""Of what is read of the target: whose it is, and that it is looked at often enough."""

from typing import Final

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

LEAST_S: Final = 0.05
LOOKS: Final = 2
"""So many in the time that a breaker stays open, at least."""


def observing(scenario: Scenario, words: Vocabulary) -> Found:
    told: dict[str, str] = {}
    for name, target in scenario.applications.items():
        if target.observe is None:
            continue
        source = target.observe.prometheus
        at: Path = (*(("targets", name) if scenario.targets else ("target",)), "observe", "prometheus")
        if scenario.replicas > 1:
            yield at, "is of one process, and there are several: nobody knows whose breaker it is"
        if not target.url and not target.asgi:
            yield at, "needs a url: that is where it is asked"
        if not LEAST_S <= source.every_s <= 60:
            yield (*at, "every"), f"{units.duration(source.every_s)} is outside {units.duration(LEAST_S)} to 60s"
        for vendor, each in source.breakers.items():
            where: Path = (*at, "breakers", vendor)
            if vendor not in words.vendors:
                yield where, f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
            elif vendor in told:
                yield where, f"is told by {told[vendor]}, too: a vendor's breaker is one process's"
            if each.open_for_s < LOOKS * source.every_s:
                least = units.duration(LOOKS * source.every_s)
                yield (*where, "open_for"), f"must be {least} or more: else looks, so far apart, miss that it was open"
            told[vendor] = name
