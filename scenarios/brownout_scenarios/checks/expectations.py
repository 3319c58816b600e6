"""Of the expectations: what they name exists, and what they need is said."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.checks.workload import kinds_left_by
from brownout_scenarios.grammar import key_of
from brownout_scenarios.processes import means
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import PHASE_FIELDS, Vocabulary
from brownout_scenarios.yaml_tree import Path

TERMS_CURE = 'write `as_asked: {vendor.effect: {amount: "{{amount}}"}}` under an operation'


def expectations(scenario: Scenario, words: Vocabulary) -> Found:
    phases = [phase.name for phase in scenario.phases]
    operations = [operation.name for operation in scenario.workload.operations]
    for index, item in enumerate(scenario.expect):
        at: Path = ("expect", index, item.name)
        for place, phase in _phases_named(item.check, at):
            if place[-1] == "after" and phase in phases[-1:]:
                yield place, f"no phase follows {phase}: name an earlier one, or add one to recover in"
            if phase not in phases:
                yield place, f"no phase named {units.shown(phase)}{spelling.hint(phase, phases)}"
        operation = getattr(item.check, "operation", None)
        if isinstance(operation, str) and operation and operation != "all" and operation not in operations:
            hint = spelling.hint(operation, operations)
            yield (*at, "operation"), f"no operation named {units.shown(operation)} in the workload{hint}"
        elif scenario.target is not None:
            yield from _unheard_of(scenario, item, at)
        yield from _process(scenario, item, at)
        yield from _group(scenario, item, at)
        yield from _followed(scenario, item, at)
        yield from _notified(scenario, item, words, at)
        yield from _requests(item, words, at)
        yield from _fault(scenario, item, at)


def _process(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """What is judged of one process is one's that there is."""
    named = getattr(item.check, "process", "")
    if named and not any(means(named, each) for each in scenario.processes):
        yield (*at, "process"), f"there is no {named} in this scenario{spelling.hint(named, scenario.processes)}"


def _group(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """A group that is named is there, and asks for what is judged."""
    named, operation = getattr(item.check, "group", ""), getattr(item.check, "operation", "")
    groups = {group.name: group for group in scenario.workload.groups if group.name}
    if not named:
        return
    if named not in groups:
        hint = spelling.hint(named, groups) if groups else ": the workload is one without a name"
        yield (*at, "group"), f"no group named {units.shown(named)}{hint}"
    elif operation and operation not in (asked := [each.name for each in groups[named].operations]):
        yield (*at, "operation"), f"{named} does not ask for {units.shown(operation)}{spelling.hint(operation, asked)}"


def _phases_named(record: Any, at: Path) -> Iterator[tuple[Path, str]]:
    """Every phase that an expectation names, also within what bounds it."""
    for field in dataclasses.fields(record):
        value, place = getattr(record, field.name), (*at, key_of(field.name))
        if field.name in PHASE_FIELDS and isinstance(value, str) and value:
            yield place, value
        elif dataclasses.is_dataclass(value):
            yield from _phases_named(value, place)


def _notified(scenario: Scenario, item: schema.Expected, words: Vocabulary, at: Path) -> Found:
    """What a target makes of notices is judged of those for which it is known where they go."""
    if not getattr(item.check, "NEEDS_NOTICES", False):
        return
    vendor = item.check.vendor
    told = [name for name, each in scenario.notices.items() if each.to]
    if not told or (vendor and vendor not in told):
        named = vendor or next(iter(words.receivers), "vendor")
        cure = f"write `notices: {{{named}: {{to: /webhooks}}}}`"
        yield at, f"{f'{vendor} has no' if vendor else 'no vendor has a'} receiver: {cure}"


def _followed(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """Whether what was taken on has ended is known only of an operation whose state is asked for."""
    if not getattr(item.check, "NEEDS_UNTIL", False):
        return
    named = getattr(item.check, "operation", "")
    operations = [each for each in scenario.workload.operations if named in {"", each.name}]
    if operations and all(each.until is None for each in operations):
        cure = "write `until: {get: /orders/{{operation_id}}, at: body.state, done: [completed]}` under it"
        yield at, f"{named or 'no operation'} has {'no' if named else 'an'} until: {cure}"


def _requests(item: schema.Expected, words: Vocabulary, at: Path) -> Found:
    """Requests that are looked for can be found in the vendor's ledger."""
    match = getattr(item.check, "match", None)
    if match and (why := words.check_requests(item.check.vendor, match)):
        yield (*at, "match"), why


def _fault(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """A fault that is named is one of the scenario's, and one that a ledger tells of."""
    named = getattr(item.check, "struck_by", "")
    if not named:
        return
    every = scenario.fault_rules()
    rules = {**{rule.story: rule for rule in every}, **{rule.id: rule for rule in every}}
    if named not in rules:
        hint = spelling.hint(named, rules) if rules else ": there is none"
        yield (*at, "struck_by"), f"no fault {units.shown(named)}, written phase.place and counted from 0{hint}"
    elif rules[named].layer != "vendor" and (rules[named].link is None or not rules[named].vendor):
        yield (*at, "struck_by"), f"{named} happens outside the vendor: its ledger does not tell whom it struck"


def _unheard_of(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """What an operation of the gateway leaves is known; of any other target's, only what the scenario says of it."""
    named = getattr(item.check, "operation", "")
    operations = [each for each in scenario.workload.operations if named in {"", each.name}]
    effect = getattr(item.check, "effect", None)
    if isinstance(effect, str) and not any(effect in kinds_left_by(each) for each in operations):
        whose = f"{named} does not leave" if named else "no operation leaves"
        yield (*at, "effect"), f"{whose} {effect}: write `leaves: [{effect}]` under the operation that is to have it"
    if getattr(item.check, "NEEDS_TERMS", False) and not any(each.as_asked or each.answers for each in operations):
        yield at, f"nobody said what effects are to hold: {TERMS_CURE}"
    if getattr(item.check, "NEEDS_LEAVES", False):
        for each in operations:
            if each.leaves is None:
                cure = "write `leaves: [vendor.effect]` under it, or `leaves: []` for nothing"
                yield at, f"nobody said what {each.name} leaves: {cure}"
