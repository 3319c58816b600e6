"""Tables to series: counts per bin, quantiles per bin, breaker stretches."""

import numpy as np
import pytest

from brownout_reports.rows import EventRow, OperationRow, Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.series import ALL_OPERATIONS, MAX_BINS, MAX_NAMES, MOST_PROCESSES, Band, bin_width_s, series_of
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run


def of(*operations: OperationRow) -> RunFolder:
    """A run of these alone."""
    return a_run().model_copy(update={"tables": Tables(Rows.of(OperationRow, operations))})


def test_every_operation_is_counted_in_exactly_one_bin() -> None:
    run = a_run()
    series = series_of(run)
    assert float(series.offered_per_s.sum() * series.width_s) == len(run.tables.of(OperationRow))


def test_goodput_counts_what_was_done_when_it_was_done() -> None:
    run = a_run()
    series = series_of(run)
    operations = run.tables.of(OperationRow)
    done = [each for each in operations if each.outcome is Outcome.DONE and each.finished_s < series.edges_s[-1]]
    assert float(series.goodput_per_s.sum() * series.width_s) == len(done)


def test_goodput_counts_at_the_time_of_the_answer() -> None:
    series = series_of(of(OperationRow("pay-1", "pay", 10.0, 10.0, 34.0, 24.0, 1, 200, Outcome.DONE)))
    assert series.goodput_per_s.nonzero()[0].tolist() == [int(34.0 / series.width_s)]
    assert series.offered_per_s.nonzero()[0].tolist() == [int(10.0 / series.width_s)]


def test_latency_counts_from_the_intended_start() -> None:
    late = OperationRow("pay-1", "pay", 10.0, 13.0, 14.0, 1.0, 1, 200, Outcome.DONE)  # sent 3 s late, done in 1 s
    series = series_of(of(late))
    place = int(10.0 / series.width_s)
    latency = series.latency["pay"][Outcome.DONE]
    assert latency.p99_s[place] == pytest.approx(4.0)
    assert np.isnan(latency.p99_s[place + 1])


def test_a_breaker_starts_closed_and_its_bands_fill_the_run_without_gaps() -> None:
    bands = series_of(a_run()).bands
    assert bands["stripe"][0] == Band(state="closed", start_s=0.0, end_s=24.0)
    assert [band.state for band in bands["stripe"]] == ["closed", "open", "half_open", "open", "half_open", "closed"]
    assert all(a.end_s == b.start_s for a, b in zip(bands["stripe"], bands["stripe"][1:], strict=False))
    assert bands["twilio"] == (Band(state="closed", start_s=0.0, end_s=100.0),)


def test_a_process_that_is_started_again_begins_with_closed_breakers() -> None:
    """Whoever killed it killed what it had counted, too, and an open breaker with it."""
    events = [EventRow(0.0, "started"), EventRow(10.0, "breaker_transition", "stripe", outcome="open")]
    events += [EventRow(20.0, "started"), EventRow(30.0, "breaker_transition", "stripe", outcome="open")]
    run = a_run().model_copy(update={"tables": Tables(Rows.of(EventRow, events))})
    assert series_of(run).bands["stripe"] == (
        Band("closed", 0.0, 10.0), Band("open", 10.0, 20.0), Band("closed", 20.0, 30.0), Band("open", 30.0, 100.0),
    )  # fmt: skip


def test_a_target_without_telemetry_has_no_bands() -> None:
    assert series_of(a_run(telemetry=False)).bands == {}


def test_a_vendor_is_charged_one_operation_however_many_requests_it_got() -> None:
    series = series_of(a_run())
    requests = sum(float(load.requests_per_s.sum()) for load in series.vendors.values()) * series.width_s
    operations = sum(float(load.operations_per_s.sum()) for load in series.vendors.values()) * series.width_s
    assert operations == 4000
    assert requests > operations


def test_an_empty_run_gives_zeros() -> None:
    series = series_of(of())
    assert float(series.offered_per_s.sum()) == 0
    assert series.vendors == {}


@pytest.mark.parametrize(("duration_s", "width_s"), [(10, 0.25), (100, 1.0), (600, 5.0), (86_400, 600.0)])
def test_bins_are_of_widths_that_a_reader_counts_in(duration_s: float, width_s: float) -> None:
    assert bin_width_s(duration_s, 1_000_000) == width_s
    assert duration_s / width_s <= MAX_BINS


@pytest.mark.parametrize(("operations", "width_s"), [(4000, 0.25), (400, 1.0), (120, 5.0), (0, 5.0)])
def test_bins_hold_enough_operations_for_their_height_to_mean_something(operations: int, width_s: float) -> None:
    assert bin_width_s(40.0, operations) == width_s


def test_who_claims_to_have_lasted_for_decades_gets_no_more_bins() -> None:
    assert bin_width_s(1e9, 1_000_000) == 1e9 / MAX_BINS


def test_what_was_never_sent_was_offered_and_has_neither_rate_nor_latency() -> None:
    sent = OperationRow("pay-1", "pay", 10.0, 10.0, 34.0, 24.0, 1, 200, Outcome.DONE)
    left_out = OperationRow("pay-2", "pay", 10.0, 10.0, 10.0, 0.0, 0, 0, Outcome.UNKNOWN)
    series = series_of(of(sent, left_out))
    assert float(series.offered_per_s.sum() * series.width_s) == 2.0
    assert float(series.achieved_per_s.sum() * series.width_s) == 1.0
    assert set(series.latency["pay"]) == {Outcome.DONE}


def test_a_fast_refusal_does_not_pull_down_the_latency_of_what_was_done() -> None:
    slow = [OperationRow(f"a-{n}", "pay", 10.0, 10.0, 14.0, 4.0, 1, 200, Outcome.DONE) for n in range(5)]
    fast = [OperationRow(f"b-{n}", "pay", 10.0, 10.0, 10.0, 0.0, 1, 503, Outcome.REFUSED) for n in range(50)]
    latency = series_of(of(*slow, *fast)).latency["pay"]
    assert float(np.nanmax(latency[Outcome.DONE].p50_s)) == 4.0
    assert float(np.nanmax(latency[Outcome.REFUSED].p99_s)) == 0.0


def test_of_many_operations_all_are_shown_together() -> None:
    rows = [OperationRow(f"a-{n}", f"op{n}", 10.0, 10.0, 14.0, 4.0, 1, 200, Outcome.DONE) for n in range(MAX_NAMES + 1)]
    assert list(series_of(of(*rows)).latency) == [ALL_OPERATIONS]
    assert list(series_of(of(*rows[:-1])).latency) == ["op0", "op1", "op2", "op3"]


def test_the_axis_reaches_to_the_end_of_the_drain() -> None:
    run = a_run()
    longer = run.model_copy(update={"verdict": run.verdict.model_copy(update={"duration_s": 130.0})})
    assert series_of(longer).edges_s[-1] >= 130.0


def of_two(*events: EventRow) -> dict[str, tuple[Band, ...]]:
    """The bands of a run of two processes, each of which begins to tell at once."""
    told = [EventRow(0.0, "started", process=f"gateway.{number}") for number in range(2)]
    run = a_run().model_copy(update={"tables": Tables(Rows.of(EventRow, [*told, *events]))})
    return dict(series_of(run).bands)


def moved_in(process: str, at_s: float, state: str) -> EventRow:
    return EventRow(at_s, "breaker_transition", "stripe", outcome=state, process=process)


def test_breakers_of_two_processes_are_drawn_apart_where_they_differ() -> None:
    bands = of_two(
        moved_in("gateway.1", 10.0, "open"),
        EventRow(20.0, "started", process="gateway.0"),
        EventRow(30.0, "started", process="gateway.1"),
    )
    assert [(band.state, band.start_s) for band in bands["stripe.1"]] == [("closed", 0), ("open", 10), ("closed", 30)]
    assert [(band.state, band.start_s) for band in bands["stripe.0"]] == [("closed", 0), ("closed", 20)]
    assert "stripe" not in bands


def test_where_they_do_not_differ_one_band_is_enough() -> None:
    bands = of_two(moved_in("gateway.0", 10.0, "open"), moved_in("gateway.1", 10.0, "open"))
    assert list(bands) == ["stripe"]
    assert [band.state for band in bands["stripe"]] == ["closed", "open"]


def test_a_folder_that_names_a_thousand_processes_is_drawn_all_the_same() -> None:
    events = [moved_in(f"gateway.{n}", 10.0 + n / 100, "open") for n in range(1000)]
    assert len(of_two(*events)) == MOST_PROCESSES
