"""Whether the load really was the load that was asked for. Pure: from the operations' rows."""

from collections.abc import Iterable, Sequence

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_reports.rows import OperationRow
from brownout_scenarios.schema import Span

LATE_S = 0.1
"""An arrival sent later than this after its intended instant counts as behind."""
BEHIND_SHARE = 0.01
"""The share of a phase's arrivals that may be behind."""


def gaps_of_pace(operations: Iterable[OperationRow], planned: int, spans: Sequence[Span]) -> list[Gap]:
    """Where the generator fell behind, left arrivals out, or lost track of one."""
    rows = list(operations)
    gaps = []
    if len(rows) < planned:
        lost = f"{planned - len(rows)} of {planned} operations were begun and never recorded"
        gaps.append(Gap(GapKind.EVIDENCE_LOST, lost))
    left_out = [row.intended_s for row in rows if row.asks == 0]
    if left_out:
        what = f"{len(left_out)} arrivals were not sent: the bound on operations in flight was reached"
        gaps.append(Gap(GapKind.IN_FLIGHT_BOUND, what, min(left_out)))
    for span in spans:
        wanted = [row for row in rows if span.start_s <= row.intended_s < span.end_s and row.asks]
        behind = [row for row in wanted if row.sent_s - row.intended_s > LATE_S]
        # One late arrival of very few is 1 % and more, and says nothing about the rate.
        if len(behind) > max(1.0, BEHIND_SHARE * len(wanted)):
            worst_s = max(row.sent_s - row.intended_s for row in behind)
            what = (
                f"the load fell behind in {span.phase.name}: {len(behind)} of {len(wanted)} arrivals were sent "
                f"more than {LATE_S * 1000:.0f} ms late, the worst by {worst_s:.2f} s"
            )
            gaps.append(Gap(GapKind.FELL_BEHIND, what, min(row.intended_s for row in behind)))
    return gaps
