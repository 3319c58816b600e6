"""Moments: counted exactly, told at the instant, and held no longer than is good."""

from typing import Any

import pytest

from brownout_simulators.faults.fault import FaultError
from brownout_simulators.faults.rule import Match
from brownout_simulators.moments import ANSWERED, COMMITTED, HOLD_LIMIT_S, LOOK_EVERY_S, RECEIVED, Watch
from tests.simulators.driving import Driver


def watch(moment: str, *, match: str = "POST *", **more: Any) -> Watch:
    return Watch(**{"id": "w", "match": Match.parse(match), "moment": moment, "start_s": 0.0, "end_s": 1e9, **more})


def told(till: Driver, watch: Watch) -> list[tuple[str, int, int]]:
    """At each telling: the id, and how many effects and how many requests the books held then."""
    heard: list[tuple[str, int, int]] = []
    till.simulator.moments.watch([watch])
    till.simulator.moments.on_come = lambda name: heard.append((name, len(till.effects()), len(till.requests())))
    return heard


@pytest.mark.parametrize(("moment", "books"), [(RECEIVED, (1, 1)), (COMMITTED, (2, 1)), (ANSWERED, (2, 2))])
def test_the_nth_call_is_told_of_at_the_instant_itself_and_once(moment: str, books: tuple[int, int]) -> None:
    till = Driver()
    heard = told(till, watch(moment, nth=2))
    for _ in range(3):
        till.send()
    assert heard == [("w", *books)]
    assert till.simulator.moments.waiting()["w"].came == 2


def test_what_does_not_match_or_comes_too_early_or_too_late_is_not_counted() -> None:
    till = Driver()
    heard = told(till, watch(RECEIVED, match="GET *"))
    till.send()
    assert heard == []
    now_s = till.clock.now_s
    heard = told(till, watch(RECEIVED, start_s=now_s + 1, end_s=now_s + 2))
    till.send()
    till.clock.now_s += 2
    till.send()
    assert heard == []
    till.clock.now_s -= 0.5
    till.send()
    assert heard == [("w", 3, 3)]


def test_committed_is_an_effect_in_the_ledger_and_not_a_refusal_nor_a_replay() -> None:
    till = Driver()
    heard = told(till, watch(COMMITTED, nth=2))
    assert till.send(body=b"no JSON").status >= 400
    till.send(key="k")
    till.send(key="k")
    assert heard == []
    till.send()
    assert [name for name, *_ in heard] == ["w"]


def test_an_answer_that_a_fault_takes_away_is_committed_and_never_answered() -> None:
    till = Driver({"drop_after_effect": {}})
    heard = told(till, watch(ANSWERED))
    till.send()
    assert heard == []
    heard = told(till, watch(COMMITTED))
    till.send()
    assert len(heard) == 1


@pytest.mark.parametrize(("moment", "effects"), [(RECEIVED, 0), (COMMITTED, 1)])
def test_a_call_is_held_there_until_it_is_let_go(moment: str, effects: int) -> None:
    till = Driver()
    till.simulator.moments.watch([watch(moment, holds=True)])
    steps = till.simulator.handle(till.call())
    assert [next(steps) for _ in range(5)] == [LOOK_EVERY_S] * 5
    assert len(till.effects()) == effects
    assert till.simulator.moments.let_go("w")
    assert till.finish(steps).status == 200
    assert (len(till.effects()), till.requests()[0]["given_delay_s"]) == (1, 0.0)
    assert not till.simulator.moments.waiting()["w"].was_held_too_long
    assert not till.simulator.moments.let_go("nobody")


def test_a_call_that_nobody_lets_go_goes_on_and_that_is_told() -> None:
    till = Driver()
    till.simulator.moments.watch([watch(RECEIVED, holds=True)])
    steps = till.simulator.handle(till.call())
    next(steps)
    till.clock.now_s += HOLD_LIMIT_S
    assert till.finish(steps).status == 200
    waiting = till.simulator.moments.waiting()["w"]
    assert (waiting.was_held_too_long, waiting.held_until_s) == (True, None)


def test_a_reset_forgets_who_waits_and_cuts_off_what_is_held() -> None:
    till = Driver()
    till.simulator.moments.watch([watch(COMMITTED, holds=True)])
    next(till.simulator.handle(till.call()))
    till.simulator.reset()
    assert till.simulator.moments.is_empty
    assert till.simulator.in_flight == 0


@pytest.mark.parametrize("wrong", [{"moment": "sent"}, {"nth": 0}, {"end_s": 0.0}])
def test_what_cannot_come_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(FaultError):
        watch(**{"moment": RECEIVED, **wrong})
