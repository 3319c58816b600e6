"""Of the phases: that they can be, and that their faults can strike."""

import re

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import (
    MAX_ARRIVALS,
    MAX_DURATION_S,
    MAX_ITEMS,
    Found,
    check_repeated,
)
from brownout_scenarios.phases import Fault
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import SERVE, Vocabulary
from brownout_scenarios.yaml_tree import Path

MAX_AHEAD_S = 366 * 86_400.0


def phases(scenario: Scenario) -> Found:
    if not scenario.phases:
        yield ("phases",), "is empty: a run needs at least one phase"
    if len(scenario.phases) > MAX_ITEMS:
        yield ("phases",), f"has {len(scenario.phases)} entries; at most {MAX_ITEMS}"
    yield from check_repeated(("phases",), [phase.name for phase in scenario.phases])
    for index, phase in enumerate(scenario.phases):
        at: Path = ("phases", index)
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,40}", phase.name) or phase.name == "all":
            yield (*at, "name"), f"{units.shown(phase.name)} is no name: lower case, digits, - and _; not `all`"
        if not phase.for_s > 0:
            yield (*at, "for"), "must be longer than 0s"
    if scenario.duration_s > MAX_DURATION_S:
        yield (
            ("phases",),
            f"last {units.duration(scenario.duration_s)} in all; at most {units.duration(MAX_DURATION_S)}",
        )


def faults(scenario: Scenario, words: Vocabulary) -> Found:
    lists: list[tuple[Path, int]] = [((schema.ALWAYS,), len(scenario.always))]
    for index, phase in enumerate(scenario.phases):
        lists.append((("phases", index, "faults"), len(phase.faults)))
        if scenario.always and phase.name == schema.ALWAYS:
            yield ("phases", index, "name"), "is what the faults of the whole run are called: take another name"
    for at, length in lists:
        if length > MAX_ITEMS:
            yield at, f"has {length} entries; at most {MAX_ITEMS}"
    found = [each for placed in scenario.placed_faults() for each in _fault(placed, scenario, words)]
    yield from dict.fromkeys(found)  # of a fault of several vendors, what is wrong with all of them is told once


def _is_there(kind: str, placed: schema.Placed, scenario: Scenario) -> bool:
    """Whether the vendor has a fault of this kind while the other one may be in force; or for the whole run."""
    if kind == SERVE and placed.fault.vendor in scenario.serve:
        return True
    return any(
        each.fault.kind == kind
        and each.fault.vendor == placed.fault.vendor
        and each.stretch in (placed.stretch, schema.ALWAYS)
        for each in scenario.placed_faults()
    )


def _fault(placed: schema.Placed, scenario: Scenario, words: Vocabulary) -> Found:
    at, fault = placed.path, placed.fault
    end_s = placed.for_s if fault.window.end_s is None else fault.window.end_s
    if not 0 <= fault.window.start_s < end_s <= placed.for_s:
        stretch = "run" if placed.stretch == schema.ALWAYS else "phase"
        yield (*at, "window"), f"must lie within the {stretch}: 0s to {units.duration(placed.for_s)}, start before end"
    if not 0 <= fault.rule.get("share", 1.0) <= 1:
        yield (*at, "share"), f"{fault.rule['share']:g} is outside 0 to 1: write 0.2 or 20%"
    elif fault.layer == "vendor" and (why := words.check_rule(fault.vendor, fault.rule)):
        yield _not_striking(fault, at, why)
    if not 0 <= fault.expect_struck <= MAX_ARRIVALS:
        yield (*at, "expect_struck"), f"{fault.expect_struck} is outside 0 to {MAX_ARRIVALS}"
    needs = words.faults[fault.kind].needs if fault.kind in words.faults else ""
    if needs and not _is_there(needs, placed, scenario):
        cure = f"say with {needs} what {fault.vendor} can do"
        yield (*at, fault.kind), f"strikes nobody without {needs}: {cure}, for the run or in this phase"
    calls = fault.rule.get("calls", {})
    if "to" in calls and fault.expect_struck > (most := calls["to"] - calls.get("from_", 1) + 1):
        yield (*at, "expect_struck"), f"{fault.expect_struck} is more than its calls are, {most}"


def _not_striking(fault: Fault, at: Path, why: str) -> tuple[Path, str]:
    """`sequence: ...`, `throttle.reason: ...`: at the key that it names, else at the requests that are asked for."""
    named, _, rest = why.partition(": ")
    key, *within = named.split(".")
    if rest and key in fault.rule:
        return (*at, key, *within), rest
    return (*at, "match"), why


def clocks(scenario: Scenario, words: Vocabulary) -> Found:
    for index, phase in enumerate(scenario.phases):
        for position, action in enumerate(phase.actions):
            at: Path = ("phases", index, "actions", position)
            if action.clock is None or action.ahead_s is None:
                continue
            started = scenario.target is not None and bool(scenario.target.command)
            if action.clock == schema.TARGET and started:
                pass  # in the mode that can
            elif action.clock == schema.TARGET or (action.clock == schema.GATEWAY and scenario.target is not None):
                yield (*at, "clock"), f"the {action.clock}'s clock is the machine's own: name a vendor"
            elif action.clock == schema.GATEWAY:
                pass  # in the mode that can
            elif action.clock not in words.vendors:
                hint = spelling.hint(action.clock, words.vendors)
                yield (*at, "clock"), f"no vendor named {units.shown(action.clock)}{hint}"
            if not 0 < action.ahead_s <= MAX_AHEAD_S:
                yield (*at, "ahead"), f"{units.duration(action.ahead_s)} is outside 0s to {MAX_AHEAD_S / 3600:.0f}h"
