"""What can be measured of the requests in a vendor's ledger, in one span of a run.

    count       those received in the span
    rate        the same, per second of the span
    peak        the most that were received within any stretch of `per_s`, wherever it begins
    in_flight   the most that had been received and not yet answered at one instant
    share       of all requests to the vendor in the span, those that are meant
    sum         the amounts of the effects that those received in the span caused, whenever they were committed; or what
                else a vendor tells of them in numbers (tokens); of all, or of the operation with the most

A request belongs to the span in which it was received. One that was received before the span, and is answered within
it, counts for `in_flight` alone. The whole run lasts to the end of the drain.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.selection import Selection
from brownout_reports.rows import LedgerRow
from brownout_reports.spans import PhaseSpan
from brownout_reports.tables import Rows

AMOUNT: Final = "amount"


class Measured(NamedTuple):
    """A figure, and where it is to be seen."""

    value: float
    at_s: float | None = None
    """Of a largest number, when it was reached first; None: it is of the whole span."""


@dataclass(frozen=True)
class Span:
    """What is measured: the requests that are meant, of one vendor, in one span."""

    evidence: Evidence
    vendor: str
    selection: Selection
    span: PhaseSpan
    per_s: float = 1.0
    field: str = AMOUNT
    """What is added up of each effect."""
    kind: str = ""
    """Only of effects of this kind; empty: of all."""
    per_operation: bool = False
    """The most of any one operation, and not of all."""

    @cached_property
    def to_vendor(self) -> Rows[LedgerRow]:
        """Everything that the vendor received in the span."""
        return self.evidence.requests_between(self.vendor, self.span.start_s, self.span.end_s)

    @cached_property
    def meant(self) -> Rows[LedgerRow]:
        """Of those, the ones that are meant."""
        return self.selection.among(self.to_vendor)

    @cached_property
    def length_s(self) -> float:
        """Of the whole run, to the end of the drain."""
        whole = max(self.evidence.duration_s, self.evidence.end_of_load_s)
        return self.span.duration_s if math.isfinite(self.span.duration_s) else whole


def per_second(value: float, length_s: float) -> float:
    """0 of a span without a length."""
    return value / length_s if length_s > 0 else 0.0


def _count(of: Span) -> Measured:
    return Measured(float(len(of.meant)))


def _rate(of: Span) -> Measured:
    return Measured(per_second(len(of.meant), of.length_s))


def _share(of: Span) -> Measured:
    return Measured(len(of.meant) / len(of.to_vendor) if of.to_vendor else 0.0)


def _peak(of: Span) -> Measured:
    """A fullest stretch can always begin with a request."""
    instants = of.meant.values(pl.col("at_s"))
    if instants.is_empty():
        return Measured(0.0)
    first = pl.Series(range(len(instants)), dtype=pl.Int64)
    within = instants.search_sorted(instants + of.per_s, side="left").cast(pl.Int64) - first
    fullest = within.arg_max() or 0
    return Measured(float(within[fullest]), float(instants[fullest]))


def _in_flight(of: Span) -> Measured:
    """At each arrival, and at the span's start: those received by then and answered later. One that is answered in the
    instant of its arrival is in flight at that instant."""
    start_s, end_s = of.span.start_s, of.span.end_s
    arrived, answered = pl.col("at_s"), pl.col("finished_s")
    everyone = of.selection.among(of.evidence.requests_at(of.vendor))
    there = everyone.where(arrived < end_s, (answered > start_s) | (arrived >= start_s)).frame
    lasting = there.filter(answered > arrived)
    at_once = there.filter(answered <= arrived).select(at_s="at_s").unique()
    steps = pl.concat(
        [
            lasting.select(at_s=pl.max_horizontal(arrived, pl.lit(start_s)), turn=1, step=1),
            lasting.select(at_s=answered, turn=0, step=-1),
            at_once.select("at_s", turn=2, step=1),
            at_once.select("at_s", turn=3, step=-1),
        ]
    ).sort("at_s", "turn")
    levels = steps.select("at_s", level=pl.col("step").cum_sum()).collect()
    if levels.is_empty():
        return Measured(0.0)
    highest = levels["level"].arg_max() or 0
    return Measured(float(levels["level"][highest]), float(levels["at_s"][highest]))


def caused(of: Span) -> Rows[LedgerRow]:
    """The effects of the requests that are meant."""
    effects = of.evidence.effects.where(pl.col("vendor") == of.vendor, (pl.col("route") == of.kind) | (not of.kind))
    return effects.among(of.meant.frame.select("account", request_id="id"), "account", "request_id")


def told(field: str) -> pl.Expr:
    """That of an effect, as a number; null where the ledger does not have it."""
    if field == AMOUNT:
        return pl.col(AMOUNT).cast(pl.Float64)
    return pl.col("fields").str.json_path_match(f"$['{field}']").cast(pl.Float64, strict=False)


def _sum(of: Span) -> Measured:
    if not of.per_operation:
        return Measured(float(caused(of).figure(told(of.field).sum()) or 0))
    each = caused(of).frame.filter(pl.col("operation_id") != "").group_by("operation_id")
    sums = each.agg(told(of.field).sum().alias("sum")).sort("sum", "operation_id", descending=[True, False])
    most = sums.head(1).collect()
    if most.is_empty():
        return Measured(0.0)
    first = of.meant.where(pl.col("operation_id") == most["operation_id"][0]).figure(pl.col("at_s").min())
    return Measured(float(most["sum"][0]), None if first is None else float(first))


MEASURES: Final[Mapping[str, Callable[[Span], Measured]]] = {
    "count": _count,
    "rate": _rate,
    "peak": _peak,
    "in_flight": _in_flight,
    "share": _share,
    "sum": _sum,
}
ADD_UP: Final = frozenset({"count", "sum"})
"""Those that grow with the length of a span: phases are compared by what they come to in a second."""
