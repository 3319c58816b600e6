"""Of what an operation says of its effects' fields: the effects are its own, and their vendors can tell the fields."""

import re

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.workload import Operation
from brownout_scenarios.yaml_tree import Path

KNOWN_OF_GATEWAY = "is known of the gateway's own operations: leave it out"


def terms(words: Vocabulary, operation: Operation, at: Path) -> Found:
    """Of `as_asked` and `answers`."""
    if not operation.is_described:
        yield from (((*at, key), KNOWN_OF_GATEWAY) for key in ("as_asked", "answers") if getattr(operation, key))
        return
    for kind, fields in operation.as_asked.items():
        place = (*at, "as_asked", kind)
        if wrong := _no_effect(words, operation, kind):
            yield place, wrong
            continue
        if not fields:
            yield place, "is empty: name the fields to compare"
        yield from (((*place, name), wrong) for name in fields if (wrong := _no_field(words, kind, name)))
    for path, named in operation.answers.items():
        place = (*at, "answers", path)
        if not re.fullmatch(r"[\w$@:-]+(\.[\w$@:-]+)*", path):
            yield place, f"{units.shown(path)} is no path in an answer: write payment.id"
        for each in named:
            kind, _, name = each.rpartition(".")
            if wrong := _no_effect(words, operation, kind) or _no_field(words, kind, name):
                yield place, wrong


def _no_effect(words: Vocabulary, operation: Operation, kind: str) -> str:
    """Why an operation cannot have an effect of that kind to compare; empty where it can."""
    if words.effects and kind not in words.effects:
        return f"no effect named {units.shown(kind)}{spelling.hint(kind, words.effects)}"
    left = [one for each in operation.leaves or () for one in ([each] if isinstance(each, str) else each)]
    left += operation.undone_by.values()
    if operation.leaves is not None and kind not in left:
        return f"{operation.name} leaves no {kind}{spelling.hint(kind, left)}"
    return ""


def _no_field(words: Vocabulary, kind: str, name: str) -> str:
    """Why an effect of that kind has no such field; empty where it has."""
    known = ("id", *words.effect_fields[kind]) if kind in words.effect_fields else (name,)
    return "" if name in known else f"a {kind} has no {units.shown(name)}{spelling.hint(name, known)}"
