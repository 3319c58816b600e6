"""Of the vendors: what is said of their correlation, limits, capacity and policies."""

from collections.abc import Mapping
from typing import Any

from brownout_scenarios import grammar, schema, spelling, units, wording
from brownout_scenarios.checks.common import Found
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary


def vendors(scenario: Scenario, words: Vocabulary) -> Found:
    for key, named in (
        ("correlate", scenario.correlate),
        ("limits", scenario.limits),
        ("serve", scenario.serve),
    ):
        for vendor in named:
            if vendor not in words.vendors:
                yield (key, vendor), f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
    for vendor, paths in scenario.correlate.items():
        for index, path in enumerate(paths):
            if vendor in words.vendors and (why := words.check_place(vendor, path)):
                yield ("correlate", vendor, index), why


def limits(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, limits in scenario.limits.items():
        known = words.limits.get(vendor, tuple(limits))
        for name, on in limits.items():
            if name not in known:
                yield ("limits", vendor, name), f"{vendor} has no limiter {name!r}{spelling.hint(name, known)}"
            for figure, value in on.to_json().items() if isinstance(on, schema.Figures) else ():
                if value < 0:
                    yield ("limits", vendor, name, figure.removesuffix("_per_s")), f"{value:g} is below 0"


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
        words.check_shared(scenario.policies)
    except ValueError as wrong:
        yield wording.of_error(str(wrong), ("policies",), _as_written(scenario.policies.shared))


def _as_written(parts: Any) -> Any:
    if not isinstance(parts, Mapping):
        return parts
    return {grammar.key_of(name): _as_written(value) for name, value in parts.items()}
