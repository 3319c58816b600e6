"""While a breaker is open its vendor is left alone. Telemetry says when; the ledger says what really arrived."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require, seconds
from brownout_harness.judging.expectations.telling import (
    HALF_OPEN,
    Telling,
    contradictions,
    requests_while_open,
    telling_about,
)
from brownout_reports.run_folder import ExpectationResult, PhaseSpan

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietWhileOpen:
    """No request arrives while the breaker is open, and at most `probes` in each half-open stretch."""

    NAME: ClassVar[str] = "quiet_while_open"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose breaker and whose ledger."""
    probes: int = 3
    """Requests allowed in one half-open stretch: the breaker's `permitted_calls`."""
    late_by_s: float = 0.25
    """A request admitted before the breaker opened may arrive this much later."""

    def __post_init__(self) -> None:
        require(self.probes >= 1, f"quiet_while_open probes must be at least 1, got {self.probes}")
        require(self.late_by_s >= 0, f"quiet_while_open late_by must not be negative, got {self.late_by_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Needs operations that would have reached the vendor, had the breaker not been open."""
        expected = f"no request to {self.vendor} while its breaker is open, at most {self.probes} while half-open"
        wording = Wording(self, expected)
        if not evidence.telemetry or not evidence.events:
            return wording.inconclusive("the target reports no events: its breaker cannot be seen")
        telling = telling_about(evidence, self.vendor)
        leaks, leaked = self._leaks(evidence, telling)
        crowds, probed = self._crowds(evidence, telling)
        violations = [*leaks, *crowds, *contradictions(evidence, telling, late_by_s=self.late_by_s)]
        observed = f"{counted(leaked, 'request')} while open, at most {probed} in one half-open stretch"
        if violations:
            return wording.failed(f"{observed}; {min(violations).what}", violations)
        judged = self._judged_spans(telling)
        if not judged:
            return wording.inconclusive(f"the breaker was never open for longer than {seconds(self.late_by_s)}")
        asked = sum(any(s.covers(each.intended_s) for s in judged) for each in evidence.operations_for(self.vendor))
        if asked < MINIMUM_OPERATIONS:
            return wording.too_few(asked, MINIMUM_OPERATIONS, "operations asked while it was open")
        return wording.passed(f"{observed}; {counted(asked, 'operation')} asked meanwhile")

    def _judged_spans(self, telling: Telling) -> list[PhaseSpan]:
        spans = [PhaseSpan("", each.start_s + self.late_by_s, each.end_s) for each in telling.in_state("open")]
        return [span for span in spans if span.duration_s > 0]

    def _leaks(self, evidence: Evidence, telling: Telling) -> tuple[list[Violation], int]:
        found = []
        for stretch, requests in requests_while_open(evidence, telling, late_by_s=self.late_by_s):
            for each in requests:
                what = f"{each.route} arrived {seconds(each.at_s - stretch.start_s)} after the breaker opened"
                found.append(Violation(each.at_s, each.operation_id, what))
        return found, len(found)

    def _crowds(self, evidence: Evidence, telling: Telling) -> tuple[list[Violation], int]:
        found, most = [], 0
        for stretch in telling.in_state(HALF_OPEN):
            probes = evidence.requests_between(self.vendor, stretch.start_s, stretch.end_s)
            most = max(most, len(probes))
            for each in list(probes)[self.probes :]:
                what = f"{counted(len(probes), 'request')} in the half-open stretch from {seconds(stretch.start_s)}"
                found.append(Violation(each.at_s, each.operation_id, what))
        return found, most
