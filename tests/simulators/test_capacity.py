"""So many calls at a time, and a queue: against the theory of queues, and in what could make it lie."""

import math
from dataclasses import replace
from heapq import heappop, heappush
from random import Random
from statistics import fmean
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Call
from brownout_simulators.capacity import Capacity, Turn
from brownout_simulators.clock import Clock as Machine
from brownout_simulators.faults import rule_from_json
from brownout_simulators.faults.plan import Plan
from brownout_simulators.problems import Problems
from brownout_simulators.vendor import Patience, Vendor
from tests.simulators.crowd import Crowd
from tests.simulators.driving import Clock
from tests.simulators.toy import TILL, Till, error
from tests.support.examples import examples


def serve(at_once: int = 1, work_s: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"serve": {"at_once": at_once, "each": {"fixed_s": work_s}, **more}}


SEEDS: Final = 10
"""Of 10,000 calls each. Over 15 of 20,000 the means were 0.976 to 1.007 of theory, single ones 0.84 to 1.09."""

# -- against theory ------------------------------------------------------------------------------------------------


def erlang_c(servers: int, offered: float) -> float:
    """The share of arrivals that wait in M/M/c; `offered` is the arrival rate over the rate of one server."""
    full = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return full / (sum(offered**n / math.factorial(n) for n in range(servers)) + full)


def waits_s(rule: dict[str, Any], rate_per_s: float, seed: int, calls: int = 10_000) -> list[float]:
    """Of so many calls that come at random, by the capacity alone."""
    clock = Clock()
    plan = Plan("till", seed, clock())
    plan.add(rule_from_json({"id": "r0", "vendor": "till", **rule}), clock())
    capacity = Capacity(Machine(clock, 0.0), plan, Problems("till"))
    draw, turns, ends = Random(seed).expovariate, list[Turn](), list[tuple[float, int]]()

    def upto(instant_s: float) -> None:
        while ends and ends[0][0] <= instant_s:
            clock.now_s, place = heappop(ends)
            capacity.leave(turns[place])

    def begins(place: int) -> None:
        heappush(ends, (clock() + turns[place].work_s, place))

    for number in range(calls):
        arrival_s = (turns[-1].came_s if turns else clock()) + draw(rate_per_s)
        upto(arrival_s)
        clock.now_s = arrival_s
        call = Call("GET", "/", "", {}, b"", arrival_s, wake=lambda place=number: begins(place))  # type: ignore[misc]
        turn = capacity.come(call, f"op-{number}", lambda _standing: None)
        assert turn is not None
        turns.append(turn)
        if turn.begun_s is not None:
            begins(number)
    upto(math.inf)
    return [turn.queued_s for turn in turns]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("servers", "load"),
    [(1, 0.5), *(pytest.param(*each, marks=pytest.mark.thorough) for each in ((3, 0.7), (8, 0.8)))],
)
def test_waits_are_those_of_theory_where_service_times_are_exponential(servers: int, load: float) -> None:
    """Erlang C."""
    values_s = [-0.1 * math.log(1 - (n + 0.5) / 4_000) for n in range(4_000)]
    work_s = fmean(values_s)
    rule = {"serve": {"at_once": servers, "each": {"empirical": {"values_s": values_s}}}}
    waits = [wait_s for seed in range(SEEDS) for wait_s in waits_s(rule, load * servers / work_s, seed)]
    waited = erlang_c(servers, load * servers)
    assert sum(wait_s > 0 for wait_s in waits) / len(waits) == pytest.approx(waited, rel=0.1)
    assert fmean(waits) == pytest.approx(waited * work_s / (servers * (1 - load)), rel=0.1)


@pytest.mark.thorough
def test_waits_are_those_of_theory_where_service_times_are_fixed() -> None:
    """M/D/1: half of what exponential ones would make."""
    waits = [wait_s for seed in range(SEEDS) for wait_s in waits_s(serve(1, 0.1), 7.0, seed)]
    assert fmean(waits) == pytest.approx(0.7 * 0.1 / (2 * (1 - 0.7)), rel=0.1)


# -- the order, and who is served ----------------------------------------------------------------------------------


def test_calls_are_worked_on_in_the_order_of_their_arrival() -> None:
    crowd = Crowd(serve(2, 1.0))
    for number in range(7):
        crowd.comes(number / 100, f"op-{number}")
    crowd.run()
    assert crowd.answered == [f"op-{number}" for number in range(7)]
    waits = [crowd.row(f"op-{number}")["queued_s"] for number in range(7)]
    assert waits == pytest.approx([0, 0, 0.98, 0.98, 1.96, 1.96, 2.94])
    assert all(row["given_work_s"] == pytest.approx(row["asked_work_s"]) == 1.0 for row in crowd.requests())


@given(
    st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["POST", "GET", "left"])), max_size=40),
    st.integers(1, 4),
    st.floats(0, 1),
)
@examples(100)
def test_never_more_are_worked_on_than_may_be_and_nobody_waits_for_a_place_that_is_free(
    comings: list[tuple[float, str]], at_once: int, work_s: float
) -> None:
    crowd = Crowd({"serve": {"at_once": at_once, "each": {"uniform": {"low_s": 0.0, "high_s": work_s}}}})
    for number, (at_s, how) in enumerate(comings):
        path = "/v1/stream" if how == "GET" else "/v1/charges"
        crowd.comes(at_s, f"op-{number}", method="GET" if how == "GET" else "POST", path=path)

    def look() -> None:
        counts = crowd.serving()
        assert counts["working"] <= at_once
        assert not counts["waiting"] or counts["working"] == at_once

    crowd.run(after=look)
    assert len(crowd.requests()) == len(comings)
    assert (crowd.serving()["working"], crowd.serving()["waiting"]) == (0, 0)


def test_a_stream_keeps_its_place_until_its_last_byte() -> None:
    crowd = Crowd(serve(1, 1.0))
    crowd.comes(0.0, "stream", method="GET", path="/v1/stream")
    crowd.comes(0.5, "next")
    crowd.run()
    assert crowd.row("stream")["finished_s"] - crowd.start_s == pytest.approx(2.0)
    assert crowd.row("next")["queued_s"] == pytest.approx(1.5)


def test_what_a_fault_answers_takes_no_place() -> None:
    crowd = Crowd(serve(1, 1.0), {"match": "GET /v1/charges/*", "respond": {"status": 503}})
    crowd.comes(0.0, "slow")
    crowd.comes(0.1, "refused", method="GET", path="/v1/charges/x")
    crowd.comes(0.2, "unreadable", body=b"{")
    crowd.comes(0.3, "nobody", headers={"authorization": ""})
    assert crowd.run().answered == ["refused", "unreadable", "nobody", "slow"]
    assert crowd.serving()["came"] == 1


def test_a_latency_fault_is_part_of_the_work_and_keeps_the_place() -> None:
    crowd = Crowd(serve(1, 1.0), {"latency": {"fixed_s": 0.5}})
    crowd.comes(0.0, "one")
    crowd.comes(0.0, "two")
    crowd.run()
    two = crowd.row("two")
    assert (two["queued_s"], two["given_work_s"], two["given_delay_s"]) == pytest.approx((1.5, 1.0, 0.5))
    assert two["finished_s"] - two["at_s"] == pytest.approx(3.0)


def test_a_repetition_queues_as_the_first_did_and_then_gets_its_reply_for_as_much_work() -> None:
    """The key is looked up as the work begins: who repeats what still waits is in the queue twice."""
    crowd = Crowd(serve(1, 1.0))
    for at_s in (0.0, 0.1, 0.2):
        crowd.comes(at_s, "pay", key="k-1")
    crowd.run()
    assert [(row["status"], row["replayed"]) for row in crowd.requests()] == [(200, False), (200, True), (200, True)]
    assert len(crowd.effects()) == 1
    assert crowd.requests()[-1]["finished_s"] - crowd.start_s == pytest.approx(3.0)


# -- a vendor that loses patience with itself ----------------------------------------------------------------------


def impatient(queue_s: float, work_s: float) -> Vendor[Till]:
    patience = Patience(queue_s, lambda _call: error(504, "queued_out"), work_s, lambda _call: error(500, "too_slow"))
    return replace(TILL, patience=lambda call, _account: patience if call.method == "POST" else None)


def test_who_has_waited_too_long_is_given_up_and_leaves_the_queue_to_the_others() -> None:
    crowd = Crowd(serve(1, 4.0), vendor=impatient(2.5, 60.0))
    for at_s, operation in ((0.0, "first"), (0.1, "early"), (2.0, "late")):
        crowd.comes(at_s, operation)
    crowd.run()
    assert crowd.answered == ["early", "first", "late"]
    rows = [crowd.row(operation) for operation in ("first", "early", "late")]
    assert [row["status"] for row in rows] == [200, 504, 200]
    assert [row["queued_s"] for row in rows] == pytest.approx([0.0, 2.5, 2.0])
    assert len(crowd.effects()) == 2
    assert (crowd.serving()["gave_up"], crowd.serving()["waiting"], crowd.serving()["working"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("rules", "answered_s"),
    [
        ([serve(1, 5.0)], 3.0),
        ([{"latency": {"fixed_s": 5.0}}], 3.0),
        ([serve(1, 2.0), {"latency": {"fixed_s": 2.0}}], 3.0),
    ],
)
def test_work_that_takes_too_long_is_given_up_and_was_never_done(rules: list[Any], answered_s: float) -> None:
    crowd = Crowd(*rules, vendor=impatient(60.0, 3.0))
    crowd.comes(0.0, "slow", key="k-1")
    crowd.run()
    row = crowd.row("slow")
    assert (row["status"], row["finished_s"] - row["at_s"]) == (500, pytest.approx(answered_s))
    assert crowd.effects() == []
    crowd.schedule()
    crowd.comes(10.0, "again", key="k-1")
    crowd.run()
    assert (crowd.row("again")["status"], crowd.row("again")["replayed"]) == (200, False)


def test_work_that_was_given_up_counts_no_longer_than_it_was_to_last() -> None:
    """Or the rest of it would stand for work that a slow machine took too long for."""
    crowd = Crowd(serve(1, 5.0), vendor=impatient(4.0, 3.0))
    for operation in ("slow", "waits", "is given up"):
        crowd.comes(0.0, operation)
    crowd.run()
    rows = [(row["status"], row["asked_work_s"], row["given_work_s"]) for row in crowd.requests()]
    assert rows == [(500, 3.0, 3.0), (504, 0.0, 0.0), (500, 3.0, 3.0)]
    assert (crowd.serving()["asked_work_s"], crowd.serving()["given_work_s"]) == (6.0, 6.0)


def test_work_that_is_done_in_time_is_done_and_other_calls_have_all_the_time_there_is() -> None:
    crowd = Crowd(serve(2, 2.9), vendor=impatient(60.0, 3.0))
    crowd.comes(0.0, "quick")
    crowd.comes(0.0, "reads", method="GET", path="/v1/charges/x")
    crowd.run()
    assert crowd.row("quick")["status"] == 200
    slow = Crowd(serve(1, 9.0), vendor=impatient(60.0, 3.0))
    slow.comes(0.0, "reads", method="GET", path="/v1/charges/x")
    slow.run()
    assert slow.row("reads")["status"] == 404


# -- a queue that is full ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("full", "status"), [("unavailable", 503), ("throttled", 429)])
def test_who_finds_the_queue_full_is_turned_away_in_the_vendors_words(full: str, status: int) -> None:
    crowd = Crowd(serve(1, 1.0, queue=2, full=full))
    for number in range(5):
        crowd.comes(number / 100, f"op-{number}")
    crowd.run()
    assert crowd.answered[:2] == ["op-3", "op-4"]
    assert [crowd.row(f"op-{number}")["status"] for number in range(5)] == [200, 200, 200, status, status]
    counts = crowd.serving()
    assert (counts["came"], counts["waited"], counts["turned_away"], counts["most_waiting"]) == (5, 2, 2, 2)
    assert crowd.simulator.problems == []
    assert len(crowd.effects()) == 3


def test_without_a_queue_who_finds_no_place_is_turned_away() -> None:
    crowd = Crowd(serve(1, 1.0, queue=0))
    crowd.comes(0.0, "one")
    crowd.comes(0.5, "two")
    crowd.comes(1.5, "three")
    assert [row["status"] for row in crowd.run().requests()] == [503, 200, 200]


def test_beyond_what_an_unbounded_queue_can_hold_the_run_is_not_to_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brownout_simulators.faults.serve.QUEUE_LIMIT", 1)
    crowd = Crowd(serve(1, 1.0))
    for number in range(3):
        crowd.comes(0.0, f"op-{number}")
    crowd.run()
    assert [row["status"] for row in crowd.requests()] == [503, 200, 200]
    assert crowd.simulator.problems == ["more than 1 calls wait: the queue has no room for more"]


# -- what a rule counts --------------------------------------------------------------------------------------------


def test_a_capacity_that_made_nobody_wait_has_struck_nothing() -> None:
    crowd = Crowd(serve(1, 1.0))
    crowd.comes(0.0, "one")
    crowd.comes(1.5, "two")
    crowd.run()
    assert (crowd.struck(), crowd.simulator.plan.standing["r0"].matched) == (0, 2)
    assert all(row["faults"] == [] for row in crowd.requests())


def test_it_has_struck_who_waited_and_who_was_turned_away() -> None:
    crowd = Crowd(serve(1, 1.0, queue=1))
    for number in range(3):
        crowd.comes(0.0, f"op-{number}")
    crowd.run()
    assert crowd.struck() == 2
    assert [crowd.row(f"op-{number}")["faults"] for number in range(3)] == [[], ["r0"], ["r0"]]


def test_another_rules_draws_are_as_they_were() -> None:
    faults = ({"latency": {"uniform": {"low_s": 0.0, "high_s": 1.0}}}, {"share": 0.5, "respond": {"status": 500}})

    def drawn(*rules: dict[str, Any]) -> list[Any]:
        crowd = Crowd(*rules)
        for number in range(50):
            crowd.comes(number, f"op-{number}")
        rows = sorted(crowd.run().requests(), key=lambda row: str(row["operation_id"]))
        return [(row["operation_id"], row["status"], row["asked_delay_s"]) for row in rows]

    each = {"lognormal": {"p50_s": 0.2, "p99_s": 0.8}}
    assert drawn(*faults) == drawn(*faults, {"serve": {"at_once": 2, "each": each}})


# -- rules that come and go ----------------------------------------------------------------------------------------

HALVED = (serve(2, 1.0), {**serve(1, 1.0), "window": {"start_s": 1.0, "end_s": 4.0}})


def test_of_two_rules_the_last_one_holds_while_it_is_in_force_and_the_queue_stays_one() -> None:
    crowd = Crowd(*HALVED)
    for number in range(8):
        crowd.comes(0.0, f"op-{number}")
    crowd.run()
    begun_s = [crowd.row(f"op-{number}")["queued_s"] for number in range(8)]
    # Two at 0 s; from 1 s on one at a time; at 4 s, as it ends, two again.
    assert begun_s == pytest.approx([0, 0, 1, 2, 3, 4, 4, 5], abs=1e-5)
    assert crowd.answered == [f"op-{number}" for number in range(8)]


def test_a_place_that_a_window_gives_back_is_taken_at_that_instant() -> None:
    crowd = Crowd(serve(3, 10.0), {**serve(1, 10.0), "window": {"start_s": 0.0, "end_s": 4.0}})
    for number in range(3):
        crowd.comes(0.0, f"op-{number}")
    crowd.run()
    assert [row["queued_s"] for row in crowd.requests()] == pytest.approx([0, 4, 4], abs=1e-5)


def test_who_waits_when_nothing_limits_any_longer_is_let_in() -> None:
    crowd = Crowd(serve(1, 10.0))
    for number in range(3):
        crowd.comes(0.0, f"op-{number}")
    crowd.at(2.0, crowd.simulator.plan.remove)
    crowd.run()
    assert [(row["queued_s"], row["given_work_s"]) for row in crowd.requests()] == [(2, 0), (2, 0), (0, 10)]


def test_a_reset_ends_who_waits_and_leaves_no_place_taken() -> None:
    crowd = Crowd(serve(1, 10.0))
    for number in range(3):
        crowd.comes(0.0, f"op-{number}")
    crowd.at(1.0, crowd.simulator.reset)
    crowd.run(upto_s=1.0)
    assert crowd.serving() == dict.fromkeys(crowd.serving(), 0)
    assert (crowd.simulator.in_flight, crowd.simulator.status()["cut_off"]) == (0, 3)
    crowd.schedule(serve(1, 1.0))
    crowd.comes(20.0, "new")
    crowd.run()
    assert [(row["operation_id"], row["queued_s"]) for row in crowd.rows("request")] == [("new", 0.0)]


def test_the_reset_of_an_account_hands_its_places_on_to_the_others() -> None:
    crowd = Crowd(serve(1, 10.0))
    crowd.comes(0.0, "a-1", account="a")
    crowd.comes(0.1, "a-2", account="a")
    crowd.comes(0.2, "b-1", account="b")
    crowd.at(1.0, lambda: crowd.simulator.reset("a"))
    crowd.run()
    assert [(row["operation_id"], row["queued_s"]) for row in crowd.requests()] == [("b-1", pytest.approx(0.8))]


def test_who_waited_at_a_reset_without_a_host_to_cut_it_does_nothing_more() -> None:
    crowd = Crowd(serve(1, 1.0))
    first, second = (crowd.simulator.handle(crowd.call(key=f"k-{n}")) for n in range(2))
    next(first)
    assert next(second) == math.inf
    crowd.simulator.reset()
    crowd.clock.now_s += 5.0
    assert [crowd.handled(steps).ending for steps in (first, second)] == ["close", "close"]
    assert crowd.serving() == dict.fromkeys(crowd.serving(), 0)
    assert crowd.rows() == []
