"""The application survives, and knows what to do with whatever happens to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDefects:
    """The target's process ends only when it is asked to, and no error of its own is left unhandled."""

    NAME: ClassVar[str] = "no_defects"
    LEDGER_PROVES: ClassVar[bool] = True

    unhandled_at_most: int = 0
    """Errors that nobody expected, as its telemetry tells. A death is never allowed."""

    def __post_init__(self) -> None:
        require(
            self.unhandled_at_most >= 0,
            f"no_defects unhandled_at_most must not be negative, got {self.unhandled_at_most}",
        )

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Nothing but the faults can have ended it. Without telemetry only a death is seen."""
        allowed = f", at most {counted(self.unhandled_at_most, 'unhandled error')}" if self.unhandled_at_most else ""
        wording = Wording(self, f"the target lives and handles every error{allowed}")
        defects = evidence.events_by_kind.get("defect", Rows.none(EventRow))
        deaths = counted(len(evidence.deaths), "death", "deaths")
        told = counted(len(defects), "unhandled error") if evidence.telemetry else "its errors are not told"
        observed = f"{deaths} unasked, {told}"
        if evidence.deaths or len(defects) > self.unhandled_at_most:
            return wording.failed(observed, _violations(evidence, defects))
        if len(evidence.operations) < MINIMUM_OPERATIONS:
            return wording.too_few(len(evidence.operations), MINIMUM_OPERATIONS, "operations")
        return wording.passed(observed)


def _violations(evidence: Evidence, defects: Rows[EventRow]) -> Iterator[Violation]:
    for each in evidence.deaths:
        last = f": {evidence.masked(each.said_last[-1])[:200]}" if each.said_last else ""
        yield Violation(each.at_s, "", f"{each.process} ended unasked with exit code {each.exit_code}{last}")
    for event in defects:
        yield Violation(event.at_s, event.operation_id, f"unhandled {event.outcome} (request {event.detail})")
