"""Exact quantiles from the intended start."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.expectations.latency import Latency, Part, quantile
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, operation, with_operations


def test_bounds_are_exclusive_and_each_counts() -> None:
    evidence = with_operations(
        healthy(200),
        lambda each: each._replace(finished_s=each.intended_s + (1.0 if each.operation_id[-1] == "7" else 0.1)),
    )
    assert Latency(operation="pay", p50_below_s=0.2, p90_below_s=0.2).judge(evidence).status is Status.PASSED
    result = Latency(operation="pay", p50_below_s=0.2, p99_below_s=0.8).judge(evidence)
    assert result.status is Status.FAILED
    assert result.observed == "p50 100 ms, p99 1 s (200 operations)"
    assert all(case.what == "done after 1 s" for case in result.cases)


def test_it_counts_from_the_intended_start_not_from_the_sending() -> None:
    """A stall of the generator, or a queue before the target, must not disappear."""
    stalled = with_operations(
        healthy(200), lambda each: each._replace(sent_s=each.sent_s + 9.0, finished_s=each.intended_s + 9.1)
    )
    assert Latency(operation="pay", p99_below_s=1.0).judge(stalled).status is Status.FAILED


@pytest.mark.thorough
def test_one_stall_shows_in_the_corrected_quantiles() -> None:
    """100/s for 100 s against a server that stalls once for 10 s: p99 is about 9 s, p90 about none."""
    from_stall = with_operations(
        healthy(10_000),
        lambda each: each._replace(finished_s=max(each.intended_s, 60.0 if 50 <= each.intended_s < 60 else 0.0)),
    )
    latencies = sorted(each.latency_s for each in from_stall.operations)
    assert 8.8 <= quantile(latencies, 0.99) <= 9.2
    assert quantile(latencies, 0.9) <= 0.1


def test_an_arrival_that_was_never_sent_was_not_answered_after_no_time() -> None:
    """A driver that leaves out nine of ten would have a median of nothing."""
    slow = with_operations(healthy(), lambda each: each._replace(finished_s=each.intended_s + 2.0))
    unsent = [
        operation(1_000 + n, at_s=50.0, sent_s=50.0, finished_s=50.0, asks=0, status=0, outcome=Outcome.UNKNOWN)
        for n in range(1_800)
    ]
    result = Latency(operation="pay", p50_below_s=1.0).judge(changed(slow, operations=[*slow.operations, *unsent]))
    assert (result.status, result.observed) == (Status.FAILED, "p50 2 s (200 operations)")


def test_an_unknown_answer_counts_with_its_wait() -> None:
    waiting = with_operations(
        healthy(200), lambda each: each._replace(finished_s=each.sent_s + 30, outcome=Outcome.UNKNOWN, status=0)
    )
    assert Latency(operation="pay", p50_below_s=1.0).judge(waiting).status is Status.FAILED


@pytest.mark.parametrize(("count", "demand"), [(99, "p99_below_s"), (19, "p90_below_s"), (9, "p50_below_s")])
def test_a_quantile_needs_its_samples(count: int, demand: str) -> None:
    assert Latency(operation="pay", **{demand: 9.0}).judge(healthy(count)).status is Status.INCONCLUSIVE  # type: ignore[arg-type]
    assert Latency(operation="pay", **{demand: 9.0}).judge(healthy(count + 1)).status is Status.PASSED  # type: ignore[arg-type]


def test_an_unknown_phase_says_nothing() -> None:
    assert Latency(operation="pay", p50_below_s=1, during="no").judge(healthy()).status is Status.INCONCLUSIVE


@given(st.lists(st.floats(0, 100), min_size=1), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_quantile_is_a_value_that_enough_do_not_exceed(values: list[float], q: float) -> None:
    ordered = sorted(values)
    found = quantile(ordered, q)
    below = sum(value <= found for value in ordered)
    assert found in ordered
    assert below >= math.floor(q * len(ordered))
    assert sum(value < found for value in ordered) <= math.ceil(q * len(ordered))


def test_the_rank_survives_floating_point() -> None:
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99.0


def test_some_bound_is_needed_and_above_zero() -> None:
    with pytest.raises(ValueError, match="at least one of"):
        Latency(operation="pay")
    with pytest.raises(ValueError, match="above 0, got 0"):
        Latency(operation="pay", p50_below_s=0)


def slowed(start_s: float, end_s: float, to_s: float, count: int = 1000) -> Evidence:
    """Operations that take so long in a stretch of time, and 100 ms otherwise."""
    return with_operations(
        healthy(count),
        lambda each: each._replace(finished_s=each.intended_s + (to_s if start_s <= each.intended_s < end_s else 0.1)),
    )


def test_a_quantile_is_compared_with_the_same_of_another_phase() -> None:
    demand = Latency(operation="pay", during="outage", p99=Relative(times=3, of="steady"))
    result = demand.judge(slowed(20, 60, 0.3))
    assert (result.status, result.observed) == (
        Status.PASSED,
        "p99 300 ms, 3.000 times that in steady (100 ms) (400 operations)",
    )
    failed = demand.judge(slowed(20, 60, 0.31))
    assert failed.status is Status.FAILED
    assert failed.cases[0].what == "done after 310 ms"
    assert failed.expected == "pay: p99 at most 3 times that in steady"


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (slowed(20, 60, 0.3, count=400), "nothing to compare with: fewer than 100 pay operations in steady"),
        (slowed(0, 20, 0.0), "nothing to compare with: p99 in steady is 0"),
    ],
)
def test_a_phase_that_says_nothing_is_nothing_to_compare_with(evidence: Evidence, why: str) -> None:
    demand = Latency(operation="pay", during="outage", p99=Relative(times=3, of="steady"))
    result = demand.judge(evidence)
    assert (result.status, result.observed) == (Status.INCONCLUSIVE, why)
    both = Latency(operation="pay", during="outage", p99=Relative(times=3, of="steady"), p50_below_s=0.01)
    assert both.judge(evidence).status is Status.FAILED
    unknown = Latency(operation="pay", p50=Relative(times=3, of="no"))
    assert unknown.judge(evidence).status is Status.INCONCLUSIVE


def test_a_phase_is_not_compared_with_itself() -> None:
    with pytest.raises(ValueError, match="that is the phase itself"):
        Latency(operation="pay", during="steady", p90=Relative(times=3, of="steady"))


def streamed(first_s: float | None, gap_s: float | None, share: int = 1) -> Evidence:
    """Answers of 9 s; each `share`th came in pieces."""

    def told(each: OperationRow) -> OperationRow:
        whole = each._replace(finished_s=each.intended_s + 9.0)
        if int(each.operation_id.removeprefix("op-")) % share:
            return whole
        at_s = None if first_s is None else each.intended_s + first_s
        return whole._replace(first_piece_s=at_s, longest_gap_s=gap_s)

    return with_operations(healthy(200), told)


@pytest.mark.parametrize(("part", "says"), [(Part.FIRST_PIECE, "first piece"), (Part.GAP, "gap")])
def test_a_part_of_an_answer_is_bounded_by_itself(part: Part, says: str) -> None:
    evidence = streamed(0.5, 0.5)
    passed = Latency(operation="pay", part=part, p99_below_s=0.6).judge(evidence)
    assert (passed.status, passed.observed) == (Status.PASSED, "p99 500 ms (200 operations)")
    assert passed.expected == f"pay's {says}: p99 below 600 ms"
    failed = Latency(operation="pay", part=part, p99_below_s=0.5).judge(evidence)
    assert failed.status is Status.FAILED
    assert failed.cases[0].what in {"done, its first piece after 500 ms", "done, silent for 500 ms"}


def test_an_answer_without_a_piece_counts_with_its_whole_wait_for_the_first_one() -> None:
    """One in a hundred said something at once; the others never did."""
    assert Latency(operation="pay", part=Part.FIRST_PIECE, p50_below_s=5.0).judge(streamed(0.5, 0.5, 100)).status is (
        Status.FAILED
    )


@pytest.mark.parametrize("part", [Part.FIRST_PIECE, Part.GAP])
def test_where_no_answer_came_in_pieces_nothing_can_be_said_of_them(part: Part) -> None:
    """Fast whole answers are no proof of a fast first piece."""
    result = Latency(operation="pay", part=part, p50_below_s=1.0).judge(healthy(200))
    assert result.status is Status.INCONCLUSIVE


def test_silences_are_those_of_answers_that_had_begun_and_need_their_number() -> None:
    result = Latency(operation="pay", part=Part.GAP, p99_below_s=1.0).judge(streamed(0.5, 0.5, 4))
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "too few samples: 50 pay operations, at least 100 needed",
    )
