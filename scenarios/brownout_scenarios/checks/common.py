"""What several checks need: bounds, and how a finding is told."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from brownout_scenarios import units
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group
from brownout_scenarios.yaml_tree import Path

MAX_DURATION_S = 6 * 3600.0
MAX_RATE_PER_S = 10_000.0
MAX_ARRIVALS = 2_000_000
MAX_ITEMS = 200

Found: TypeAlias = Iterator[tuple[Path, str]]
"""Path in the file, and what is wrong there."""


def groups_in(scenario: Scenario) -> list[tuple[Path, Group]]:
    """Every group of users, with its place in the file."""
    groups = scenario.workload.groups
    if not isinstance(scenario.document.get("workload"), list):
        return [(("workload",), groups[0])]
    return [(("workload", index), group) for index, group in enumerate(groups)]


def check_rate(rate_per_s: float, at: Path, least: float = 1e-6) -> Found:
    if not least <= rate_per_s <= MAX_RATE_PER_S:
        yield at, f"{units.rate(rate_per_s)} is outside {'above 0/s' if least else '0/s'} to {MAX_RATE_PER_S:g}/s"


def check_repeated(at: Path, names: Iterable[str]) -> Found:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (*at, index, "name"), f"{units.shown(name)} is used twice"
        seen.add(name)
