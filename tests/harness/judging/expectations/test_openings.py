"""How often a breaker opened, and for how long."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.bounds import Bound, Relative, TimeBound
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.expectations.openings import openings_in
from brownout_harness.judging.expectations.telling import telling_about
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, moved, with_operations, with_requests

STARTED = EventRow(0.0, "started")


def outage(*moves: EventRow, quiet: tuple[tuple[float, float], ...]) -> Evidence:
    """These steps of the breaker, and what is asked in the quiet stretches is turned away."""
    evidence = healthy(400)

    def is_away(at_s: float) -> bool:
        return any(start_s < at_s < end_s for start_s, end_s in quiet)

    away = {each.operation_id for each in evidence.operations if is_away(each.intended_s)}
    refused = with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED, status=503) if each.operation_id in away else each
    )
    left = with_requests(refused, lambda each: None if each.operation_id in away else each)
    return changed(left, events=(STARTED, *moves))


def twice() -> Evidence:
    """Open from 25 to 35 s, with a probe that failed, and from 70 to 75 s."""
    return outage(
        moved(25, "closed", "open"), moved(30, "open", "half_open"), moved(30.1, "half_open", "open"),
        moved(34.9, "open", "half_open"), moved(35, "half_open", "closed"),
        moved(70, "closed", "open"), moved(74.9, "open", "half_open"), moved(75, "half_open", "closed"),
        quiet=((25, 35), (70, 75)),
    )  # fmt: skip


def status(evidence: Evidence, of: str = "", **bounds: Bound | TimeBound) -> Status:
    return Breaker(vendor="stripe", of=of, **bounds).judge(evidence).status  # type: ignore[arg-type]


def test_a_probe_that_fails_is_no_other_opening() -> None:
    result = Breaker(vendor="stripe", openings=Bound(at_most=2), closings=Bound(at_least=2, at_most=2)).judge(twice())
    assert (result.status, result.observed) == (Status.PASSED, "2 openings; 2 closings")
    assert status(twice(), openings=Bound(at_most=1)) is Status.FAILED
    assert status(twice(), openings=Bound(at_least=3)) is Status.FAILED


def test_an_opening_counts_where_it_began_and_a_closing_where_it_happened() -> None:
    assert status(twice(), of="outage", openings=Bound(at_least=1, at_most=1)) is Status.PASSED
    assert status(twice(), of="steady", openings=Bound(at_most=0), closings=Bound(at_most=0)) is Status.PASSED
    assert status(twice(), of="recovery", openings=Bound(at_most=0)) is Status.FAILED


def test_how_long_it_was_open_is_cut_to_the_phase_and_each_opening_is_not() -> None:
    late = outage(
        moved(55, "closed", "open"), moved(64.9, "open", "half_open"), moved(65, "half_open", "closed"),
        quiet=((55, 65),),
    )  # fmt: skip
    assert status(late, of="outage", open_total=TimeBound(at_least_s=5, at_most_s=5)) is Status.PASSED
    assert status(late, of="outage", open_each=TimeBound(at_least_s=10, at_most_s=10)) is Status.PASSED
    assert status(late, of="recovery", open_each=TimeBound(at_most_s=9)) is Status.FAILED
    assert status(late, of="recovery", open_total=TimeBound(at_most_s=4)) is Status.FAILED


def test_each_is_measured_and_not_their_mean() -> None:
    result = Breaker(vendor="stripe", open_each=TimeBound(at_most_s=9)).judge(twice())
    assert (result.status, result.observed) == (Status.FAILED, "open for 10 s and 1 more opening of 5 s and longer")
    assert status(twice(), open_each=TimeBound(at_least_s=6)) is Status.FAILED
    assert status(twice(), open_total=TimeBound(at_most_s=15)) is Status.PASSED


def test_one_that_the_run_ended_was_at_least_so_long() -> None:
    open_still = outage(moved(90, "closed", "open"), quiet=((90, 101),))
    assert status(open_still, open_each=TimeBound(at_most_s=20)) is Status.INCONCLUSIVE
    assert status(open_still, open_each=TimeBound(at_most_s=9)) is Status.FAILED
    assert status(open_still, open_each=TimeBound(at_least_s=9)) is Status.PASSED
    assert status(open_still, open_each=TimeBound(at_least_s=11)) is Status.INCONCLUSIVE


def test_of_a_breaker_that_never_opened_there_is_no_opening_to_measure() -> None:
    closed = outage(quiet=())
    assert status(closed, open_each=TimeBound(at_most_s=9)) is Status.INCONCLUSIVE
    assert status(closed, openings=Bound(at_most=2)) is Status.PASSED
    assert status(closed, openings=Bound(at_least=1)) is Status.FAILED


def test_that_a_new_process_begins_closed_is_no_closing() -> None:
    killed = outage(moved(25, "closed", "open"), EventRow(35.0, "started"), quiet=((25, 35),))
    found = openings_in(killed, telling_about(killed, "stripe"), killed.phases[1])
    assert (found.begun, found.closed, found.total_s) == (1, 0, 10.0)


def test_half_open_for_ever_is_not_one_long_opening() -> None:
    """Who tells half-open instead of closed has it counted once, while it opens again and again."""
    told = outage(moved(25, "closed", "open"), moved(35, "open", "half_open"), quiet=((25, 35),))
    assert status(told, openings=Bound(at_most=1)) is Status.FAILED


def test_an_opening_that_the_ledger_knows_nothing_of_is_a_lie() -> None:
    told = outage(moved(25, "closed", "open"), moved(35, "open", "half_open"), moved(35.1, "half_open", "closed"),
                  quiet=())  # fmt: skip
    assert status(told, openings=Bound(at_most=5)) is Status.FAILED


@pytest.mark.parametrize(
    "wrong",
    [
        {"openings": Bound(at_most=1), "stays_closed": True},
        {"openings": Relative(times=2, of="steady")},
        {"openings": Bound(at_most=Relative(times=2, of="steady"))},
    ],
)
def test_parameters_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="breaker"):
        Breaker(vendor="stripe", **wrong)  # type: ignore[arg-type]


def test_a_time_is_bounded_like_a_number() -> None:
    assert TimeBound(at_most_s=3, at_least_s=1).sides() == ((True, 3), (False, 1))
    with pytest.raises(ValueError, match="at_most"):
        TimeBound()
    with pytest.raises(ValueError, match="more than at_most"):
        TimeBound(at_most_s=1, at_least_s=3)
