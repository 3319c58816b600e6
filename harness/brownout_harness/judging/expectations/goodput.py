"""After an outage the target gets back to what it did before, and stays there."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    counted,
    no_such_phase,
    percent,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.missed import asked_in
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.spans import PhaseSpan

MINIMUM_OPERATIONS: Final = 20
MISSED: Final = pl.col("outcome") != Outcome.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodput:
    """From `within_s` after the end of the phase `after`, goodput is at least `at_least` of that in the phase `of`.

    Goodput is what was done of what was asked, so that an uneven arrival process is not mistaken for a loss. It is
    judged to the end of the phase that follows `after`: a recovery that does not last is none. Of users who wait for
    their answers it is corrected for what they left out meanwhile.
    """

    NAME: ClassVar[str] = "goodput"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    at_least: float | Relative
    """Share of the steady goodput, in (0, 1]; `{times, of}` says it together with the phase."""
    of: str = ""
    """The phase whose goodput is the measure."""
    within_s: float
    """From the end of `after`; from then on it is judged."""
    after: str
    """The phase of the outage."""

    def __post_init__(self) -> None:
        if isinstance(self.at_least, Relative):
            require(not self.of, "goodput has two phases to compare with: of, and the one in at_least")
        require(0 < self._share <= 1, f"goodput at_least must be in (0, 1], got {self._share}")
        require(self.within_s > 0, f"goodput within must be above 0, got {self.within_s}")
        require(bool(self._of and self.after), "goodput needs two phases: of and after")

    @property
    def _share(self) -> float:
        return self.at_least.times if isinstance(self.at_least, Relative) else self.at_least

    @property
    def _of(self) -> str:
        return self.at_least.of if isinstance(self.at_least, Relative) else self.of

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """By the instant at which operations were wanted; the first and the last span need enough of them."""
        steady, outage = evidence.phase(self._of), evidence.phase(self.after)
        if steady is None or outage is None:
            return no_such_phase(self, self._of if steady is None else self.after)
        following = next((each for each in evidence.phases if each.start_s >= outage.end_s), None)
        expected = f"{self.operation} back to {percent(self._share)} of {self._of} within {seconds(self.within_s)}"
        if following is None:
            return Wording(self, expected).inconclusive(f"no phase follows {self.after}")
        recovered = PhaseSpan(following.name, outage.end_s + self.within_s, following.end_s)
        wording = Wording(self, expected, span_text(recovered))
        before, since = asked_in(evidence, self.operation, steady), asked_in(evidence, self.operation, recovered)
        if (fewest := min(len(before.rows), len(since.rows))) < MINIMUM_OPERATIONS:
            return wording.too_few(fewest, MINIMUM_OPERATIONS, f"{self.operation} operations before or after")
        normal, now = max(before.shares(~MISSED)), min(since.shares(~MISSED))
        if not normal:
            return wording.inconclusive(f"nothing was done during {self._of}: there is no normal to return to")
        shares = f"{percent(now / normal)} ({percent(now)} done, {percent(normal)} in {self._of}{since.note})"
        observed = f"{shares}; {self._missed_since(evidence, outage)}"
        if now >= self._share * normal - 1e-9:
            return wording.passed(observed)
        missed = since.rows.where(MISSED)
        return wording.failed(
            observed, (Violation(each.intended_s, each.operation_id, each.outcome) for each in missed)
        )

    def _missed_since(self, evidence: Evidence, outage: PhaseSpan) -> str:
        """How long after the outage the last operation failed that was not done, and how many were not."""
        late = evidence.asked(self.operation, PhaseSpan("", outage.end_s, evidence.end_of_load_s)).where(MISSED)
        if not late:
            return "none missed since"
        last_s = late.figure(pl.max("intended_s")) - outage.end_s
        return f"{counted(len(late), 'operation')} missed since, the last {seconds(last_s)} after it"
