"""What users who wait for their answers left out while one was late: the correction for coordinated omission.

A user who is kept waiting asks less just when it matters, so that a stall of ten seconds is one slow operation of each
user, and not ten. The user would have asked again one thought after the other, had the answer come at once: each such
instant before the answer, and before the load's end, counts as an operation that was wanted then, waited from then on
for the same answer, and ended as it did. (HdrHistogram's correction, its expected interval being the mean thought.)

Users who are always answered late would so be told to be answered sooner than they are. Therefore a figure is the worse
of the two, with and without what was missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_reports.rows import OperationRow
from brownout_reports.spans import PhaseSpan
from brownout_reports.tables import Rows

_THINK_S = "think_s"
_NUMBER = "number"
ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for in a span, and what was missed in it."""

    rows: Rows[OperationRow]
    missed: Rows[OperationRow] | None = None
    """None: nobody waited with asking, so nothing can have been missed."""

    @property
    def note(self) -> str:
        """For people, behind a figure: `; corrected for 31 asks that waiting users left out`."""
        if self.missed is None:
            return ""
        return f"; corrected for {len(self.missed)} that waiting users left out"

    def values(self, value: pl.Expr) -> list[pl.Series]:
        """What is computed from each, ascending: of the operations; and of them and what was missed, if anything."""
        alone = self.rows.values(value)
        return [alone, pl.concat([alone, self.missed.values(value)]).sort()] if self.missed else [alone]

    def shares(self, condition: pl.Expr) -> list[float]:
        """For what share of them a condition holds: the same two. There has to be one at least."""
        among = [self.rows, self.missed] if self.missed else [self.rows]
        return [_share(among[: count + 1], condition) for count in range(len(among))]


def asked_in(evidence: Evidence, operation: str, span: PhaseSpan) -> Asked:
    """Operations of a name (`""`: of every name) that were wanted within the span, and what was missed there."""
    rows = evidence.asked(operation, span)
    named = evidence.operations_of.get(operation, Rows.none(OperationRow)) if operation else evidence.operations
    waiting = pl.col("group").is_in(list(evidence.think_s))
    if not evidence.think_s or not named.count(waiting):
        return Asked(rows)
    missed = _missed(evidence, named.where(waiting))
    return Asked(rows, Rows(OperationRow, missed, ("intended_s", "operation_id")).within(span.start_s, span.end_s))


def _missed(evidence: Evidence, rows: Rows[OperationRow]) -> pl.LazyFrame:
    # An ask in the very instant of the answer was not missed, however the difference is rounded.
    thoughts = (pl.col("finished_s") - pl.col("intended_s")) / pl.col(_THINK_S) - ROUNDING
    wanted_s = pl.col("intended_s") + pl.col(_NUMBER) * pl.col(_THINK_S)
    columns = list(OperationRow._fields)
    return (
        rows.frame.with_columns(pl.col("group").replace_strict(dict(evidence.think_s)).alias(_THINK_S))
        .filter(thoughts > 1.0)
        .with_columns(pl.int_ranges(1, thoughts.ceil().cast(pl.Int64)).alias(_NUMBER))
        .explode(_NUMBER)
        .with_columns(intended_s=wanted_s)
        .filter(pl.col("intended_s") < evidence.end_of_load_s)
        .select(columns)
    )


def _share(among: Sequence[Rows[OperationRow]], condition: pl.Expr) -> float:
    return sum(rows.count(condition) for rows in among) / sum(map(len, among))
