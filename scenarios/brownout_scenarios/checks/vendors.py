"""Of the vendors: what is said of their correlation, limits, capacity, set-up and policies."""

import re
from collections.abc import Mapping
from typing import Any, Final

from brownout_scenarios import grammar, spelling, units, wording
from brownout_scenarios.checks.common import Found
from brownout_scenarios.limits import Figures, Limits
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path


def vendors(scenario: Scenario, words: Vocabulary) -> Found:
    for key, named in (
        ("correlate", scenario.correlate),
        ("limits", scenario.limits),
        ("serve", scenario.serve),
        ("setup", scenario.setup),
    ):
        for vendor in named:
            if vendor not in words.vendors:
                yield (key, vendor), f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
    for vendor, paths in scenario.correlate.items():
        for index, path in enumerate(paths):
            if vendor in words.vendors and (why := words.check_place(vendor, path)):
                yield ("correlate", vendor, index), why


def setups(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, given in scenario.setup.items():
        if vendor in words.vendors and (why := words.check_setup(vendor, given)):
            yield _placed(why, ("setup", vendor), given)


_PLACE: Final = re.compile(r"'?([\w-]+(?:\[\d+\]|\.[\w-]+)*)'?: ")


def _placed(why: str, at: Path, value: Any) -> tuple[Path, str]:
    """`answers[2].say: is empty`, at the line of that `say`; as far as there is such a place."""
    named = _PLACE.match(why)
    if named is None:
        return at, why
    steps: list[str | int] = [int(step) if step.isdecimal() else step for step in re.findall(r"[\w-]+", named[1])]
    what = why[named.end() :]
    for place, step in enumerate(steps):
        if not _holds(value, step):
            return at, f"{'.'.join(map(str, steps[place:]))}: {what}"
        at, value = (*at, step), value[step]
    return at, what


def _holds(value: Any, step: str | int) -> bool:
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def limits(scenario: Scenario, words: Vocabulary) -> Found:
    yield from _limits(scenario.limits, words, ("limits",))
    for index, phase in enumerate(scenario.phases):
        at: Path = ("phases", index, "limits")
        yield from _limits(phase.limits, words, at)
        for vendor, limits in phase.limits.items():
            if vendor not in words.vendors:
                hint = spelling.hint(vendor, words.vendors)
                yield (*at, vendor), f"no vendor named {units.shown(vendor)}{hint}"
            elif not limits:
                yield (*at, vendor), "is empty: name a limiter, or leave it out for those of the run"


def _limits(given: Mapping[str, Limits], words: Vocabulary, at: Path) -> Found:
    for vendor, limits in given.items():
        known = words.limits.get(vendor, tuple(limits))
        for name, on in limits.items():
            if name not in known:
                yield (*at, vendor, name), f"{vendor} has no limiter {name!r}{spelling.hint(name, known)}"
            if isinstance(on, Figures):
                yield from _figures(on, (*at, vendor, name))


def _figures(figures: Figures, at: Path) -> Found:
    for figure, value in figures.to_json().items():
        if value < 0:
            yield (*at, figure.removesuffix("_per_s")), f"{value:g} is below 0"
    if figures.unbounded:
        cure = "write false to have the limiter off, or the fault throttle to refuse every call"
        yield (*at, figures.unbounded), f"0 is no limit at all: {cure}"


def policies(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, parts in scenario.policies.vendors.items():
        try:
            words.check_policies(scenario.policies.preset, vendor, parts)
        except ValueError as wrong:
            policy, _, rest = str(wrong).partition(".")
            if policy in parts:
                yield wording.of_error(rest, ("policies", vendor, policy), _as_written(parts[policy]))
            else:
                yield wording.of_error(str(wrong), ("policies", vendor))


def shared_policies(scenario: Scenario, words: Vocabulary) -> Found:
    """What holds for all vendors together; where a vendor's own are wrong it is told of those alone."""
    if any(policies(scenario, words)):
        return
    try:
        asked = tuple(each.name for each in scenario.workload.operations if each.name in words.operations)
        words.check_shared(scenario.policies, asked)
    except ValueError as wrong:
        yield wording.of_error(str(wrong), ("policies",), _as_written(scenario.policies.shared))


def _as_written(parts: Any) -> Any:
    if not isinstance(parts, Mapping):
        return parts
    return {grammar.key_of(name): _as_written(value) for name, value in parts.items()}
