"""Each operation has its effect once. Counted by operation id in the vendor's ledger, never by idempotency key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import NAMELESS, Evidence, is_one_of
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_harness.judging.expectations.phantoms import phantoms_among
from brownout_harness.judging.leaves import Clause, Leaves, either
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactlyOnce:
    """A done operation has one effect that stands, any other at most one, and what nobody asked for has none."""

    NAME: ClassVar[str] = "exactly_once"
    LEDGER_PROVES: ClassVar[bool] = True
    TIMELESS: ClassVar[bool] = True

    effect: str
    """`stripe.charge`, `twilio.message`, `sales.order`. Where an operation leaves it or another, both count."""
    operation: str = ""
    """Which operations are to have it; default: those that leave it."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""

    def __post_init__(self) -> None:
        require("." in self.effect, f"exactly_once effect must be written vendor.noun, got {self.effect!r}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Surplus effects fail whatever else is unknown; a missing one only where the ledger is complete."""
        wording = Wording(self, f"one {self.effect} per done operation, at most one per any other")
        clauses = self._clauses(evidence)
        operations = evidence.operations_named(clauses) if clauses else evidence.operations
        effects = evidence.effects.where(is_one_of([self.effect, *chain(*clauses.values())]))
        anonymous, named = effects.where(NAMELESS), effects.where(~NAMELESS)
        phantom = phantoms_among(evidence, named)
        # What has no operation may be another group's.
        is_theirs = anonymous and not evidence.group
        surplus = _surplus(anonymous, operations.not_among(named.frame, "operation_id")) if is_theirs else []
        looked = _Looked(self.effect, evidence, clauses)
        looked.at(named)
        if len(looked.missing) <= len(anonymous):
            looked.missing.clear()
        observed = _observed(effects, phantom, len(surplus), looked)
        doubled = looked.doubled if looked.undoing_is_known else {}
        proven = [*looked.missing, *looked.too_often] if evidence.absence_is_proof else []
        if doubled or phantom or surplus or proven:
            return wording.failed(observed, chain(_doubled(doubled), _phantoms(phantom), surplus, proven))
        if looked.doubled or looked.missing or looked.too_often:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete, or has undoings of nobody's")
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


class _Looked:
    """What is wrong with single operations: only those are looked at that have other than one effect, or had one taken
    back."""

    def __init__(self, effect: str, evidence: Evidence, clauses: Mapping[str, Clause]) -> None:
        self.doubled: dict[str, tuple[LedgerRow, ...]] = {}
        """By operation id: what stands, where that is more than one."""
        self.too_many = 0
        self.missing: list[Violation] = []
        self.too_often: list[Violation] = []
        self._effect = effect
        self._evidence = evidence
        self._clauses = clauses
        leaves = {name: evidence.leaves[name] for name in clauses if name in evidence.leaves}
        self._is_several = any(of.times(clauses[name]) > 1 for name, of in leaves.items())
        undoings = chain.from_iterable(of.undoings(clauses[name]) for name, of in leaves.items())
        back = evidence.effects.where(is_one_of(undoings))
        self._back = back.where(~NAMELESS)
        self.undoing_is_known = not back or (evidence.absence_is_proof and len(back) == len(self._back))
        """Whether what looks as if it stood twice does: no undoing can be missing, and none is without an operation."""

    def at(self, named: Rows[LedgerRow]) -> None:
        """Look; `named` are the effects that have an operation."""
        suspects = named if self._is_several else named.repeated("operation_id")
        for id in dict.fromkeys([*suspects.by("operation_id"), *self._back.by("operation_id")]):  # noqa: A001
            self._at_one(id)
        done = pl.col("outcome") == Outcome.DONE
        for name, clause in self._clauses.items():
            having = self._evidence.effects.where(~NAMELESS, is_one_of(clause))
            for each in self._evidence.operations_named([name]).where(done).not_among(having.frame, "operation_id"):
                self._miss(each)

    def _at_one(self, operation_id: str) -> None:
        operation, effects = self._evidence.operation(operation_id), self._evidence.effects_of[operation_id]
        leaves = self._evidence.leaves.get(operation.name, Leaves(())) if operation else Leaves(())
        clause = leaves.clause_with(self._effect)
        standing, times = leaves.standing(clause, effects), leaves.times(clause)
        if len(standing) > times:
            self.doubled[operation_id] = standing
            self.too_many += len(standing) - times
        had = [each for each in effects if each.kind in clause]
        is_done = operation is not None and operation.name in self._clauses and operation.outcome == Outcome.DONE
        if operation and is_done and had and len(standing) < times:
            there = f"{len(standing)} of {times}" if standing else "no"
            back = f", for {had[-1].id} was taken back" if len(had) > len(standing) else ""
            self._miss(operation, there, back)
        for each in leaves.undone_too_often(clause, effects)[:1]:
            what = f"{each.kind} {each.id}: more was taken back than there was"
            self.too_often.append(Violation(each.at_s, operation_id, what))

    def _miss(self, operation: OperationRow, there: str = "no", why: str = "") -> None:
        what = f"done, but {there} {self._effect}{why}"
        self.missing.append(Violation(operation.finished_s, operation.operation_id, what))


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
        yield Violation(effect.at_s, effect.operation_id, f"{effect.kind} {effect.id}, but nobody had asked for it")


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


def _observed(effects: Rows[LedgerRow], phantom: Rows[LedgerRow], surplus: int, looked: _Looked) -> str:
    parts = [f"{counted(len(effects), 'effect')} for {counted(_operations_of(effects), 'operation')}"]
    if several := len(looked.doubled):
        parts.append(f"{counted(several, 'operation')} with more than one ({looked.too_many} too many)")
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
