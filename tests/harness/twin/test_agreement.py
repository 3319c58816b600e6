"""What agrees, what does not, and of what nothing can be said."""

import pytest

from brownout_harness.comparing.seen import Load, Move, Seen
from brownout_harness.twin.agreement import (
    AMPLIFICATION,
    BREAKER,
    P99,
    SUCCESS,
    Figure,
    Pair,
    agreement_of,
    with_spread,
)
from brownout_reports.run_folder import Status
from tests.harness.twin.runs import pair, seen, verdict

OPEN, CLOSED = "open", "closed"


def figures(*pairs: Pair) -> dict[str, Figure]:
    return {f"{each.what} {each.of}": each for each in agreement_of("x", pairs).figures}


def figure(what: str, real: Seen, virtual: Seen | None = None) -> Figure:
    (found,) = (each for each in agreement_of("x", [pair(virtual, real)]).figures if each.what == what)
    return found


def test_equal_runs_agree_in_everything() -> None:
    agreement = agreement_of("x", [pair()])
    assert agreement.status is Status.PASSED
    assert {each.what for each in agreement.figures} == {SUCCESS, P99, AMPLIFICATION}
    assert all(each.within for each in agreement.figures)


@pytest.mark.parametrize(("done", "within"), [(1000, True), (995, True), (994, False)])
def test_success_may_be_half_a_point_apart(done: int, within: bool) -> None:
    assert figure(SUCCESS, seen(done=done)).within is within


@pytest.mark.parametrize(("real_s", "within"), [(1.12, True), (1.1201, False), (0.9, True), (0.89, False)])
def test_p99_may_be_a_tenth_and_20_ms_apart_of_the_smaller(real_s: float, within: bool) -> None:
    found = figure(P99, seen(waits_s=[real_s] * 200), seen(waits_s=[1.0] * 200))
    assert found.within is within


@pytest.mark.parametrize(("requests", "within"), [(1100, True), (1111, True), (1112, False), (1089, False)])
def test_amplification_may_be_a_hundredth_apart(requests: int, within: bool) -> None:
    assert figure(AMPLIFICATION, seen(load=Load(requests, 1000))).within is within


def test_too_few_samples_never_agree() -> None:
    few = seen(done=90, waits_s=[0.1] * 90, load=Load(90, 90))
    agreement = agreement_of("x", [pair(few, few)])
    assert [each.within for each in agreement.figures] == [None, None, None]
    assert agreement.status is Status.INCONCLUSIVE
    assert all("too few samples: 90 " in each.why for each in agreement.figures)


def test_of_several_seeds_the_samples_are_taken_together() -> None:
    few = seen(done=90, waits_s=[0.1] * 90, load=Load(90, 90))
    assert agreement_of("x", [pair(few, few)] * 3).status is Status.PASSED


def test_a_vendor_that_only_one_mode_asked_does_not_agree() -> None:
    found = figure(AMPLIFICATION, seen(load=None))
    assert (found.within, found.real) == (None, None)


@pytest.mark.parametrize(("at_s", "within"), [(24.5, True), (24.51, False), (23.5, True), (23.49, False)])
def test_a_breaker_may_move_half_a_second_apart(at_s: float, within: bool) -> None:
    virtual, real = (seen(moves={"stripe": (Move(OPEN, each),)}) for each in (24.0, at_s))
    assert figure(BREAKER, real, virtual).within is within


def test_moves_are_matched_in_their_order() -> None:
    virtual = seen(moves={"stripe": (Move(OPEN, 24.0), Move(CLOSED, 60.0))})
    real = seen(moves={"stripe": (Move(OPEN, 24.1), Move(CLOSED, 61.0))})
    found = [each for each in figures(pair(virtual, real)).values() if each.what == BREAKER]
    assert [each.within for each in found] == [True, False]
    assert found[1].difference == pytest.approx(1.0)


@pytest.mark.parametrize("moves", [{}, {"stripe": (Move(OPEN, 24.0),)}])
def test_a_move_that_only_one_mode_made_is_outside(moves: dict[str, tuple[Move, ...]]) -> None:
    agreement = agreement_of(
        "x", [pair(seen(moves={"stripe": (Move(OPEN, 24.0), Move(CLOSED, 60.0))}), seen(moves=moves))]
    )
    assert agreement.status is Status.FAILED
    assert agreement.outside[-1].why == "only in virtual time"


def test_moves_of_several_seeds_are_not_mixed() -> None:
    one = seen(moves={"stripe": (Move(OPEN, 24.0),)})
    other = seen(moves={"stripe": (Move(OPEN, 34.0),)}, said=verdict(seed=1))
    found = figures(pair(one, one), pair(other, other))
    assert {"breaker stripe, seed 7: move 1, open", "breaker stripe, seed 1: move 1, open"} <= set(found)
    assert agreement_of("x", [pair(one, one), pair(other, other)]).status is Status.PASSED


def test_verdicts_that_differ_do_not_agree_whatever_the_figures() -> None:
    agreement = agreement_of("x", [pair(real=seen(said=verdict(Status.FAILED, mode="real")))])
    assert agreement.status is Status.FAILED
    assert agreement.pairs[0].differing[0] == "seed 7: passed in virtual time, failed for real"


def test_two_failed_runs_must_have_failed_by_the_same() -> None:
    failed = verdict(Status.FAILED)
    (result,) = failed.expectations
    twice = failed.model_copy(update={"expectations": (result, result.model_copy(update={"status": Status.PASSED}))})
    other = twice.model_copy(update={"expectations": twice.expectations[::-1]})
    assert agreement_of("x", [pair(seen(said=twice), seen(said=twice))]).status is Status.PASSED
    assert agreement_of("x", [pair(seen(said=twice), seen(said=other))]).status is Status.FAILED


def test_a_pair_with_an_inconclusive_run_is_compared_in_nothing() -> None:
    agreement = agreement_of("x", [pair(real=seen(done=0, said=verdict(Status.INCONCLUSIVE, mode="real")))])
    assert agreement.status is Status.INCONCLUSIVE
    assert agreement.figures == ()
    assert agreement.pairs[0].undecided == ("real: seed 7 is inconclusive: the load fell behind",)


def test_a_failed_run_that_fell_short_is_compared_in_nothing() -> None:
    short = verdict(Status.FAILED, mode="real", gap="the load fell behind")
    agreement = agreement_of("x", [pair(seen(said=verdict(Status.FAILED)), seen(done=0, said=short))])
    assert (agreement.status, agreement.figures) == (Status.INCONCLUSIVE, ())


def test_a_sound_pair_does_not_make_up_for_one_that_says_nothing() -> None:
    unsound = pair(real=seen(said=verdict(Status.INCONCLUSIVE, mode="real")))
    assert agreement_of("x", [pair(), unsound]).status is Status.INCONCLUSIVE


def test_a_run_that_came_to_no_verdict_says_nothing() -> None:
    assert agreement_of("x", [pair()], ["seed 1 came to no verdict"]).status is Status.INCONCLUSIVE
    assert agreement_of("x", [], []).status is Status.INCONCLUSIVE


def spread(real: Seen, *virtual: Seen) -> dict[str, Figure]:
    """Against the first virtual run, and then against all of them."""
    first, *others = (pair(each, real) for each in virtual)
    return {each.what: each for each in with_spread(agreement_of("x", [first]), [[each] for each in others]).figures}


@pytest.mark.parametrize(("done", "within"), [(960, None), (955, None), (954, False), (1000, True)])
def test_a_figure_that_virtual_time_leaves_to_chance_says_nothing(done: int, within: bool | None) -> None:
    found = spread(seen(done=done), seen(), seen(done=980), seen(done=960))[SUCCESS]
    assert found.within is within
    assert found.in_spread is (within is None)


def test_what_is_in_the_spread_is_no_agreement() -> None:
    """Else modes that differ by seconds would agree, wherever a scenario is a matter of chance."""
    apart = agreement_of("x", [pair(seen(), seen(done=960))])
    assert apart.status is Status.FAILED
    assert with_spread(apart, [[pair(seen(done=960), seen(done=960))]]).status is Status.INCONCLUSIVE


def test_a_breaker_may_move_as_often_as_it_does_in_any() -> None:
    once, twice = (
        seen(moves={"stripe": moves}) for moves in [(Move(OPEN, 24.0),), (Move(OPEN, 24.0), Move(CLOSED, 40.0))]
    )
    assert spread(twice, once, twice)[BREAKER].in_spread
    assert spread(once, twice, once)[BREAKER].in_spread
    assert spread(twice, once, once)[BREAKER].within is False
    assert spread(once, twice, twice)[BREAKER].within is False


def test_what_cannot_be_said_is_not_explained() -> None:
    few = seen(done=90, waits_s=[0.1] * 90, load=Load(90, 90))
    assert spread(few, seen(), few)[SUCCESS].within is None
