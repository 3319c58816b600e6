"""Callers are not kept waiting past the deadline, and nothing is started for them after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final

import polars as pl

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
from brownout_harness.judging.held_up import UNKNOWN, in_time
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRespected:
    """Each ask is answered within the deadline, and no vendor gets a request for it that starts after it.

    The answers are judged by what the driver waited, the requests by the vendors' ledgers. A request for an operation
    that was set aside and sent again may come later: it does so on purpose.
    """

    NAME: ClassVar[str] = "deadline_respected"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
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
        late = asked.where(pl.col("longest_ask_s") > self.within_s + self.overshoot_s)
        started = self._started_late(evidence, asked, in_time(evidence, evidence.requests))
        unsure = len(self._started_late(evidence, asked, evidence.requests)) - len(started)
        slowest = asked.figure(pl.max("longest_ask_s")) or 0.0
        observed = f"slowest of {counted(len(asked), 'operation')} {seconds(slowest)}, {len(late)} late"
        if len(started):
            observed += f", {counted(len(started), 'request')} started after the deadline"
        allowed = math.floor(self.late_at_most * len(asked))
        if len(late) > allowed or len(started) > allowed:
            return wording.failed(observed, chain(_answers(late), _requests(started)))
        if len(started) + unsure > allowed:
            return wording.inconclusive(f"{observed}, and {counted(unsure, 'request')} came after it {UNKNOWN}")
        if len(asked) < MINIMUM_OPERATIONS:
            return wording.too_few(len(asked), MINIMUM_OPERATIONS, f"{self.operation} operations")
        return wording.passed(observed)

    def _started_late(self, evidence: Evidence, asked: Rows[OperationRow], arrived: Rows[LedgerRow]) -> pl.DataFrame:
        """Of these, those that came too long after the deadline of their ask, the newest before them: when, for which
        operation, which, and how long after."""
        live = asked.not_among(evidence.sent_again.frame, "operation_id")
        once = live.where(pl.col("asks") == 1).frame.select("operation_id", ask_s="sent_s")
        often = evidence.asks.join(live.frame, on="operation_id", how="semi").with_columns(at_s="ask_s").sort("at_s")
        requests = arrived.frame.select("at_s", "operation_id", "route")
        of_many = requests.join(often, on="operation_id", how="semi").sort("at_s")
        joined = pl.concat(
            [
                requests.join(once, on="operation_id"),
                of_many.join_asof(often, on="at_s", by="operation_id", check_sortedness=False),
            ]
        )
        late_by_s = pl.col("at_s") - pl.col("ask_s") - self.within_s
        late = joined.select("at_s", "operation_id", "route", late_by_s=late_by_s)
        return late.filter(pl.col("late_by_s") > self.overshoot_s).collect(engine="streaming")


def _answers(late: Rows[OperationRow]) -> Iterator[Violation]:
    for each in late:
        yield Violation(each.finished_s, each.operation_id, f"{each.outcome} after {seconds(each.longest_ask_s)}")


def _requests(late: pl.DataFrame) -> Iterator[Violation]:
    for at_s, operation_id, route, late_by_s in late.iter_rows():
        yield Violation(at_s, operation_id, f"{route} started {seconds(late_by_s)} after the deadline")
