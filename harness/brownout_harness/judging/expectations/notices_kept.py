"""What the gateway has acknowledged of its vendors' notices it knows when all is over, each once, and none forged."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Evidence, GapKind
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import NOTICE_SHOWN, DeliveryRow, EventRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesKept:
    """Of each operation of which the gateway has acknowledged notices it shows the furthest at the end; it takes each
    once, and none that a fault forged."""

    NAME: ClassVar[str] = "notices_kept"
    LEDGER_PROVES: ClassVar[bool] = True
    NEEDS_NOTICES: ClassVar[bool] = True

    vendor: str
    """Who tells."""
    types: tuple[str, ...]
    """The kinds of notice that say how far something has come, in the order in which they follow one another."""
    at_least: int = MINIMUM_OPERATIONS
    """Fewer operations that are told of, and nothing was tried."""

    def __post_init__(self) -> None:
        require(bool(self.types), "notices_kept types: name at least one kind of notice")
        require(len(set(self.types)) == len(self.types), "notices_kept types: one of them is named twice")
        require(self.at_least >= 1, f"notices_kept at_least must be at least 1, got {self.at_least}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Deliveries and answers stand in the vendor's own books; what is known of them is the gateway's own word."""
        wording = Wording(self, "the furthest that was acknowledged is known at the end, and each was taken once")
        if not evidence.telemetry:
            return wording.inconclusive("only the gateway shows what it was told")
        rows = evidence.deliveries_of.get(self.vendor, Rows.none(DeliveryRow))
        told = [each for each in rows if each.type in self.types and each.operation_id]
        acknowledged = [each for each in told if 200 <= each.status < 300]
        shown = {each.operation_id: each for each in self._of(evidence, NOTICE_SHOWN)}
        about = {each.operation_id for each in acknowledged if not each.is_forged}
        violations = [*self._believed(acknowledged), *self._again(self._of(evidence, Kind.NOTICE))]
        was_shown = _was_shown(evidence)
        if was_shown:
            violations += self._unknown([each for each in acknowledged if not each.is_forged], shown)
            violations += self._invented(told, shown)
        observed = f"told of {counted(len(about), 'operation')}; {len(about & shown.keys())} of them known at the end"
        if violations:
            return wording.failed(f"{observed}; {min(violations).what}", violations)
        if not was_shown:
            return wording.inconclusive("what it knew at the end was not shown")
        if len(about) < self.at_least:
            return wording.too_few(len(about), self.at_least, "operations that were told of")
        return wording.passed(observed)

    def _of(self, evidence: Evidence, kind: str) -> list[EventRow]:
        rows = evidence.events_by_kind.get(kind, Rows.none(EventRow))
        return [each for each in rows if each.vendor == self.vendor]

    def _believed(self, acknowledged: Iterable[DeliveryRow]) -> Iterator[Violation]:
        for each in acknowledged:
            if each.is_forged:
                yield Violation(each.finished_s, each.operation_id, f"a forged or aged {each.type} was acknowledged")

    def _unknown(self, genuine: Iterable[DeliveryRow], shown: Mapping[str, EventRow]) -> Iterator[Violation]:
        """What was acknowledged, and is further than what is known."""
        furthest: dict[str, DeliveryRow] = {}
        for each in genuine:
            known = furthest.get(each.operation_id)
            if known is None or self._place(each.type) > self._place(known.type):
                furthest[each.operation_id] = each
        for operation_id, each in furthest.items():
            row = shown.get(operation_id)
            if row is None or self._place(row.detail) < self._place(each.type):
                what = "nothing of it" if row is None else f"only {row.detail}"
                yield Violation(each.finished_s, operation_id, f"{each.type} was acknowledged, and {what} is known")

    def _invented(self, told: Iterable[DeliveryRow], shown: Mapping[str, EventRow]) -> Iterator[Violation]:
        """What is known, and was told by nobody genuine."""
        genuine: dict[str, set[str]] = defaultdict(set)
        for each in told:
            if not each.is_forged:
                genuine[each.operation_id].add(each.type)
        for operation_id, row in shown.items():
            if row.detail in self.types and row.detail not in genuine[operation_id]:
                yield Violation(row.at_s, operation_id, f"{row.detail} is known, which {self.vendor} never told")

    def _again(self, heard: Iterable[EventRow]) -> Iterator[Violation]:
        taken = [each for each in heard if each.outcome == "taken" and each.detail in self.types]
        times = Counter((each.operation_id, each.detail) for each in taken)
        for each in taken:
            if (count := times.pop((each.operation_id, each.detail), 1)) > 1:
                yield Violation(each.at_s, each.operation_id, f"{each.detail} was taken {count} times")

    def _place(self, kind: str) -> int:
        return self.types.index(kind) if kind in self.types else -1


def _was_shown(evidence: Evidence) -> bool:
    """Whether the gateway was asked at the end, and answered: else it is not known what it knew."""
    return evidence.shows_dead_letters and all(gap.kind is not GapKind.EVIDENCE_LOST for gap in evidence.gaps)
