"""Of the workload: operations that can be asked for, and rates that can be had."""

import re

from brownout_scenarios import spelling, units
from brownout_scenarios import workload as asked
from brownout_scenarios.checks.common import (
    MAX_ITEMS,
    Found,
    check_repeated,
    groups_in,
)
from brownout_scenarios.checks.rates import rates
from brownout_scenarios.checks.terms import terms
from brownout_scenarios.checks.until import until
from brownout_scenarios.grammar import key_of
from brownout_scenarios.groups import differs
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

NAME = r"[a-z][a-z0-9_]{0,40}"


def workload(scenario: Scenario, words: Vocabulary) -> Found:
    groups = groups_in(scenario)
    if len(groups) > MAX_ITEMS:
        yield ("workload",), f"has {len(groups)} entries; at most {MAX_ITEMS}"
    yield from check_repeated(("workload",), [group.name for _, group in groups])
    first: dict[str, asked.Operation] = {}
    for at, group in groups:
        if not re.fullmatch(NAME, group.name) and (group.name or len(groups) > 1):
            yield (*at, "name"), f"{units.shown(group.name)} is no name: lower case, digits and underscores"
        yield from _group(scenario, words, group, at)
        for index, operation in enumerate(group.operations if not group.asked_of else ()):
            if wrong := differs(operation, first.setdefault(operation.name, operation)):
                said = f"another group says something else of {operation.name}: leave it out, or take another name"
                yield (*at, "operations", index, key_of(wrong)), said
    yield from rates(scenario)


def _group(scenario: Scenario, words: Vocabulary, group: asked.Group, at: Path) -> Found:
    operations: Path = (*at, "operations")
    if not group.operations:
        yield operations, "is empty: name at least one operation"
    yield from check_repeated(operations, [item.name for item in group.operations])
    for index, operation in enumerate(group.operations):
        is_described = scenario.target is not None or bool(group.asked_of)
        yield from _operation(words, operation, (*operations, index), is_described=is_described)
    again = group.ask_again
    if again and not (0 <= again.after_s <= 3600 and 1 <= again.times <= 100):
        yield (*at, "ask_again"), "after is 0s to 1h, times 1 to 100"
    if again and not again.on:
        yield (*at, "ask_again", "on"), "is empty: name unknown, refused or both, or leave it out"
    if not 0 < group.answer_within_s <= 600:
        yield (*at, "answer_within"), f"{units.duration(group.answer_within_s)} is outside 0s to 600s"
    if not 1 <= group.in_flight_limit <= 100_000:
        yield (*at, "in_flight_limit"), f"{group.in_flight_limit} is outside 1 to 100000"
    if group.tenant and scenario.target is None:
        yield (*at, "tenant"), "the gateway knows no tenants: name a target of your own, or leave it out"


def _operation(words: Vocabulary, operation: asked.Operation, at: Path, *, is_described: bool) -> Found:
    if not 0 < operation.weight <= 1e6:
        yield (*at, "weight"), f"{operation.weight:g} is no weight: above 0"
    if not re.fullmatch(NAME, operation.name):
        yield (*at, "name"), f"{units.shown(operation.name)} is no name: lower case, digits and underscores"
    yield from _described(operation, at) if is_described else _asked_of_gateway(words, operation, at)
    yield from _left(words, operation, at)
    yield from terms(words, operation, at)


def _left(words: Vocabulary, operation: asked.Operation, at: Path) -> Found:
    """What it leaves is named once, and what takes something back takes back what is left."""
    left = kinds_left_by(operation)
    for index, each in enumerate(operation.leaves or ()):
        if not each:
            yield (*at, "leaves", index), "is empty: name the effects of which one is left"
    for kind in dict.fromkeys(kind for kind in left if left.count(kind) > 1):
        yield (*at, "leaves"), f"names {kind} twice"
    for undone, by in operation.undone_by.items():
        if undone not in left:
            known = left or words.effects
            yield (*at, "undone_by", undone), f"leaves no {units.shown(undone)}{spelling.hint(undone, known)}"
        elif words.effects and by not in words.effects:
            yield (*at, "undone_by", undone), f"no effect named {units.shown(by)}{spelling.hint(by, words.effects)}"
        elif (first := next(kind for kind, undoing in operation.undone_by.items() if undoing == by)) != undone:
            yield (
                (*at, "undone_by", undone),
                f"is undone by {by}, and so is {first}: nobody could tell which one it was",
            )
        elif by in left:
            yield (*at, "undone_by", undone), f"is undone by {by}, which {operation.name} leaves itself"


def kinds_left_by(operation: asked.Operation) -> list[str]:
    return [kind for each in operation.leaves or () for kind in ([each] if isinstance(each, str) else each)]


def _asked_of_gateway(words: Vocabulary, operation: asked.Operation, at: Path) -> Found:
    if operation.is_described:
        yield (*at, "path"), "is described by the gateway itself; name a target, or leave the request out"
    elif operation.until is not None:
        yield (*at, "until"), "is for a target of your own: what the gateway takes on is told by its dead letters"
    elif operation.stream_end:
        yield (*at, "stream_end"), "is for a target of your own: how the gateway's streams end is known"
    elif words.operations and operation.name not in words.operations:
        hint = spelling.hint(operation.name, words.operations)
        yield (*at, "name"), f"the gateway has no operation {units.shown(operation.name)}{hint}"
    else:
        for place, why in words.check_params(operation.name, operation.params):
            yield (*at, "params", *place), why


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _described(operation: asked.Operation, at: Path) -> Found:
    if operation.method.upper() not in METHODS:
        yield (*at, "method"), f"{units.shown(operation.method)} is no method{spelling.hint(operation.method, METHODS)}"
    if not operation.path.startswith("/"):
        yield (*at, "path"), "must say where this target is asked: path: /checkout"
    if operation.body is not None and operation.form is not None:
        yield (*at, "form"), "is a second body; write body or form"
    if operation.until is not None:
        yield from until(operation.until, (*at, "until"), takes_on=bool(operation.accepted))
    sets = {name: getattr(operation, name) for name in ("done", "accepted", "refused")}
    names = list(sets)
    for left, right in ((names[i], names[j]) for i in range(3) for j in range(i + 1, 3)):
        common = next(
            (status for status in range(100, 600) if sets[left].holds(status) and sets[right].holds(status)), 0
        )
        if common:
            yield (*at, right), f"holds {common}, which is also {left}"
