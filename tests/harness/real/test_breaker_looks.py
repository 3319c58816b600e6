"""Looks at a breaker: what is seen, when, and where nobody saw anything."""

from brownout_harness.judging.looks import Blind
from brownout_harness.real.breaker_looks import BreakerLooks, BreakerSeen
from brownout_scenarios.observing import BreakerMetric, Prometheus
from tests.support.processes import eventually
from tests.support.target import Target

WANTED = BreakerMetric(metric="breaker_state", closed=0, open=1, open_for_s=1.0)


def test_a_step_is_dated_by_the_answer_that_saw_it_and_reaches_back_to_the_question_before() -> None:
    seen = BreakerSeen("stripe", WANTED, 0.0)
    seen.take("closed", 0.2, 0.3)
    seen.take("open", 0.7, 0.8)
    seen.take("open", 1.2, 1.3)
    (step,) = seen.events
    assert (step.at_s, round(step.duration_s, 3), step.outcome) == (0.8, 0.6, "open")
    assert step.detail == "closed->open: seen"
    assert seen.state == "open"
    looks = seen.looks(1.5)
    assert (looks.seen, round(looks.longest_s, 3), looks.blind) == (3, 0.6, ())


def test_looks_further_apart_than_it_stays_open_see_nothing_between() -> None:
    seen = BreakerSeen("stripe", WANTED, 0.0)
    seen.take("closed", 0.2, 0.3)
    seen.take("closed", 1.2, 1.3)
    assert seen.looks(2.5).blind == (Blind(0.2, 1.3), Blind(1.2, 2.5))


def test_one_that_is_not_there_yet_is_closed_and_one_that_is_gone_is_not_seen() -> None:
    seen = BreakerSeen("stripe", WANTED, 0.0)
    seen.take(None, 0.8, 0.9)
    assert not seen.was_seen
    seen.take("closed", 1.6, 1.7)
    assert seen.looks(1.7).blind == ()
    seen.take(None, 2.4, 2.5)
    assert seen.looks(3.0).blind == (Blind(1.6, 3.0),)


def test_a_target_whose_metrics_are_none_is_told() -> None:
    """What its test double answers is JSON."""
    source = Prometheus(path="/metrics", every_s=0.05, breakers={"stripe": WANTED})
    with Target() as target:
        looking = BreakerLooks(target.url, source, now_s=lambda: 1.0)
        eventually(lambda: looking.no_answer)
        looking.stop()
    (gap,) = looking.gaps()
    assert gap.detail.startswith(f"stripe's breaker, at {target.url}/metrics: not in Prometheus's text format: ")
    assert looking.states == {"stripe": "closed"}
