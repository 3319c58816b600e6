"""Callers are not kept waiting past the deadline, and nothing is started for them after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    counted,
    no_such_phase,
    require,
    seconds,
    span_text,
)
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import ExpectationResult

MINIMUM_OPERATIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRespected:
    """Each ask is answered within the deadline, and no vendor gets a request for it that starts after it.

    The answers are judged by what the driver waited, the requests by the vendors' ledgers. A request for an operation
    that was set aside as a dead letter may come later: it is sent again on purpose.
    """

    NAME: ClassVar[str] = "deadline_respected"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    within_s: float
    """The deadline of one ask."""
    overshoot_s: float = 0.25
    """What the way to the target and back may add."""
    late_at_most: float = 0.001
    """Share of the operations."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run."""

    def __post_init__(self) -> None:
        require(self.within_s > 0, f"deadline_respected within must be above 0, got {self.within_s}")
        require(self.overshoot_s >= 0, f"deadline_respected overshoot must not be negative, got {self.overshoot_s}")
        require(
            0 <= self.late_at_most < 1, f"deadline_respected late_at_most must be in [0, 1), got {self.late_at_most}"
        )

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """By the longest single ask of each operation wanted during the phase."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        expected = f"{self.operation} answered within {seconds(self.within_s)} (+ {seconds(self.overshoot_s)})"
        wording = Wording(self, expected, span_text(span))
        asked = evidence.asked(self.operation, span)
        late = [violation for each in asked for violation in self._late(each)]
        started = [violation for each in asked for violation in self._started_late(evidence, each)]
        slowest = max((each.longest_ask_s for each in asked), default=0.0)
        observed = f"slowest of {counted(len(asked), 'operation')} {seconds(slowest)}, {len(late)} late"
        if started:
            observed += f", {counted(len(started), 'request')} started after the deadline"
        allowed = math.floor(self.late_at_most * len(asked))
        if len(late) > allowed or len(started) > allowed:
            return wording.failed(observed, [*late, *started])
        if len(asked) < MINIMUM_OPERATIONS:
            return wording.too_few(len(asked), MINIMUM_OPERATIONS, f"{self.operation} operations")
        return wording.passed(observed)

    def _late(self, operation: OperationRow) -> Iterator[Violation]:
        if operation.longest_ask_s > self.within_s + self.overshoot_s:
            what = f"{operation.outcome} after {seconds(operation.longest_ask_s)}"
            yield Violation(operation.finished_s, operation.operation_id, what)

    def _started_late(self, evidence: Evidence, operation: OperationRow) -> Iterator[Violation]:
        if operation.operation_id in evidence.dead_letters_of:
            return
        # Asked several times, only the last ask has an end that is known: its deadline is past `within_s` after that.
        start_s = operation.sent_s if operation.asks <= 1 else operation.finished_s
        for request in evidence.requests_of.get(operation.operation_id, ()):
            late_by_s = request.at_s - (start_s + self.within_s)
            if late_by_s > self.overshoot_s:
                what = f"{request.route} started {seconds(late_by_s)} after the deadline"
                yield Violation(request.at_s, operation.operation_id, what)
