"""Callers are answered in time, counted from the instant at which they wanted to ask."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    MAX_CASES,
    Violation,
    Wording,
    no_such_phase,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.missed import Asked, asked_in
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

ROUNDING_S: Final = 1e-9
LATENCY_S: Final = pl.col("finished_s") - pl.col("intended_s")


class Part(StrEnum):
    """What of an answer is waited for."""

    WHOLE = "whole"
    FIRST_PIECE = "first_piece"  # of the last answer; one that came whole is its own first piece
    GAP = "gap"  # the longest silence of any answer, once it had begun


MEASURED: Final = {
    Part.WHOLE: LATENCY_S,
    # A user who would have asked again after that instant was not kept waiting for it.
    Part.FIRST_PIECE: (pl.coalesce("first_piece_s", "finished_s") - pl.col("intended_s")).clip(lower_bound=0.0),
    Part.GAP: pl.col("longest_gap_s"),
}
WAITED: Final = {Part.WHOLE: " after", Part.FIRST_PIECE: ", its first piece after", Part.GAP: ", silent for"}
IN_PIECES: Final = pl.col("first_piece_s").is_not_null()

MINIMUM_FOR: Final = {0.5: 10, 0.9: 20, 0.99: 100}
"""Samples below which a quantile says nothing: for the 99th percentile at least one value lies above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Quantiles of an operation's latency stay within bounds; every answer counts, an unknown one with its wait. Of
    users who wait for their answers it is corrected for what they left out meanwhile."""

    NAME: ClassVar[str] = "latency"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run."""
    part: Part = Part.WHOLE
    """What of an answer that comes as it is made."""
    p50_below_s: float | None = None
    """Bound of the median."""
    p90_below_s: float | None = None
    """Bound of the 90th percentile."""
    p99_below_s: float | None = None
    """Bound of the 99th percentile."""
    p50: Relative | None = None
    """At most so many times the median in another phase."""
    p90: Relative | None = None
    """The same of the 90th percentile."""
    p99: Relative | None = None
    """The same of the 99th percentile."""

    def __post_init__(self) -> None:
        given = bool(self._bounds() or self._relative())
        require(given, "latency needs at least one of p50_below, p90_below, p99_below, p50, p90, p99")
        for _, other in self._relative():
            require(other.of != self.during, f"times of {other.of}: that is the phase itself")
        for _, below_s in self._bounds():
            require(below_s > 0, f"latency bounds must be above 0, got {below_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Exact quantiles (nearest rank), of the operations wanted during the phase."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        expected = [f"p{q * 100:g} below {seconds(below_s)}" for q, below_s in self._bounds()]
        expected += [f"p{q * 100:g} at most {other.times:g} times that in {other.of}" for q, other in self._relative()]
        wording = Wording(self, f"{self._what}: {', '.join(expected)}", span_text(span))
        wanted = asked_in(evidence, self.operation, span)
        needed = max(MINIMUM_FOR[q] for q, _ in [*self._bounds(), *self._relative()])
        latencies = self._measured(wanted)
        count = len(latencies[0])
        if count < needed:
            return wording.too_few(count, needed, f"{self.operation} operations")
        if self.part is not Part.WHOLE and not wanted.rows.count(IN_PIECES):
            return wording.inconclusive(f"no answer to {self.operation} came in pieces")
        said = [f"p{q * 100:g} {seconds(worst(latencies, q))}" for q, _ in self._bounds()]
        is_within = all(worst(latencies, q) < below_s for q, below_s in self._bounds())
        unclear = ""
        for q, other in self._relative():
            now_s, normal_s = worst(latencies, q), self._normal_s(evidence, q, other.of)
            if not normal_s:
                few = f"fewer than {MINIMUM_FOR[q]} {self.operation} operations"
                unclear = f"{few} in {other.of}" if normal_s is None else f"p{q * 100:g} in {other.of} is 0"
                continue
            ratio = f"{now_s / normal_s:.3f} times that in {other.of} ({seconds(normal_s)})"
            said.append(f"p{q * 100:g} {seconds(now_s)}, {ratio}")
            is_within = is_within and now_s <= other.times * normal_s + ROUNDING_S
        through = f", through {evidence.through}" if evidence.through else ""
        observed = f"{', '.join(said)} ({count} operations{wanted.note}{through})"
        if not is_within:
            return wording.failed(observed, self._slowest(wanted.rows, latencies[0]))
        return wording.inconclusive(f"nothing to compare with: {unclear}") if unclear else wording.passed(observed)

    @property
    def _what(self) -> str:
        return self.operation if self.part is Part.WHOLE else f"{self.operation}'s {self.part.replace('_', ' ')}"

    def _measured(self, asked: Asked) -> list[pl.Series]:
        return [each.drop_nulls() for each in asked.values(MEASURED[self.part])]

    def _bounds(self) -> list[tuple[float, float]]:
        given = [(0.5, self.p50_below_s), (0.9, self.p90_below_s), (0.99, self.p99_below_s)]
        return [(q, below_s) for q, below_s in given if below_s is not None]

    def _relative(self) -> list[tuple[float, Relative]]:
        given = [(0.5, self.p50), (0.9, self.p90), (0.99, self.p99)]
        return [(q, other) for q, other in given if other is not None]

    def _normal_s(self, evidence: Evidence, q: float, phase: str) -> float | None:
        """The quantile in that phase; None: too few operations to have one."""
        span = evidence.phase(phase)
        measured = [] if span is None else self._measured(asked_in(evidence, self.operation, span))
        if not measured or len(measured[0]) < MINIMUM_FOR[q]:
            return None
        return min(quantile(each, q) for each in measured)  # what is compared with it is the largest

    def _slowest(self, asked: Rows[OperationRow], latencies: pl.Series) -> list[Violation]:
        waited = MEASURED[self.part]
        slow = asked.where(latencies[-MAX_CASES] <= waited).frame.sort(waited).tail(MAX_CASES)
        told = slow.select("intended_s", "operation_id", "outcome", waited.alias("waited_s")).collect()
        how = WAITED[self.part]
        return [Violation(at_s, name, f"{end}{how} {seconds(s)}") for at_s, name, end, s in told.iter_rows()]


def worst(ascending: Sequence[pl.Series], q: float) -> float:
    """The largest of several series' quantiles."""
    return max(quantile(each, q) for each in ascending)


def quantile(ordered: Sequence[float] | pl.Series, q: float) -> float:
    """The nearest-rank quantile of ascending values: the least of them that a share `q` does not exceed."""
    # The rank is rounded first: 0.99 * 100 is 99.00000000000001 in floating point.
    return float(ordered[max(0, math.ceil(round(q * len(ordered), 9)) - 1)])
