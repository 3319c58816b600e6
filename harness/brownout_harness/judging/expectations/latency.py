"""Callers are answered in time, counted from the instant at which they wanted to ask."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
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
from brownout_harness.judging.missed import asked_in
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

ROUNDING_S: Final = 1e-9
LATENCY_S: Final = pl.col("finished_s") - pl.col("intended_s")

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
        wording = Wording(self, f"{self.operation}: {', '.join(expected)}", span_text(span))
        wanted = asked_in(evidence, self.operation, span)
        asked = wanted.rows
        needed = max(MINIMUM_FOR[q] for q, _ in [*self._bounds(), *self._relative()])
        if len(asked) < needed:
            return wording.too_few(len(asked), needed, f"{self.operation} operations")
        latencies = wanted.values(LATENCY_S)
        said = [f"p{q * 100:g} {seconds(worst(latencies, q))}" for q, _ in self._bounds()]
        is_within = all(worst(latencies, q) < below_s for q, below_s in self._bounds())
        unclear = ""
        for q, other in self._relative():
            now_s, normal_s = worst(latencies, q), _normal_s(evidence, self.operation, q, other.of)
            if not normal_s:
                few = f"fewer than {MINIMUM_FOR[q]} {self.operation} operations"
                unclear = f"{few} in {other.of}" if normal_s is None else f"p{q * 100:g} in {other.of} is 0"
                continue
            ratio = f"{now_s / normal_s:.3f} times that in {other.of} ({seconds(normal_s)})"
            said.append(f"p{q * 100:g} {seconds(now_s)}, {ratio}")
            is_within = is_within and now_s <= other.times * normal_s + ROUNDING_S
        observed = f"{', '.join(said)} ({len(asked)} operations{wanted.note})"
        if not is_within:
            return wording.failed(observed, _slowest(asked, latencies[0]))
        return wording.inconclusive(f"nothing to compare with: {unclear}") if unclear else wording.passed(observed)

    def _bounds(self) -> list[tuple[float, float]]:
        given = [(0.5, self.p50_below_s), (0.9, self.p90_below_s), (0.99, self.p99_below_s)]
        return [(q, below_s) for q, below_s in given if below_s is not None]

    def _relative(self) -> list[tuple[float, Relative]]:
        given = [(0.5, self.p50), (0.9, self.p90), (0.99, self.p99)]
        return [(q, other) for q, other in given if other is not None]


def _normal_s(evidence: Evidence, operation: str, q: float, phase: str) -> float | None:
    """The quantile in that phase; None: too few operations to have one."""
    span = evidence.phase(phase)
    asked = None if span is None else asked_in(evidence, operation, span)
    if asked is None or len(asked.rows) < MINIMUM_FOR[q]:
        return None
    return min(quantile(each, q) for each in asked.values(LATENCY_S))  # what is compared with it is the largest


def _slowest(asked: Rows[OperationRow], latencies: pl.Series) -> list[Violation]:
    slow = sorted(asked.where(latencies[-MAX_CASES] <= LATENCY_S), key=lambda each: each.latency_s)
    return [
        Violation(each.intended_s, each.operation_id, f"{each.outcome} after {seconds(each.latency_s)}")
        for each in slow[-MAX_CASES:]
    ]


def worst(ascending: Sequence[pl.Series], q: float) -> float:
    """The largest of several series' quantiles."""
    return max(quantile(each, q) for each in ascending)


def quantile(ordered: Sequence[float] | pl.Series, q: float) -> float:
    """The nearest-rank quantile of ascending values: the least of them that a share `q` does not exceed."""
    # The rank is rounded first: 0.99 * 100 is 99.00000000000001 in floating point.
    return float(ordered[max(0, math.ceil(round(q * len(ordered), 9)) - 1)])
