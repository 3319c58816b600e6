"""Each operation has its effect once. Counted by operation id in the vendor's ledger, never by idempotency key."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10
NAMELESS: Final = pl.col("operation_id") == ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactlyOnce:
    """A done operation has one effect, any other at most one, and what nobody asked for has none."""

    NAME: ClassVar[str] = "exactly_once"
    LEDGER_PROVES: ClassVar[bool] = True

    effect: str
    """`stripe.charge`, `twilio.message`, `sales.order`."""
    operation: str = ""
    """Which operations are to have it; default: those known to."""

    def __post_init__(self) -> None:
        require("." in self.effect, f"exactly_once effect must be written vendor.noun, got {self.effect!r}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Surplus effects fail whatever else is unknown; a missing one only where the ledger is complete."""
        wording = Wording(self, f"one {self.effect} per done operation, at most one per any other")
        operations = self._operations(evidence)
        effects = evidence.effects_by_kind.get(self.effect, Rows.none(LedgerRow))
        anonymous, named = effects.where(NAMELESS), effects.where(~NAMELESS)
        doubled = named.repeated("operation_id")
        phantom = named.not_among(evidence.operations.frame, "operation_id")
        without = operations.not_among(named.frame, "operation_id")
        surplus = _surplus(anonymous, without) if anonymous else []
        missing = self._missing(evidence, without, len(anonymous))
        proven = missing if evidence.absence_is_proof else []
        observed = _observed(effects, doubled, phantom, len(surplus), len(missing))
        if doubled or phantom or surplus or proven:
            return wording.failed(observed, chain(_doubled(doubled), _phantoms(phantom), surplus, proven))
        if missing:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete")
        if anonymous:
            return wording.inconclusive(f"{observed}; {counted(len(anonymous), 'effect')} without an operation id")
        if len(operations) < MINIMUM_OPERATIONS:
            return wording.too_few(len(operations), MINIMUM_OPERATIONS, "operations")
        if not effects:
            return wording.inconclusive(f"no {self.effect} at all: nothing to count")
        return wording.passed(observed)

    def _operations(self, evidence: Evidence) -> Rows[OperationRow]:
        if self.operation:
            return evidence.operations_named([self.operation])
        names = [name for name in evidence.operations_of if self.effect in evidence.effects_expected_of(name)]
        return evidence.operations_named(names) if names else evidence.operations

    def _missing(self, evidence: Evidence, without: Rows[OperationRow], anonymous: int) -> list[Violation]:
        """Done without the effect, more of them than there are effects that could be theirs."""
        done = without.where(pl.col("outcome") == Outcome.DONE)
        others = evidence.effects.among(done.frame, "operation_id").by("operation_id")
        found = []
        for each in done:
            kinds = evidence.effects_expected_of(each.name) or ((self.effect,) if self.operation else ())
            if kinds and not any(effect.kind in kinds for effect in others.get(each.operation_id, ())):
                found.append(Violation(each.finished_s, each.operation_id, f"done, but no {self.effect}"))
        return found if len(found) > anonymous else []


def effects_named_by(expectations: Iterable[object], operations: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """What each operation's done one leaves, as far as the scenario's `exactly_once` say: for a foreign target.

    One without `operation` speaks of the only operation there is; of several it says nothing.
    """
    named: dict[str, tuple[str, ...]] = {}
    for each in expectations:
        if isinstance(each, ExactlyOnce):
            for name in [each.operation] if each.operation else operations if len(operations) == 1 else ():
                named[name] = (*named.get(name, ()), each.effect)
    return named


def _doubled(doubled: Rows[LedgerRow]) -> Iterator[Violation]:
    for effects in doubled.by("operation_id").values():
        again = effects[1]
        keys = len({effect.idempotency_key for effect in effects})
        ids = ", ".join(f"{effect.id} at {effect.at_s:.3f} s" for effect in effects[:3])
        what = f"{len(effects)} {again.kind} under {counted(keys, 'idempotency key')}: {ids}"
        yield Violation(again.at_s, again.operation_id, what)


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


def _observed(
    effects: Rows[LedgerRow], doubled: Rows[LedgerRow], phantom: Rows[LedgerRow], surplus: int, missing: int
) -> str:
    parts = [f"{counted(len(effects), 'effect')} for {counted(_operations_of(effects), 'operation')}"]
    if doubled:
        several = _operations_of(doubled)
        parts.append(f"{counted(several, 'operation')} with more than one ({len(doubled) - several} too many)")
    if phantom:
        parts.append(f"{_operations_of(phantom)} never asked for")
    if surplus:
        parts.append(f"{surplus} without an operation id and too many")
    if missing:
        parts.append(f"{missing} done without it")
    return ", ".join(parts)


def _operations_of(effects: Rows[LedgerRow]) -> int:
    return int(effects.where(~NAMELESS).figure(pl.col("operation_id").n_unique()))
