"""Whether the load was the load that was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.asked.pace import LATE_S, gaps_of_pace
from brownout_harness.judging.evidence import GapKind
from brownout_reports.rows import OperationRow, Outcome
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Span

SPANS = (
    Span(phase=Phase(name="steady", for_s=10.0), start_s=0.0, end_s=10.0),
    Span(phase=Phase(name="brownout", for_s=10.0), start_s=10.0, end_s=20.0),
)


def row(intended_s: float, late_s: float = 0.0, asks: int = 1) -> OperationRow:
    sent_s = intended_s + late_s
    return OperationRow("pay-1", "pay", intended_s, sent_s, sent_s, 0.0, asks, 200, Outcome.DONE)


def test_a_load_on_time_is_no_gap() -> None:
    assert gaps_of_pace([row(n / 10, 0.05) for n in range(200)], 200, SPANS) == []


def test_one_percent_behind_is_allowed_and_more_is_a_gap_that_names_the_phase() -> None:
    rows = [row(n / 20, 0.3 if n < 4 else 0.0) for n in range(400)]
    assert gaps_of_pace(rows[:200] + rows[200:], 400, SPANS)[0].detail == (
        "the load fell behind in steady: 4 of 200 arrivals were sent more than 100 ms late, the worst by 0.30 s"
    )
    rows = [row(n / 20, 0.3 if n < 2 else 0.0) for n in range(400)]
    assert gaps_of_pace(rows, 400, SPANS) == []


def test_an_operation_that_was_begun_and_never_recorded_is_lost_evidence() -> None:
    (gap,) = gaps_of_pace([row(1.0)], 3, SPANS)
    assert gap.kind is GapKind.EVIDENCE_LOST
    assert gap.detail == "2 of 3 operations were begun and never recorded"


def test_arrivals_left_out_are_a_gap_from_the_first_of_them_on() -> None:
    (gap,) = gaps_of_pace([row(12.0, asks=0), row(11.0, asks=0), row(1.0)], 3, SPANS)
    assert gap.kind is GapKind.IN_FLIGHT_BOUND
    assert gap.at_s == 11.0


@given(st.lists(st.tuples(st.floats(0, 19.9), st.floats(0, LATE_S / 2)), max_size=50))
def test_lateness_below_the_limit_never_is_a_gap(arrivals: list[tuple[float, float]]) -> None:
    assert gaps_of_pace([row(at_s, late_s) for at_s, late_s in arrivals], len(arrivals), SPANS) == []
