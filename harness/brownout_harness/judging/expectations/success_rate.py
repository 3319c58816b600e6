"""Enough of what was asked is done."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, no_such_phase, percent, require, span_text
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.missed import asked_in
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult

MINIMUM_OPERATIONS: Final = 20
ROUNDING: Final = 1e-12
"""Less than one of as many operations as a run can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessRate:
    """The share of an operation's askings that end as done is at least `at_least`. Of users who wait for their
    answers it is corrected for what they left out meanwhile."""

    NAME: ClassVar[str] = "success_rate"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    at_least: float | Relative
    """Share of what was asked, in (0, 1]; or so many times that in another phase."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run."""
    count_accepted: bool = False
    """Whether an operation that the target took on for later is a success."""

    def __post_init__(self) -> None:
        if isinstance(self.at_least, Relative):
            require(self.at_least.of != self.during, f"times of {self.at_least.of}: that is the phase itself")
        else:
            require(0 < self.at_least <= 1, f"success_rate at_least must be in (0, 1], got {self.at_least}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Of the operations wanted during the phase, by their last answer."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        what = "done or accepted" if self.count_accepted else "done"
        wording = Wording(self, f"at least {self._least()} of {self.operation} {what}", span_text(span))
        wanted = asked_in(evidence, self.operation, span)
        asked = wanted.rows
        if len(asked) < MINIMUM_OPERATIONS:
            return wording.too_few(len(asked), MINIMUM_OPERATIONS, f"{self.operation} operations")
        missed = asked.where(~pl.col("outcome").is_in(self._successes()))
        rate = min(wanted.shares(pl.col("outcome").is_in(self._successes())))
        observed = f"{percent(rate)} ({len(asked) - len(missed)} of {len(asked)}{wanted.note})"
        least = self.at_least
        if isinstance(least, Relative):
            share = self._share_in(evidence, least.of)
            if not share:
                why = f"nothing to compare with: too few {self.operation} operations in {least.of}, or none {what}"
                return wording.inconclusive(why)
            observed += f"; {percent(share)} in {least.of}"
            least = least.times * share
        if rate >= least - ROUNDING:
            return wording.passed(observed)
        return wording.failed(observed, (Violation(each.finished_s, each.operation_id, _told(each)) for each in missed))

    def _share_in(self, evidence: Evidence, phase: str) -> float:
        """0, too, where there are too few operations to have a share."""
        span = evidence.phase(phase)
        asked = None if span is None else asked_in(evidence, self.operation, span)
        if asked is None or len(asked.rows) < MINIMUM_OPERATIONS:
            return 0.0
        return max(asked.shares(pl.col("outcome").is_in(self._successes())))

    def _least(self) -> str:
        if isinstance(self.at_least, Relative):
            return f"{percent(self.at_least.times)} of the share in {self.at_least.of}"
        return percent(self.at_least)

    def _successes(self) -> list[str]:
        return [Outcome.DONE, Outcome.ACCEPTED] if self.count_accepted else [Outcome.DONE]


def _told(operation: OperationRow) -> str:
    status = f"status {operation.status}" if operation.status else "no answer"
    return f"{operation.outcome}, {status}" + (f": {operation.detail}" if operation.detail else "")
