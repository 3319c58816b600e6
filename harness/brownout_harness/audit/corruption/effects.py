"""Damages to the effects in the vendors' books: money taken twice, not at all, or somebody else's."""

import json
from collections.abc import Iterator
from typing import Any, Final

from brownout_harness.audit.corruption.damage import Damage, NothingToDamageError, Run, fields_of, other_value
from brownout_harness.judging.differing import value_of, wanted_of
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.patterns import fits
from brownout_reports.rows import LedgerRow, OperationRow, Outcome

SOMETHING_ELSE: Final = "other"
NOBODY: Final = "nobody-asked-for-this"


def removed(run: Run) -> RunInputs:
    """Of a done operation."""
    return run.without(run.effect_of(run.one_of(run.plainly_done)))


def all_of_a_kind_removed(run: Run) -> RunInputs:
    kind = run.effect_of(run.one_of(run.plainly_done)).kind
    return run.without(*(each for each in run.effects if each.kind == kind))


def doubled(run: Run) -> RunInputs:
    return run.put(_second(run, run.effect_of(run.one_of(run.plainly_done))))


def doubled_under_its_key(run: Run) -> RunInputs:
    """As by a vendor that has forgotten the key: one key is no proof of one effect."""
    effect = run.effect_of(run.one_of(run.plainly_done))
    return run.put(_second(run, effect)._replace(request_id=effect.request_id))


def _second(run: Run, effect: LedgerRow) -> LedgerRow:
    at_s = effect.at_s + 0.25
    return effect._replace(seq=run.free_seq(effect.vendor), id=f"{effect.id}-again", at_s=at_s, finished_s=at_s)


def moved_to_another_operation(run: Run) -> RunInputs:
    first = run.one_of(run.plainly_done)
    second = run.one_of(each for each in run.plainly_done if each.name == first.name and each is not first)
    return _moved(run, run.effect_of(first), second.operation_id)


def moved_to_nobody(run: Run) -> RunInputs:
    return _moved(run, run.effect_of(run.one_of(run.plainly_done)), NOBODY)


def made_nameless(run: Run) -> RunInputs:
    return _moved(run, run.effect_of(run.one_of(run.plainly_done)), "")


def _moved(run: Run, effect: LedgerRow, operation_id: str) -> RunInputs:
    return run.instead(effect, effect._replace(operation_id=operation_id))


def of_nobody_added(run: Run) -> RunInputs:
    effect = run.effect_of(run.one_of(run.plainly_done))
    return run.put(_second(run, effect)._replace(operation_id=NOBODY))


def exchanged(run: Run) -> RunInputs:
    """Each of two operations has the other's."""
    first, second = _two_alike(run)
    return run.changed(
        [
            (first, first._replace(operation_id=second.operation_id)),
            (second, second._replace(operation_id=first.operation_id)),
        ]
    )


def _two_alike(run: Run) -> tuple[LedgerRow, LedgerRow]:
    """Of two operations, effects of one kind that its terms tell apart."""
    for operation in run.random.sample(run.plainly_done, len(run.plainly_done)):
        for kind in _compared(run, operation):
            first = next(each for each in run.effects_of[operation.operation_id] if each.kind == kind)
            for other in run.random.sample(run.plainly_done, min(20, len(run.plainly_done))):
                if other is operation or other.name != operation.name:
                    continue
                second = next((each for each in run.effects_of[other.operation_id] if each.kind == kind), None)
                if second is not None and _tells_apart(run, operation, first, second):
                    return first, second
    raise NothingToDamageError


def _compared(run: Run, operation: OperationRow) -> Iterator[str]:
    terms = run.evidence.terms.get(operation.name)
    there = {each.kind for each in run.effects_of.get(operation.operation_id, ())}
    if terms is not None:
        yield from (kind for kind in terms.kinds if kind in there)


def _tells_apart(run: Run, operation: OperationRow, first: LedgerRow, second: LedgerRow) -> bool:
    terms = run.evidence.terms[operation.name]
    fields = {
        *terms.holds.get(first.kind, ()),
        *(f for places in terms.names.values() for k, f in places if k == first.kind),
    }
    values = ({field: value_of(each, field) for field in fields} for each in (first, second))
    return next(values) != next(values)


def amount_changed(run: Run) -> RunInputs:
    effect = run.one_of(each for each, fields in _asked_for(run) if "amount" in fields)
    return run.instead(effect, effect._replace(amount=effect.amount + 1))


def field_changed(run: Run) -> RunInputs:
    """To what no star in the scenario's words stands for."""
    told = (each for each in _fields_asked_for(run) if not fits(each[2], SOMETHING_ELSE, each[1]))
    effect, field, wanted = run.one_of(told)
    fields = fields_of(effect)
    other = other_value(fields[field])
    return _with_fields(run, effect, {**fields, field: SOMETHING_ELSE if fits(wanted, other, field) else other})


def field_lost(run: Run) -> RunInputs:
    """The rest is kept: the vendor never got it."""
    effect, lost, _ = run.one_of(_fields_asked_for(run))
    return _with_fields(run, effect, {name: value for name, value in fields_of(effect).items() if name != lost})


def _fields_asked_for(run: Run) -> Iterator[tuple[LedgerRow, str, Any]]:
    """An effect, a field that it holds, and what was asked for there."""
    for effect, asked in _asked_for(run):
        held = fields_of(effect)
        for field, value in asked.items():
            if held.get(field) is not None and value is not None:
                yield effect, field, value


def _asked_for(run: Run) -> Iterator[tuple[LedgerRow, dict[str, Any]]]:
    """Effects of done operations, and what was asked for of each."""
    for operation in run.plainly_done:
        wanted = json.loads(operation.as_asked or "{}")
        for effect in run.effects_of.get(operation.operation_id, ()):
            if asked := wanted_of(effect, wanted):
                yield effect, dict(asked)


def _with_fields(run: Run, effect: LedgerRow, fields: dict[str, Any]) -> RunInputs:
    return run.instead(effect, effect._replace(fields=json.dumps(fields, sort_keys=True)))


def given_to_a_refused_one(run: Run) -> RunInputs:
    """Who was told no has been served all the same."""
    pattern = run.effect_of(run.one_of(run.plainly_done))
    refused = run.one_of(
        each
        for each in run.of_outcome(Outcome.REFUSED)
        if pattern.kind in run.leaves_of(each).kinds and not run.effects_of.get(each.operation_id)
    )
    at_s = refused.finished_s
    return run.put(_second(run, pattern)._replace(operation_id=refused.operation_id, at_s=at_s, finished_s=at_s))


def undoing_removed(run: Run) -> RunInputs:
    """What had been taken back from one who was refused stands."""
    return run.without(run.one_of(_undoings(run)))


def undoing_doubled(run: Run) -> RunInputs:
    return run.put(_second(run, run.one_of(_undoings(run))))


def _undoings(run: Run) -> Iterator[LedgerRow]:
    for operation in run.operations:
        undoings = run.leaves_of(operation).undone_by.values()
        yield from (each for each in run.effects_of.get(operation.operation_id, ()) if each.kind in undoings)


def there_before_it_was_asked_for(run: Run) -> RunInputs:
    """By minutes: no clock is wrong by that much."""
    operation = run.one_of(run.plainly_done)
    effect = run.effect_of(operation)
    at_s = operation.sent_s - 300.0
    return run.instead(effect, effect._replace(at_s=at_s, finished_s=at_s))


def there_long_after_it_was_told_done(run: Run) -> RunInputs:
    operation = run.one_of(run.plainly_done)
    effect = run.effect_of(operation)
    at_s = operation.finished_s + 5.0
    return run.instead(effect, effect._replace(at_s=at_s, finished_s=at_s))


COUNTED: Final = ("exactly_once", "nothing_lost", "as_asked", "telemetry_true")
DAMAGES: Final = (
    Damage(
        name="effect-removed",
        about="a caller was told done, and its effect is in nobody's books",
        noticed_by=("exactly_once", "nothing_lost", "telemetry_true"),
        do=removed,
    ),
    Damage(
        name="effects-of-a-kind-removed",
        about="no operation has had an effect of one kind",
        noticed_by=COUNTED,
        do=all_of_a_kind_removed,
    ),
    Damage(
        name="effect-doubled",
        about="an operation has had its effect twice, by two requests",
        noticed_by=("exactly_once",),
        do=doubled,
    ),
    Damage(
        name="effect-doubled-under-its-key",
        about="an operation has had its effect twice, by one request under one idempotency key",
        noticed_by=("exactly_once",),
        do=doubled_under_its_key,
    ),
    Damage(
        name="effect-moved",
        about="one operation has another's effect beside its own, and that one has none",
        noticed_by=COUNTED,
        do=moved_to_another_operation,
    ),
    Damage(
        name="effect-moved-to-nobody",
        about="an effect is in the books under an id that nobody asked with",
        noticed_by=COUNTED,
        do=moved_to_nobody,
    ),
    Damage(
        name="effect-of-nobody-added",
        about="something was done that nobody asked for",
        noticed_by=("exactly_once", "nothing_lost"),
        do=of_nobody_added,
    ),
    Damage(
        name="effect-made-nameless",
        about="of an effect it is not known whose it is",
        noticed_by=COUNTED,
        do=made_nameless,
    ),
    Damage(
        name="effects-exchanged",
        about="each of two operations has had what the other asked for",
        noticed_by=("as_asked",),
        do=exchanged,
    ),
    Damage(
        name="amount-changed",
        about="another amount was taken than was asked for, by one of the smallest unit",
        noticed_by=("as_asked",),
        do=amount_changed,
    ),
    Damage(
        name="field-changed",
        about="an effect holds something else than was asked for",
        noticed_by=("as_asked",),
        do=field_changed,
    ),
    Damage(
        name="field-lost",
        about="a part of what was asked for never came to the vendor",
        noticed_by=("as_asked",),
        do=field_lost,
    ),
    Damage(
        name="effect-given-to-a-refused-one",
        about="a caller was told no, and charged",
        noticed_by=("nothing_lost",),
        do=given_to_a_refused_one,
    ),
    Damage(
        name="undoing-removed",
        about="what was to be taken back was not",
        noticed_by=("exactly_once", "nothing_lost"),
        do=undoing_removed,
    ),
    Damage(
        name="undoing-doubled",
        about="it was taken back twice",
        noticed_by=("exactly_once", "nothing_lost"),
        do=undoing_doubled,
    ),
    Damage(
        name="effect-before-it-was-asked-for",
        about="it was there minutes before anybody asked for it: it is another's, or the books are wrong",
        noticed_by=("exactly_once", "nothing_lost", "as_asked", "telemetry_true"),
        do=there_before_it_was_asked_for,
    ),
    Damage(
        name="effect-after-it-was-told-done",
        about="a caller was told done seconds before anything was",
        noticed_by=("telemetry_true",),
        do=there_long_after_it_was_told_done,
    ),
)
