"""One operation: what it asked for, what its effects hold, and what its answer says, where these are not the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from brownout_harness.judging.patterns import fits, same, shown, text_of
from brownout_harness.judging.terms import Place, Terms
from brownout_reports.rows import LedgerRow, OperationRow, Outcome

LONGEST: Final = 60
"""Characters of a value, as it is told."""


class Said(NamedTuple):
    """What an answer says at one of its places."""

    path: str
    places: tuple[Place, ...]
    value: Any
    """None: nothing, though it says that all is done."""


class Difference(NamedTuple):
    """What is wrong with one operation."""

    at_s: float
    operation_id: str
    name: str
    """The operation's: `pay`."""
    text: str
    held: LedgerRow | None
    """The first effect that is not as asked; None: all of them are."""
    said: tuple[Said, ...]
    """What the answer says, and no effect of the operation holds; but for what is told of the effect already."""
    is_certain: bool
    """Not judged from something missing, which only complete ledgers prove."""


def difference(operation: OperationRow, effects: Sequence[LedgerRow], terms: Terms) -> Difference | None:
    """The first effect that holds other than was asked for, what of several things none holds, and the places of the
    answer that name none of them; None where all of it is the same. Each effect counts by itself, whether or not it was
    taken back."""
    wanted = json.loads(operation.as_asked or "{}")
    answered = json.loads(operation.answered or "{}")
    held = next((each for each in effects if any(_unlike(each, wanted))), None)
    told = {(held.kind, field) for field in _unlike(held, wanted)} if held is not None else set()
    said = tuple(each for each in _misnamed(operation, effects, terms, answered) if not told.intersection(each.places))
    unmet = list(_unmet(operation, effects, wanted, terms)) if held is None else []
    if held is None and not said and not unmet:
        return None
    parts = unmet if held is None else _not_as_asked(held, wanted, terms, answered)
    parts += [_not_so(each, effects) for each in said]
    return Difference(
        at_s=operation.finished_s if held is None else held.at_s,
        operation_id=operation.operation_id,
        name=operation.name,
        text="; ".join(parts),
        held=held,
        said=said,
        is_certain=held is not None or any(_of(each.places, effects) for each in said),
    )


def value_of(effect: LedgerRow, field: str) -> Any:
    """What the ledger holds of it there; None: nothing, or nothing that was kept."""
    if field in {"id", "amount"}:
        return getattr(effect, field)
    value: Any = json.loads(effect.fields or "{}")
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def is_as_asked(effect: LedgerRow, wanted: Mapping[str, Any]) -> bool:
    """Whether it holds all that an operation asked for of its kind."""
    return effect.kind in wanted and not any(_unlike(effect, wanted))


def wanted_of(effect: LedgerRow, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an operation asked for of it: of several things of its kind the one that it is most like."""
    asked: Mapping[str, Any] | list[Mapping[str, Any]] = wanted.get(effect.kind, {})
    if isinstance(asked, list):
        return min(asked, key=lambda each: len(list(_unlike(effect, {effect.kind: each}))))
    return asked


def _unlike(effect: LedgerRow, wanted: Mapping[str, Any]) -> Iterator[str]:
    """The fields in which it is not as asked; what was not kept cannot be compared."""
    for field, asked in wanted_of(effect, wanted).items():
        is_kept = field in {"id", "amount"} or bool(effect.fields)
        if is_kept and not fits(asked, value_of(effect, field), field):
            yield field


def _unmet(
    operation: OperationRow, effects: Sequence[LedgerRow], wanted: Mapping[str, Any], terms: Terms
) -> Iterator[str]:
    """Where one of several things is there twice and another not at all, each effect by itself is as asked."""
    if operation.outcome != Outcome.DONE:
        return
    for kind in sorted(terms.several):
        own = [each for each in effects if each.kind == kind]
        for asked in wanted.get(kind, ()) if own else ():
            if all(any(_unlike(each, {kind: asked})) for each in own):
                yield f"asked for {_told(shown(asked))}, and no {kind} holds it"


def _misnamed(
    operation: OperationRow, effects: Sequence[LedgerRow], terms: Terms, answered: Mapping[str, Any]
) -> Iterator[Said]:
    """An answer is held against its own operation's effects; where there is none, only if it says that all is done. One
    that says that it is nobody's need not name those that were tried for it in vain."""
    is_from_nobody = any(answered.get(path) == word for path, word in terms.names_none.items())
    for path, places in terms.names.items():
        value = answered.get(path)
        if value is None and is_from_nobody:
            continue
        own = _of(places, effects)
        if any(same(value, value_of(each, field), field) for each, field in own):
            continue
        if (value is not None and own) or (operation.outcome == Outcome.DONE and (value is not None or own)):
            yield Said(path, places, value)


def _of(places: Sequence[Place], effects: Sequence[LedgerRow]) -> list[tuple[LedgerRow, str]]:
    """The effects that a place in an answer may name, with the field that it names them by."""
    return [(each, field) for each in effects for kind, field in places if each.kind == kind]


def _not_as_asked(effect: LedgerRow, wanted: Mapping[str, Any], terms: Terms, answered: Mapping[str, Any]) -> list[str]:
    """`asked for amount 1200, stripe.charge ch_1 holds 1300, the answer says 1200`."""
    parts = []
    for field in _unlike(effect, wanted):
        says = [
            f", the answer says {_told(answered[path])}"
            for path, places in terms.names.items()
            if (effect.kind, field) in places and path in answered
        ]
        asked = _told(shown(wanted_of(effect, wanted)[field]))
        holds = f"{effect.kind} {effect.id} holds {_told(value_of(effect, field))}"
        parts.append(f"asked for {field} {asked}, {holds}{''.join(says[:1])}")
    return parts


def _not_so(said: Said, effects: Sequence[LedgerRow]) -> str:
    """`the answer says payment.id "ch_2", its stripe.charge has id "ch_1"`."""
    own = _of(said.places, effects)
    says = (
        f"the answer says {said.path} {_told(said.value)}"
        if said.value is not None
        else f"the answer has no {said.path}"
    )
    if not own:
        kinds = " or ".join(dict.fromkeys(kind for kind, _ in said.places))
        return f"{says}, and there is no {kinds} of this operation"
    effect, field = own[0]
    id_too = "" if field == "id" else f" {effect.id}"
    return f"{says}, its {effect.kind}{id_too} has {field} {_told(value_of(effect, field))}"


def _told(value: Any) -> str:
    if value is None:
        return "nothing"
    text = text_of(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
