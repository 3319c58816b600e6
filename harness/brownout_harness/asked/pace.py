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
    recorded, left_out = 0, []
    paces = [_Pace(span) for span in spans]
    # One look at each: of a large run they are not all in memory at once.
    for row in operations:
        recorded += 1
        if not row.asks:
            left_out.append(row.intended_s)
            continue
        for pace in paces:
            pace.see(row)
    gaps = []
    if recorded < planned:
        lost = f"{planned - recorded} of {planned} operations were begun and never recorded"
        gaps.append(Gap(GapKind.EVIDENCE_LOST, lost))
    if left_out:
        what = f"{len(left_out)} arrivals were not sent: the bound on operations in flight was reached"
        gaps.append(Gap(GapKind.IN_FLIGHT_BOUND, what, min(left_out)))
    return [*gaps, *(gap for pace in paces if (gap := pace.gap()) is not None)]


class _Pace:
    """How many of a phase's arrivals were sent, and how many of those too late."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._sent = self._behind = 0
        self._worst_s = 0.0
        self._first_s = float("inf")

    def see(self, row: OperationRow) -> None:
        if not self._span.start_s <= row.intended_s < self._span.end_s:
            return
        self._sent += 1
        late_s = row.sent_s - row.intended_s
        if late_s > LATE_S:
            self._behind += 1
            self._worst_s = max(self._worst_s, late_s)
            self._first_s = min(self._first_s, row.intended_s)

    def gap(self) -> Gap | None:
        # One late arrival of very few is 1 % and more, and says nothing about the rate.
        if self._behind <= max(1.0, BEHIND_SHARE * self._sent):
            return None
        what = (
            f"the load fell behind in {self._span.phase.name}: {self._behind} of {self._sent} arrivals were sent "
            f"more than {LATE_S * 1000:.0f} ms late, the worst by {self._worst_s:.2f} s"
        )
        return Gap(GapKind.FELL_BEHIND, what, self._first_s)
