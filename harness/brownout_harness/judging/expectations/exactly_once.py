"""Each operation has its effect once. Counted by operation id in the vendor's ledger, never by idempotency key."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10


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
        effects = evidence.effects_by_kind.get(self.effect, ())
        by_operation: dict[str, list[LedgerRow]] = {}
        for effect in effects:
            by_operation.setdefault(effect.operation_id, []).append(effect)
        anonymous = by_operation.pop("", [])
        doubled = [_doubled(each) for each in by_operation.values() if len(each) > 1]
        phantom = [_phantom(each[0]) for each in by_operation.values() if self._is_phantom(evidence, each[0])]
        surplus = _surplus(anonymous, [each for each in operations if each.operation_id not in by_operation])
        missing = self._missing(evidence, operations, by_operation, len(anonymous))
        certain = [*doubled, *phantom, *surplus, *(missing if evidence.absence_is_proof else [])]
        observed = _observed(by_operation, len(effects), len(phantom), len(surplus), len(missing))
        if certain:
            return wording.failed(observed, certain)
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

    def _is_phantom(self, evidence: Evidence, effect: LedgerRow) -> bool:
        return evidence.operation(effect.operation_id) is None

    def _missing(
        self,
        evidence: Evidence,
        operations: Rows[OperationRow],
        by_operation: dict[str, list[LedgerRow]],
        anonymous: int,
    ) -> list[Violation]:
        """Done without the effect, more of them than there are effects that could be theirs."""
        found = []
        for each in operations:
            kinds = evidence.effects_expected_of(each.name) or ((self.effect,) if self.operation else ())
            if each.outcome != Outcome.DONE or each.operation_id in by_operation or not kinds:
                continue
            if not any(effect.kind in kinds for effect in evidence.effects_of.get(each.operation_id, ())):
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


def _doubled(effects: Sequence[LedgerRow]) -> Violation:
    again = effects[1]
    keys = len({effect.idempotency_key for effect in effects})
    ids = ", ".join(f"{effect.id} at {effect.at_s:.3f} s" for effect in effects[:3])
    what = f"{len(effects)} {again.kind} under {counted(keys, 'idempotency key')}: {ids}"
    return Violation(again.at_s, again.operation_id, what)


def _phantom(effect: LedgerRow) -> Violation:
    return Violation(effect.at_s, effect.operation_id, f"{effect.kind} {effect.id}, but nobody asked for it")


def _surplus(anonymous: Sequence[LedgerRow], operations: Sequence[OperationRow]) -> list[Violation]:
    """Effects without an operation id that are more than the operations asked by then can explain."""
    sent = sorted(each.sent_s for each in operations)
    found, explained = [], 0
    for effect in sorted(anonymous, key=lambda each: each.at_s):
        if explained < len(sent) and sent[explained] <= effect.at_s:
            explained += 1
        else:
            what = f"{effect.kind} {effect.id}: more effects than operations asked by then"
            found.append(Violation(effect.at_s, "", what))
    return found


def _observed(by_operation: dict[str, list[LedgerRow]], effects: int, phantom: int, surplus: int, missing: int) -> str:
    doubled = [len(each) for each in by_operation.values() if len(each) > 1]
    parts = [f"{counted(effects, 'effect')} for {counted(len(by_operation), 'operation')}"]
    if doubled:
        parts.append(
            f"{counted(len(doubled), 'operation')} with more than one ({sum(doubled) - len(doubled)} too many)"
        )
    if phantom:
        parts.append(f"{phantom} never asked for")
    if surplus:
        parts.append(f"{surplus} without an operation id and too many")
    if missing:
        parts.append(f"{missing} done without it")
    return ", ".join(parts)
