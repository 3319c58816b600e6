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
from brownout_reports.run_folder import ExpectationResult

LATENCY_S: Final = pl.col("finished_s") - pl.col("intended_s")

MINIMUM_FOR: Final = {0.5: 10, 0.9: 20, 0.99: 100}
"""Samples below which a quantile says nothing: for the 99th percentile at least one value lies above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Quantiles of an operation's latency stay below bounds; every answer counts, an unknown one with its wait."""

    NAME: ClassVar[str] = "latency"
    LEDGER_PROVES: ClassVar[bool] = False

    operation: str
    """Which operation."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run."""
    p50_below_s: float | None = None
    """Bound of the median."""
    p90_below_s: float | None = None
    """Bound of the 90th percentile."""
    p99_below_s: float | None = None
    """Bound of the 99th percentile."""

    def __post_init__(self) -> None:
        require(bool(self._bounds()), "latency needs at least one of p50_below, p90_below, p99_below")
        for _, below_s in self._bounds():
            require(below_s > 0, f"latency bounds must be above 0, got {below_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Exact quantiles (nearest rank), of the operations wanted during the phase."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        bounds = self._bounds()
        expected = f"{self.operation}: " + ", ".join(f"p{q * 100:g} below {seconds(below_s)}" for q, below_s in bounds)
        wording = Wording(self, expected, span_text(span))
        asked = evidence.asked(self.operation, span)
        needed = max(MINIMUM_FOR[q] for q, _ in bounds)
        if len(asked) < needed:
            return wording.too_few(len(asked), needed, f"{self.operation} operations")
        latencies = asked.values(LATENCY_S)
        observed = ", ".join(f"p{q * 100:g} {seconds(quantile(latencies, q))}" for q, _ in bounds)
        if all(quantile(latencies, q) < below_s for q, below_s in bounds):
            return wording.passed(f"{observed} ({len(asked)} operations)")
        slow = sorted(asked.where(latencies[-MAX_CASES] <= LATENCY_S), key=lambda each: each.latency_s)
        slowest = [
            Violation(each.intended_s, each.operation_id, f"{each.outcome} after {seconds(each.latency_s)}")
            for each in slow[-MAX_CASES:]
        ]
        return wording.failed(f"{observed} ({len(asked)} operations)", slowest)

    def _bounds(self) -> list[tuple[float, float]]:
        given = [(0.5, self.p50_below_s), (0.9, self.p90_below_s), (0.99, self.p99_below_s)]
        return [(q, below_s) for q, below_s in given if below_s is not None]


def quantile(ordered: Sequence[float] | pl.Series, q: float) -> float:
    """The nearest-rank quantile of ascending values: the least of them that a share `q` does not exceed."""
    # The rank is rounded first: 0.99 * 100 is 99.00000000000001 in floating point.
    return float(ordered[max(0, math.ceil(round(q * len(ordered), 9)) - 1)])
