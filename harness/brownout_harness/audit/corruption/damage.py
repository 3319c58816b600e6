"""A damage: one lie put into the evidence of a run that passed, and who must notice it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any, Final, NamedTuple, TypeVar

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.outsiders import apart
from brownout_reports.rows import (
    EFFECT,
    REQUEST,
    TABLES,
    DeliveryRow,
    EventRow,
    LedgerRow,
    LetterRow,
    OperationRow,
    Outcome,
)
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows, Tables

T = TypeVar("T")
R = TypeVar("R", bound=NamedTuple)

ANYBODY: Final = "anybody"
"""In the place of an expectation: the run must not pass, whoever says so."""


class NothingToDamageError(Exception):
    """The run has nothing of what a damage is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One way in which evidence can be false. It changes what the run means, never only how it is told."""

    name: str
    about: str
    """What is made of the evidence, in one line: what would have happened if it were true."""
    noticed_by: tuple[str, ...]
    """The expectations of which one must say so; `ANYBODY` where that is not one expectation's affair."""
    where_demanded: bool = False
    """It means something only to a scenario that demands one of these: how long an answer may take, say."""
    do: Callable[["Run"], RunInputs]
    """Pure but for `run.random`. Raises `NothingToDamageError`."""


class Run:
    """A run that passed: its rows as records, and what they mean. Every damage begins with it anew."""

    def __init__(self, inputs: RunInputs, evidence: Evidence, random: Random) -> None:
        self.inputs = replace(inputs, tables=apart(inputs.tables))
        self.evidence = evidence
        self.random = random

    def again(self, random: Random) -> "Run":
        """The same, for another damage; what was computed stays."""
        other = object.__new__(Run)
        other.__dict__.update(self.__dict__)
        other.random = random
        return other

    @cached_property
    def wanted(self) -> tuple[OperationRow, ...]:
        """What was to be asked of the target, that included which the harness left out."""
        return tuple(self.inputs.tables.of(OperationRow))

    @cached_property
    def operations(self) -> tuple[OperationRow, ...]:
        """What was asked of the target."""
        return tuple(each for each in self.wanted if each.asks)

    @cached_property
    def requests(self) -> tuple[LedgerRow, ...]:
        """Of every vendor, as its ledger has them."""
        return tuple(each for each in self.inputs.tables.of(LedgerRow) if each.entry == REQUEST)

    @cached_property
    def effects(self) -> tuple[LedgerRow, ...]:
        """Of every vendor, as its ledger has them."""
        return tuple(each for each in self.inputs.tables.of(LedgerRow) if each.entry == EFFECT)

    @cached_property
    def events(self) -> tuple[EventRow, ...]:
        """As the target told them."""
        return tuple(self.inputs.tables.of(EventRow))

    @cached_property
    def letters(self) -> tuple[LetterRow, ...]:
        """As the target showed them at the end."""
        return tuple(self.inputs.tables.of(LetterRow))

    @cached_property
    def deliveries(self) -> tuple[DeliveryRow, ...]:
        """Of every vendor."""
        return tuple(self.inputs.tables.of(DeliveryRow))

    @cached_property
    def strikes(self) -> tuple[StrikeRow, ...]:
        """Of every link."""
        return tuple(self.inputs.tables.of(StrikeRow))

    @cached_property
    def effects_of(self) -> Mapping[str, tuple[LedgerRow, ...]]:
        """By operation id."""
        return _grouped(self.effects)

    @cached_property
    def requests_of(self) -> Mapping[str, tuple[LedgerRow, ...]]:
        """By operation id."""
        return _grouped(self.requests)

    def leaves_of(self, operation: OperationRow) -> Leaves:
        """What it is to leave; nothing where nobody said."""
        return self.evidence.leaves.get(operation.name, Leaves(()))

    @cached_property
    def plainly_done(self) -> tuple[OperationRow, ...]:
        """Done, with each effect that it is to leave, once, and nothing else behind it."""
        set_aside = {each.operation_id for each in self.letters}
        return tuple(
            each
            for each in self.operations
            if each.outcome == Outcome.DONE
            and each.operation_id not in set_aside
            and self.leaves_of(each).clauses
            and self._is_plain(each)
        )

    def _is_plain(self, operation: OperationRow) -> bool:
        leaves, effects = self.leaves_of(operation), self.effects_of.get(operation.operation_id, ())
        known = {*leaves.kinds, *leaves.undone_by.values()}
        some = [each for each in effects if each.kind in known]
        is_whole = all(len(standing) == leaves.times(clause) for clause, standing in leaves.by_clause(effects))
        return is_whole and len(some) == len(leaves.clauses)

    def effect_of(self, operation: OperationRow) -> LedgerRow:
        """One of those that it is to leave, at random."""
        kinds = self.leaves_of(operation).kinds
        return self.one_of(each for each in self.effects_of.get(operation.operation_id, ()) if each.kind in kinds)

    def of_outcome(self, outcome: Outcome) -> tuple[OperationRow, ...]:
        """The operations whose last answer came to that."""
        return tuple(each for each in self.operations if each.outcome == outcome)

    def told(self, kind: str, outcome: str = "") -> tuple[EventRow, ...]:
        """The events of a kind, of one outcome where it is named."""
        return tuple(each for each in self.events if each.kind == kind and outcome in {"", each.outcome})

    def one_of(self, candidates: Iterable[T]) -> T:
        """Any of them. Raises where there is none."""
        return self.several_of(candidates, 1)[0]

    def several_of(self, candidates: Iterable[T], number: int) -> list[T]:
        """So many of them, each once. Raises where there are fewer."""
        some = list(candidates)
        if len(some) < number:
            raise NothingToDamageError
        return self.random.sample(some, number)

    def free_seq(self, vendor: str) -> int:
        """A place in that vendor's ledger that nothing has."""
        return 1 + max((each.seq for each in (*self.requests, *self.effects) if each.vendor == vendor), default=0)

    def with_rows(self, record: type[R], rows: Iterable[R]) -> RunInputs:
        """The run with other rows of that kind."""
        tables = self.inputs.tables
        others = [tables.of(each.record) for each in TABLES.values() if each.record is not record]
        return replace(self.inputs, tables=Tables(Rows.of(record, rows), *others))

    def without(self, *gone: Any) -> RunInputs:
        """The run without these rows, all of one kind."""
        return self.changed([(each, None) for each in gone])

    def instead(self, old: R, new: R) -> RunInputs:
        """The run with that row changed."""
        return self.changed([(old, new)])

    def changed(self, changes: Sequence[tuple[R, R | None]]) -> RunInputs:
        """The run with these rows, all of one kind, each replaced by its other, or gone."""
        if not changes:
            raise NothingToDamageError
        record: type[Any] = type(changes[0][0])
        by_identity = {id(old): new for old, new in changes}
        rows = (by_identity.get(id(each), each) for each in self._rows_of(record))
        return self.with_rows(record, [each for each in rows if each is not None])

    def put(self, *rows: Any) -> RunInputs:
        """The run with these rows, all of one kind, beside those that it has."""
        record = type(rows[0])
        return self.with_rows(record, [*self._rows_of(record), *rows])

    def _rows_of(self, record: type[Any]) -> tuple[Any, ...]:
        if record is LedgerRow:
            return (*self.requests, *self.effects)
        kinds = {
            OperationRow: self.wanted,
            EventRow: self.events,
            LetterRow: self.letters,
            DeliveryRow: self.deliveries,
            StrikeRow: self.strikes,
        }
        return kinds[record]


def _grouped(rows: Iterable[LedgerRow]) -> dict[str, tuple[LedgerRow, ...]]:
    found: dict[str, list[LedgerRow]] = {}
    for each in rows:
        found.setdefault(each.operation_id, []).append(each)
    return {operation_id: tuple(some) for operation_id, some in found.items()}


def other_value(value: Any) -> Any:
    """Something of the same type that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}-other"


def fields_of(effect: LedgerRow) -> dict[str, Any]:
    """What the ledger keeps of it."""
    return json.loads(effect.fields) if effect.fields else {}
