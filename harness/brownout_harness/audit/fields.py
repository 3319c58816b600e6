"""Whether the library notices when a field of a policy is halved, doubled or switched off.

A field that nobody notices could be anything: either no scenario needs it, or it is not looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import yaml

from brownout_core.adapters import ADAPTERS
from brownout_core.compose import read_document
from brownout_core.errors import ConfigError
from brownout_core.policies.settings import RECOMMENDED_DEFAULT, VendorPolicies
from brownout_harness.asked.needed import vendors_needed
from brownout_harness.audit.processes import in_processes
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_reports.run_folder import Status
from brownout_scenarios.schema import Policies, Scenario

HOWS: Final = ("halved", "doubled", "off")
MOST_TO_DO: Final[Mapping[str, Sequence[str]]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
"""By policy, the scenarios in which it has most to do: these are tried, in this order, to the first that goes red."""
CAN_BE_OFF: Final = ("budget", "limiter", "bulkhead")
"""Policies that a scenario may switch off."""


WHOLE: Final = replace(VendorPolicies(), breaker=RECOMMENDED_DEFAULT.breaker)
"""Settings in which every field is in use."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one field, of every vendor that a scenario needs."""

    policy: str
    field: str
    """Empty: the policy itself."""
    how: str

    @property
    def text(self) -> str:
        """In words: `breaker.open_for halved`."""
        return f"{self.policy}{'.' if self.field else ''}{self.field} {self.how}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A change, tried on one scenario."""

    change: Change
    scenario: str
    status: Status | None
    """None: with the scenario's other settings it cannot be, or changes nothing."""
    failed: tuple[str, ...] = ()


def changes() -> tuple[Change, ...]:
    """Every one there is: numbers are halved and doubled, what can be without is switched off."""
    return tuple(_changes())


def _changes() -> Iterator[Change]:
    for part in fields(VendorPolicies):
        if part.name in CAN_BE_OFF:
            yield Change(part.name, "", "off")
        settings = getattr(WHOLE, part.name)
        for field in fields(settings):
            value = getattr(settings, field.name)
            if isinstance(value, bool):
                yield Change(part.name, field.name, "off")
            elif isinstance(value, int | float):
                yield from (Change(part.name, field.name, how) for how in ("halved", "doubled"))
            if value is not None and _may_be_none(field.type):
                yield Change(part.name, field.name, "off")


def _may_be_none(kind: Any) -> bool:
    return "None" in str(kind)


def changed(scenario: Scenario, change: Change) -> Scenario | None:
    """The scenario with the change; None where it changes nothing of it."""
    settings_of = read_document(scenario.policies.to_json())["policies"]
    vendors = {name: {key: dict(part) if isinstance(part, Mapping) else part for key, part in parts.items()}
               for name, parts in scenario.policies.vendors.items()}  # fmt: skip
    has_changed = False
    for vendor in vendors_needed(scenario, ADAPTERS):
        base = getattr(settings_of(ADAPTERS[vendor]), change.policy)
        if base is None:
            continue
        parts = vendors.setdefault(vendor, {})
        if not change.field:
            parts[change.policy] = None
            has_changed = True
            continue
        old = getattr(base, change.field)
        new = _new(old, change.how)
        if new != old:
            parts[change.policy] = {**(parts.get(change.policy) or {}), change.field: new}
            has_changed = True
    if not has_changed:
        return None
    policies = Policies(preset=scenario.policies.preset, vendors=vendors, shared=scenario.policies.shared)
    return replace(scenario, policies=policies)


def _new(old: Any, how: str) -> Any:
    if how == "off":
        return False if isinstance(old, bool) else None
    if old is None:
        return None
    if isinstance(old, int):
        return old * 2 if how == "doubled" else old // 2
    return old * 2 if how == "doubled" else old / 2


def tried(change: Change, name: str) -> Trial:
    """The change, on this scenario, in this process."""
    from brownout_harness.virtual.runner import run_virtual

    scenario = changed(checked_scenario(name, "virtual", None), change)
    if scenario is None:
        return Trial(change, name, None)
    try:
        judgement = judged(scenario, run_virtual(scenario))
    except (ConfigError, ValueError):
        return Trial(change, name, None)
    failed = tuple(dict.fromkeys(each.name for each in judgement.results if each.status is Status.FAILED))
    return Trial(change, name, judgement.status, failed)


def noticed(change: Change, scenarios: Sequence[str]) -> Trial | None:
    """The first of these scenarios that goes red; None where none does. An inconclusive run notices nothing."""
    for name in scenarios:
        trial = tried(change, name)
        if trial.status is Status.FAILED:
            return trial
    return None


def try_all(
    wanted: Sequence[Change], scenarios: Mapping[str, Sequence[str]] = MOST_TO_DO, workers: int | None = None
) -> dict[Change, Trial | None]:
    """Each change, by the scenario of its policy that notices it first."""
    runs = in_processes(_one, [(change, tuple(scenarios[change.policy])) for change in wanted], workers)
    found = dict(runs)
    return {change: found[change] for change in wanted}


def _one(change: Change, scenarios: Sequence[str]) -> tuple[Change, Trial | None]:
    return change, noticed(change, scenarios)
