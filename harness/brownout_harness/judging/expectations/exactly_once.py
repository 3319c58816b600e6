"""Each operation has its effect once. Counted by operation id in the vendor's ledger, never by idempotency key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_harness.judging.leaves import Clause, Leaves, either
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10
NAMELESS: Final = pl.col("operation_id") == ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactlyOnce:
    """A done operation has one effect that stands, any other at most one, and what nobody asked for has none."""

    NAME: ClassVar[str] = "exactly_once"
    LEDGER_PROVES: ClassVar[bool] = True

    effect: str
    """`stripe.charge`, `twilio.message`, `sales.order`. Where an operation leaves it or another, both count."""
    operation: str = ""
    """Which operations are to have it; default: those that leave it."""

    def __post_init__(self) -> None:
        require("." in self.effect, f"exactly_once effect must be written vendor.noun, got {self.effect!r}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Surplus effects fail whatever else is unknown; a missing one only where the ledger is complete."""
        wording = Wording(self, f"one {self.effect} per done operation, at most one per any other")
        clauses = self._clauses(evidence)
        operations = evidence.operations_named(clauses) if clauses else evidence.operations
        effects = evidence.effects.where(_is_one_of([self.effect, *chain(*clauses.values())]))
        anonymous, named = effects.where(NAMELESS), effects.where(~NAMELESS)
        phantom = named.not_among(evidence.operations.frame, "operation_id")
        surplus = _surplus(anonymous, operations.not_among(named.frame, "operation_id")) if anonymous else []
        looked = self._looked_at(evidence, named, clauses)
        if len(looked.missing) <= len(anonymous):
            looked = looked._replace(missing=[])
        observed = _observed(effects, phantom, len(surplus), looked)
        certain, uncertain = (looked.doubled, {}) if looked.is_certain(evidence) else ({}, looked.doubled)
        proven = [*looked.missing, *looked.too_often] if evidence.absence_is_proof else []
        if certain or phantom or surplus or proven:
            return wording.failed(observed, chain(_doubled(certain), _phantoms(phantom), surplus, proven))
        if uncertain or looked.missing or looked.too_often:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete")
        if anonymous:
            return wording.inconclusive(f"{observed}; {counted(len(anonymous), 'effect')} without an operation id")
        if len(operations) < MINIMUM_OPERATIONS:
            return wording.too_few(len(operations), MINIMUM_OPERATIONS, "operations")
        if not effects:
            return wording.inconclusive(f"no {self.effect} at all: nothing to count")
        return wording.passed(observed)

    def _clauses(self, evidence: Evidence) -> dict[str, Clause]:
        """The operations that are to have it, and the kinds that count as it; none: nobody said which."""
        named = [self.operation] if self.operation else list(evidence.operations_of)
        leaves = {name: evidence.leaves.get(name, Leaves(())) for name in named}
        return {
            name: of.clause_with(self.effect)
            for name, of in leaves.items()
            if self.operation or self.effect in of.kinds
        }

    def _looked_at(self, evidence: Evidence, named: Rows[LedgerRow], clauses: Mapping[str, Clause]) -> "_LookedAt":
        """One by one, only those operations that have other than one effect, or had one taken back."""
        undoings = {
            back for name in clauses if name in evidence.leaves for back in evidence.leaves[name].undone_by.values()
        }
        back = evidence.effects.where(~NAMELESS, _is_one_of(undoings))
        looked = _LookedAt(self.effect, {}, [], [], bool(back))
        for id in dict.fromkeys([*named.repeated("operation_id").by("operation_id"), *back.by("operation_id")]):  # noqa: A001
            looked.look(evidence, id, clauses)
        done = pl.col("outcome") == Outcome.DONE
        for name, clause in clauses.items():
            having = evidence.effects.where(~NAMELESS, _is_one_of(clause))
            for each in evidence.operations_named([name]).where(done).not_among(having.frame, "operation_id"):
                looked.miss(each)
        return looked


class _LookedAt(NamedTuple):
    """What is wrong with single operations."""

    effect: str
    doubled: dict[str, tuple[LedgerRow, ...]]
    """By operation id: what stands, where that is more than one."""
    missing: list[Violation]
    too_often: list[Violation]
    some_were_undone: bool

    def is_certain(self, evidence: Evidence) -> bool:
        """Whether what stands twice surely does: where effects are taken back, just that may be what is missing."""
        return evidence.absence_is_proof or not self.some_were_undone

    def look(self, evidence: Evidence, operation_id: str, clauses: Mapping[str, Clause]) -> None:
        operation, effects = evidence.operation(operation_id), evidence.effects_of[operation_id]
        leaves = evidence.leaves.get(operation.name, Leaves(())) if operation else Leaves(())
        clause = leaves.clause_with(self.effect)
        standing = leaves.standing(clause, effects)
        if len(standing) > 1:
            self.doubled[operation_id] = standing
        had = [each for each in effects if each.kind in clause]
        if operation and operation.name in clauses and operation.outcome == Outcome.DONE and had and not standing:
            self.miss(operation, f", for {had[-1].id} was taken back")
        for each in leaves.undone_too_often(clause, effects)[:1]:
            what = f"{each.kind} {each.id}: more was taken back than there was"
            self.too_often.append(Violation(each.at_s, operation_id, what))

    def miss(self, operation: OperationRow, why: str = "") -> None:
        self.missing.append(Violation(operation.finished_s, operation.operation_id, f"done, but no {self.effect}{why}"))


def _is_one_of(kinds: Iterable[str]) -> pl.Expr:
    return pl.col("route").is_in(list(dict.fromkeys(kinds)))


def _doubled(doubled: Mapping[str, tuple[LedgerRow, ...]]) -> Iterator[Violation]:
    for effects in doubled.values():
        again = effects[1]
        keys = {effect.idempotency_key for effect in effects if effect.idempotency_key}
        under = f"under {counted(len(keys), 'idempotency key')}" if keys else "without an idempotency key"
        ids = ", ".join(f"{effect.id} at {effect.at_s:.3f} s" for effect in effects[:3])
        kinds = either(tuple(dict.fromkeys(effect.kind for effect in effects)))
        yield Violation(again.at_s, again.operation_id, f"{len(effects)} {kinds} {under}: {ids}")


def _phantoms(phantom: Rows[LedgerRow]) -> Iterator[Violation]:
    for effect, *_ in phantom.by("operation_id").values():
        yield Violation(effect.at_s, effect.operation_id, f"{effect.kind} {effect.id}, but nobody asked for it")


def _surplus(anonymous: Rows[LedgerRow], operations: Rows[OperationRow]) -> list[Violation]:
    """Effects without an operation id that are more than the operations asked by then can explain."""
    sent = operations.values(pl.col("sent_s")).to_list()
    found, explained = [], 0
    for effect in anonymous:
        if explained < len(sent) and sent[explained] <= effect.at_s:
            explained += 1
        else:
            what = f"{effect.kind} {effect.id}: more effects than operations asked by then"
            found.append(Violation(effect.at_s, "", what))
    return found


def _observed(effects: Rows[LedgerRow], phantom: Rows[LedgerRow], surplus: int, looked: _LookedAt) -> str:
    parts = [f"{counted(len(effects), 'effect')} for {counted(_operations_of(effects), 'operation')}"]
    if several := len(looked.doubled):
        too_many = sum(map(len, looked.doubled.values())) - several
        parts.append(f"{counted(several, 'operation')} with more than one ({too_many} too many)")
    if phantom:
        parts.append(f"{_operations_of(phantom)} never asked for")
    if surplus:
        parts.append(f"{surplus} without an operation id and too many")
    if looked.missing:
        parts.append(f"{len(looked.missing)} done without it")
    if looked.too_often:
        parts.append(f"{len(looked.too_often)} taken back too often")
    return ", ".join(parts)


def _operations_of(effects: Rows[LedgerRow]) -> int:
    return int(effects.where(~NAMELESS).figure(pl.col("operation_id").n_unique()))
