"""When the cause of an outage is gone the outage is over: beside a control run, nothing of it is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.confidence import of_ratio, of_share
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    no_such_phase,
    percent,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.paired import (
    DONE,
    LATENCY_S,
    Finding,
    at_least,
    at_most,
    in_time,
    missing,
    p99_s,
    together,
    unwell,
)
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import PhaseSpan
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 100
MINIMUM_REQUESTS: Final = 500
"""Of a vendor that nobody names, in both runs together: with fewer a fifth more could not be told from as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMetastability:
    """From `within_s` after the phase `after` on, as much is done in time as in the control run, with as few requests.

    Judged to the end of the load, in the same instants of both. What keeps itself going without its cause shows:
    answers come late, or not at all, or the load is multiplied.
    """

    NAME: ClassVar[str] = "no_metastability"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_CONTROL: ClassVar[bool] = True

    after: str
    """The phase of the cause."""
    within_s: float
    """From the end of `after`; from then on it is judged."""
    operation: str = ""
    """Which operation; left out: all of them together."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    at_least: float = 0.95
    """Share of what the control run did in time, in (0, 1)."""
    late_by_s: float = 1.0
    """What is done later than the control run's 99th percentile, and so much, is not in time."""
    vendor: str = ""
    """Whose requests are compared; left out: those of every vendor that got 500 and more in the two together."""
    requests_at_most: float = 1.2
    """So many times the control run's, above 1."""

    def __post_init__(self) -> None:
        require(bool(self.after), "no_metastability needs a phase: after")
        require(self.within_s > 0, f"no_metastability within must be above 0, got {self.within_s}")
        require(0 < self.at_least < 1, f"no_metastability at_least must be in (0, 1), got {self.at_least}")
        require(self.late_by_s > 0, f"no_metastability late_by must be above 0, got {self.late_by_s}")
        above = self.requests_at_most > 1
        require(above, f"no_metastability requests_at_most must be above 1, got {self.requests_at_most}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """By the instants at which operations were wanted, and requests received."""
        cause = evidence.phase(self.after)
        if cause is None:
            return no_such_phase(self, self.after)
        span = PhaseSpan("after it", cause.end_s + self.within_s, evidence.end_of_load_s)
        what = f"{self.operation} that" if self.operation else "what"
        done = f"{percent(self.at_least)} of {what} the control run did in time"
        expected = f"{done}, and at most {self.requests_at_most:g} times its requests"
        wording = Wording(self, expected, span_text(span))
        control = evidence.control
        if (why := missing(evidence)) or control is None:
            return wording.inconclusive(why)
        usual = control.asked(self.operation, span)
        if (count := usual.count(DONE)) < MINIMUM_OPERATIONS:
            return wording.too_few(count, MINIMUM_OPERATIONS, "operations done in the control run")
        if why := unwell(usual) or self._got_slower(control, usual, cause):
            return wording.inconclusive(why)
        wanted, limit_s = evidence.asked(self.operation, span), p99_s(usual) + self.late_by_s
        found = together([self._done(wanted, usual, limit_s), *self._requests(evidence, control, span)])
        if found.status is Status.FAILED:
            missed = wanted.where(~DONE | (limit_s < LATENCY_S))
            return wording.failed(found.said, (_missed(each) for each in missed))
        return wording.inconclusive(found.said) if found.status is Status.INCONCLUSIVE else wording.passed(found.said)

    def _got_slower(self, control: Evidence, usual: Rows[OperationRow], cause: PhaseSpan) -> str:
        """A control run that breaks down under its load is as ill as the run that is compared with it."""
        before = control.asked(self.operation, PhaseSpan("", float("-inf"), cause.start_s))
        if not before:
            return f"nothing was asked before {self.after}: nobody knows whether the control run is well itself"
        then_s, now_s = p99_s(before), p99_s(usual)
        if now_s <= then_s + self.late_by_s:
            return ""
        return f"the control run got slower itself: p99 {seconds(now_s)}, {seconds(then_s)} before {self.after}"

    def _done(self, wanted: Rows[OperationRow], usual: Rows[OperationRow], limit_s: float) -> Finding:
        normal = in_time(usual, limit_s)
        now = min(in_time(wanted, limit_s), normal)
        sure = of_share(now, normal)
        said = f"{percent(now / normal)} of {normal} done within {seconds(limit_s)}"
        return Finding(at_least(self.at_least, sure), f"{said}, surely {percent(sure.low)} to {percent(sure.high)}")

    def _requests(self, evidence: Evidence, control: Evidence, span: PhaseSpan) -> Iterator[Finding]:
        for vendor in [self.vendor] if self.vendor else sorted({*evidence.vendors, *control.vendors}):
            came, normal = (
                len(each.requests_between(vendor, span.start_s, span.end_s)) for each in (evidence, control)
            )
            if not self.vendor and came + normal < MINIMUM_REQUESTS:
                continue
            sure = of_ratio(came, normal)
            said = f"{came} requests to {vendor}, {normal} in the control run"
            yield Finding(
                at_most(self.requests_at_most, sure), f"{said}: surely {sure.low:.2f} to {sure.high:.2f} times as many"
            )


def _missed(operation: OperationRow) -> Violation:
    what = f"{operation.outcome} after {seconds(operation.latency_s)}"
    return Violation(operation.intended_s, operation.operation_id, what)
