"""A vendor's trouble stays with those who need that vendor: beside a control run, the others notice nothing."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.confidence import of_share
from brownout_harness.judging.evidence import NAMELESS, WHOLE_RUN, Evidence
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
    ROUNDING_S,
    Finding,
    at_least,
    missing,
    p99_s,
    together,
    unwell,
    used_by,
)
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import FaultSpan, PhaseSpan
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 100
SLOWEST: Final = 0.01
"""So many are slower than a 99th percentile."""
MOST: Final = 0.5
"""Of a vendor's requests: with more of them under nobody's id, nobody can say who uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """Operations that do not use the vendors that faults struck are done as in the control run, and as fast."""

    NAME: ClassVar[str] = "blast_radius"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_CONTROL: ClassVar[bool] = True

    during: str = WHOLE_RUN
    """A phase; left out: from the first fault to the end of the load."""
    operation: str = ""
    """Which operation; left out: every one that uses none of the struck vendors."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    at_least: float = 0.98
    """Share of what the control run did, in (0, 1)."""
    p99_at_most: float = 1.1
    """So many times the control run's 99th percentile, at least 1."""
    slack_s: float = 0.25
    """So much slower than it may be, where that is more."""

    def __post_init__(self) -> None:
        require(0 < self.at_least < 1, f"blast_radius at_least must be in (0, 1), got {self.at_least}")
        require(self.p99_at_most >= 1, f"blast_radius p99_at_most must be at least 1, got {self.p99_at_most}")
        require(self.slack_s >= 0, f"blast_radius slack must not be negative, got {self.slack_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """By the instants at which operations were wanted; each of them by itself."""
        phase = evidence.phase(self.during)
        if phase is None:
            return no_such_phase(self, self.during)
        span = self._span(evidence, phase)
        expected = f"whoever does not use the struck vendor is done to {percent(self.at_least)} of the control run"
        wording = Wording(self, f"{expected}, and as fast", span_text(span))
        control = evidence.control
        if (why := missing(evidence)) or control is None:
            return wording.inconclusive(why)
        struck = sorted({each.vendor for each in evidence.faults if each.struck and _overlap(each, span)})
        if not struck:
            return wording.inconclusive("no fault struck a vendor in that time: there is nothing to be spared")
        names, unclear = self._spared(control, struck)
        if unclear:
            return wording.inconclusive(unclear)
        sides = {name: (evidence.asked(name, span), control.asked(name, span)) for name in names}
        findings = {name: self._compared(name, *both) for name, both in sides.items()}
        found = together(findings.values())
        if found.status is Status.FAILED:
            worse = (sides[name] for name, each in findings.items() if each.status is Status.FAILED)
            return wording.failed(found.said, (each for now, usual in worse for each in self._cases(now, usual)))
        said = f"{' and '.join(struck)} struck; {found.said}"
        return wording.inconclusive(found.said) if found.status is Status.INCONCLUSIVE else wording.passed(said)

    def _span(self, evidence: Evidence, phase: PhaseSpan) -> PhaseSpan:
        if phase.name:
            return phase
        first_s = min((each.start_s for each in evidence.faults if each.struck), default=0.0)
        return PhaseSpan("since the first fault", first_s, evidence.end_of_load_s)

    def _spared(self, control: Evidence, struck: list[str]) -> tuple[list[str], str]:
        """The operations that are to notice nothing; or why nobody can say which."""
        if "" in struck:
            return [], "a fault struck a link to no vendor: nobody knows who does not use that"
        users = {name: sorted(used_by(control, name) & {*struck}) for name in control.operations_of}
        if self.operation:
            used = users.get(self.operation, [])
            return [self.operation], f"{self.operation} uses {' and '.join(used)} itself" if used else ""
        for vendor in struck:
            came = control.requests_at(vendor)
            if came.count(NAMELESS) > MOST * len(came):
                return [], f"{vendor} was mostly asked without an operation's id: say whom to spare, operation: NAME"
        names = [name for name, used in users.items() if not used]
        return names, "" if names else f"every operation uses {' or '.join(struck)}: there is nobody to be spared"

    def _limit_s(self, usual: Rows[OperationRow]) -> float:
        normal_s = p99_s(usual)
        return max(self.p99_at_most * normal_s, normal_s + self.slack_s) + ROUNDING_S

    def _compared(self, name: str, wanted: Rows[OperationRow], usual: Rows[OperationRow]) -> Finding:
        normal = usual.count(DONE)
        if min(normal, len(wanted)) < MINIMUM_OPERATIONS:
            few = f"too few samples: {min(normal, len(wanted))} {name} operations, at least {MINIMUM_OPERATIONS} needed"
            return Finding(Status.INCONCLUSIVE, few)
        if why := unwell(usual):
            return Finding(Status.INCONCLUSIVE, f"{name}: {why}")
        done = min(wanted.count(DONE), normal)
        sure = of_share(done, normal)
        shares = f"{name} {percent(done / normal)} of {normal}, surely {percent(sure.low)} to {percent(sure.high)}"
        speed = f"{name} p99 {seconds(p99_s(wanted))}, {seconds(p99_s(usual))} in the control run"
        slow = wanted.count(self._limit_s(usual) < LATENCY_S)
        return together([Finding(at_least(self.at_least, sure), shares), Finding(_as_fast(slow, len(wanted)), speed)])

    def _cases(self, wanted: Rows[OperationRow], usual: Rows[OperationRow]) -> list[Violation]:
        worse = wanted.where(~DONE | (self._limit_s(usual) < LATENCY_S))
        return [
            Violation(each.intended_s, each.operation_id, f"{each.outcome} after {seconds(each.latency_s)}")
            for each in worse
        ]


def _overlap(fault: FaultSpan, span: PhaseSpan) -> bool:
    return fault.start_s < span.end_s and fault.end_s > span.start_s


def _as_fast(slow: int, among: int) -> Status:
    """Of those as fast as the control run's at most one in a hundred is slower; a few more may be chance."""
    if slow <= SLOWEST * among:
        return Status.PASSED
    return Status.FAILED if of_share(slow, among).low > SLOWEST else Status.INCONCLUSIVE
