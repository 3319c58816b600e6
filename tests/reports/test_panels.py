"""The panels: which there are, and what their axes show."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from brownout_reports.panels import LATENCY_FLOOR_S, LOAD, _decades, _latency_text, _name, panels, seconds_text
from brownout_reports.rows import EventRow, LedgerRow, OperationRow
from brownout_reports.run_folder import RunFolder
from brownout_reports.series import series_of
from brownout_reports.tables import Rows, Tables
from brownout_reports.told import MOST_STRETCHES
from tests.reports.runs import a_run


def titles(run: RunFolder) -> list[str]:
    return [panel.title for panel in panels(run, series_of(run))]


def test_of_everything_there_is_one_panel() -> None:
    assert titles(a_run(rate_per_s=5)) == [
        "operations per second",
        "pay: latency by outcome",
        "breakers",
        "stripe: attempts in its breaker's window",
        "stripe: per second, by its own books",
        "twilio: per second, by its own books",
        "policies, per second",
        "idempotency, per second",
        "dead letters waiting",
    ]


def test_a_target_that_tells_nothing_has_no_panel_of_its_breakers() -> None:
    assert titles(a_run(rate_per_s=5, telemetry=False)) == [
        "operations per second",
        "pay: latency by outcome",
        "stripe: per second, by its own books",
        "twilio: per second, by its own books",
    ]


def test_lines_that_are_equal_are_all_seen() -> None:
    """Offered is the widest and lies lowest; what was achieved of it, and done, lies inside."""
    widths = [key.width for key in LOAD]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.5 * widths[1] > 1.5 * widths[2]


def test_a_half_open_stretch_of_a_millisecond_is_marked() -> None:
    moves = [(10.0, "open"), (15.0, "half_open"), (15.001, "closed")]
    run = a_run(rate_per_s=5)
    events = Rows.of(EventRow, [EventRow(at_s, "breaker_transition", "stripe", outcome=state) for at_s, state in moves])
    tables = Tables(run.tables.of(OperationRow), run.tables.of(LedgerRow), events)
    panel = next(
        each for each in panels(run, series_of(run.model_copy(update={"tables": tables}))) if each.title == "breakers"
    )
    axes = Figure().subplots()
    panel.draw(axes)
    assert [list(np.asarray(line.get_xdata())) for line in axes.lines if line.get_marker() == "^"] == [[15.0], []]


def test_a_breaker_that_moves_for_ever_is_drawn_in_part_and_says_so() -> None:
    run = a_run(rate_per_s=5)
    states = ("open", "closed")
    moves = [
        EventRow(n / 100, "breaker_transition", "stripe", outcome=states[n % 2]) for n in range(3 * MOST_STRETCHES)
    ]
    tables = Tables(run.tables.of(OperationRow), run.tables.of(LedgerRow), Rows.of(EventRow, moves))
    assert f"breakers (the first {MOST_STRETCHES} stretches)" in titles(run.model_copy(update={"tables": tables}))


def test_the_latency_axis_spans_whole_decades_however_little_the_latency_moves() -> None:
    low_s, high_s = _decades(np.array([0.0010001, 0.001, np.nan]))
    assert low_s <= 0.001 / 9
    assert high_s >= 0.001 * 9
    assert _decades(np.array([0.004, 0.3])) == pytest.approx((0.001, 1.0))
    assert _decades(np.array([np.nan])) == pytest.approx((LATENCY_FLOOR_S, 1.0))
    assert _decades(np.array([0.00001, 0.3])) == pytest.approx((LATENCY_FLOOR_S / 2, 1.0)), "one tick at the floor"


def test_what_lies_on_the_floor_is_not_said_to_have_taken_that_long() -> None:
    assert _latency_text(LATENCY_FLOOR_S) == "≤ 100 µs"
    assert _latency_text(0.01) == "10 ms"


@pytest.mark.parametrize(("value_s", "text"), [(3, "3 s"), (0.02, "20 ms"), (0.00025, "250 µs")])
def test_durations_read_as_a_person_says_them(value_s: float, text: str) -> None:
    assert seconds_text(value_s) == text


@pytest.mark.parametrize(
    ("breaker", "shown"),
    [("stripe", "stripe"), ("stripe.1", "stripe.1"), ("salesforce.11", "sale….11"), ("salesforce", "salesfo…")],
)
def test_whose_breaker_it_is_stays_where_a_name_is_cut(breaker: str, shown: str) -> None:
    assert _name(breaker) == shown
