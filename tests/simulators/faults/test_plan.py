"""Which rules strike which calls, and when."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import Match, rule_from_json
from brownout_simulators.faults import plan as plan_module
from brownout_simulators.faults.plan import Plan, Subject
from brownout_simulators.faults.webhooks import Webhooks
from tests.simulators.driving import Driver
from tests.support.examples import examples
from tests.support.sending import all_sent

FAIL = {"respond": {"status": 503}}


def statuses(till: Driver, keys: list[str], at_s: float | None = None) -> list[int]:
    if at_s is not None:
        till.clock.now_s = 100.0 + at_s
    return [till.send(operation=key).status for key in keys]


def keys(number: int) -> list[str]:
    return [f"op-{n}" for n in range(number)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (2, 3))])
def test_the_share_that_is_struck_is_the_share_that_was_asked_for(share: float, seed: int) -> None:
    till = Driver({**FAIL, "share": share}, seed=seed)
    struck = statuses(till, keys(4_000)).count(503)
    assert abs(struck - 4_000 * share) <= 3.3 * math.sqrt(4_000 * share * (1 - share))
    assert till.struck() == struck


def test_a_share_of_zero_is_never_and_of_one_is_always() -> None:
    assert set(statuses(Driver({**FAIL, "share": 0}), keys(500))) == {200}
    assert set(statuses(Driver({**FAIL, "share": 1}), keys(500))) == {503}


def test_calls_without_any_key_are_struck_by_the_rules_own_count() -> None:
    first, second = (Driver({**FAIL, "share": 0.5}) for _ in range(2))
    outcome = [first.send().status for _ in range(400)]
    assert outcome == [second.send().status for _ in range(400)]
    assert abs(outcome.count(503) - 200) <= 33


@examples(20)
@given(order=st.integers(0, 10**6))
def test_decisions_do_not_depend_on_the_order_of_arrival(order: int) -> None:
    calls = [f"op-{n}" for n in range(40) for _ in range(3)]
    shuffled = list(calls)
    random.Random(order).shuffle(shuffled)

    def outcome(arrivals: list[str]) -> dict[str, list[int]]:
        till = Driver({**FAIL, "share": 0.5}, {"latency": {"fixed_s": 0.1}, "share": 0.3})
        seen: dict[str, list[int]] = {}
        for key in arrivals:
            seen.setdefault(key, []).append(till.send(operation=key).status)
        return seen

    assert outcome(calls) == outcome(shuffled)


def test_decisions_are_the_same_at_a_concurrency_of_32_in_any_interleaving() -> None:
    def outcome(seed: int) -> dict[str, tuple[str, ...]]:
        till = Driver({**FAIL, "share": 0.3}, {"latency": {"uniform": {"low_s": 0.1, "high_s": 2.0}}, "share": 0.5})
        shuffle = random.Random(seed)
        waiting = [till.simulator.handle(till.call(operation=key)) for key in keys(400)]
        flying: list[Any] = []
        while waiting or flying:
            while waiting and len(flying) < 32:
                flying.append(waiting.pop(shuffle.randrange(len(waiting))))
            steps = flying.pop(shuffle.randrange(len(flying)))
            try:
                till.clock.now_s += next(steps)
                flying.append(steps)
            except StopIteration as stop:
                all_sent(till.simulator, stop.value)
        return {row["operation_id"]: tuple(row["faults"]) for row in till.requests()}

    assert outcome(1) == outcome(2) == outcome(3)


def test_adding_a_rule_leaves_the_draws_of_the_others_alone() -> None:
    alone = Driver({**FAIL, "share": 0.5})
    beside = Driver({**FAIL, "share": 0.5}, {"latency": {"fixed_s": 0.1}, "share": 0.5})
    assert statuses(alone, keys(200)) == statuses(beside, keys(200))


def test_rules_that_are_drawn_as_one_strike_the_same_operations() -> None:
    """As they do at two vendors: each has its own plan, and only the id that they are drawn as in common."""
    first, second, apart = (
        Driver({"id": name, **FAIL, "share": 0.5, **drawn})
        for name, drawn in (("o.0.a", {"drawn_as": "o.0"}), ("o.0.b", {"drawn_as": "o.0"}), ("o.0.c", {}))
    )
    assert statuses(first, keys(200)) == statuses(second, keys(200)) != statuses(apart, keys(200))


def test_another_seed_strikes_other_calls() -> None:
    outcomes = {tuple(statuses(Driver({**FAIL, "share": 0.5}, seed=seed), keys(50))) for seed in range(5)}
    assert len(outcomes) == 5


def test_a_retry_of_a_key_is_drawn_anew() -> None:
    till = Driver({**FAIL, "share": 0.5})
    outcomes = {tuple(till.send(operation=key).status for _ in range(3)) for key in keys(100)}
    assert len(outcomes) == 8


def test_a_sequence_runs_for_each_key_by_itself() -> None:
    till = Driver({**FAIL, "sequence": "FF."})
    assert statuses(till, ["a", "a", "b", "a", "b", "a", "b"]) == [503, 503, 503, 200, 503, 200, 200]


def test_a_sequence_per_rule_runs_once_for_all() -> None:
    till = Driver({**FAIL, "sequence": "F.F", "sequence_per": "rule"})
    assert statuses(till, ["a", "b", "c", "d"]) == [503, 200, 503, 200]


@pytest.mark.parametrize(
    ("calls", "struck"),
    [
        ({"from": 3, "to": 4}, [200, 200, 503, 503, 200, 200]),
        ({"from": 5}, [200, 200, 200, 200, 503, 503]),
        ({"to": 2}, [503, 503, 200, 200, 200, 200]),
        ({"from": 2, "to": 2}, [200, 503, 200, 200, 200, 200]),
        ({}, [503] * 6),
    ],
)
def test_calls_are_counted_from_1_as_they_arrive_whoever_makes_them(calls: dict[str, int], struck: list[int]) -> None:
    till = Driver({**FAIL, "calls": calls})
    assert statuses(till, ["a", "b", "a", "a", "c", "b"]) == struck
    assert till.struck() == struck.count(503)


def test_calls_counts_what_matches_and_nothing_else() -> None:
    till = Driver({**FAIL, "match": "POST /v1/charges", "calls": {"from": 2, "to": 2}})
    till.send("GET", "/v1/charges/x")
    assert [till.send().status for _ in range(3)] == [200, 503, 200]


def test_calls_that_never_come_strike_nothing_and_that_is_counted() -> None:
    till = Driver({**FAIL, "calls": {"from": 21, "to": 40}})
    assert statuses(till, keys(20)) == [200] * 20
    (rule,) = till.simulator.status()["rules"]
    assert (rule["matched"], rule["struck"]) == (20, 0)


def test_calls_and_share_must_agree() -> None:
    till = Driver({**FAIL, "calls": {"from": 101, "to": 300}, "share": 0.5})
    outcome = statuses(till, keys(400))
    assert 503 not in outcome[:100] + outcome[300:]
    assert 60 <= outcome.count(503) <= 140


def test_a_window_is_open_from_its_start_to_just_before_its_end() -> None:
    till = Driver({**FAIL, "window": {"start_s": 10, "end_s": 20}})
    outcome = [statuses(till, ["a"], at_s)[0] for at_s in (0, 9.999, 10, 19.999, 20, 30)]
    assert outcome == [200, 200, 503, 503, 200, 200]


def test_flapping_begins_with_on_at_the_windows_start() -> None:
    till = Driver({**FAIL, "window": {"start_s": 10, "end_s": 100}, "flapping": {"on_s": 2, "off_s": 3}})
    outcome = [statuses(till, ["a"], at_s)[0] for at_s in (10, 11.9, 12, 14.9, 15, 16.9, 17)]
    assert outcome == [503, 503, 200, 200, 503, 503, 200]


def test_a_ramp_moves_the_share_in_a_straight_line_and_then_stays() -> None:
    till = Driver({**FAIL, "ramp": {"from_share": 0.0, "to_share": 0.8, "over_s": 10}})
    standing = till.simulator.plan.standing["r0"]
    assert [round(standing.share(100 + at_s), 3) for at_s in (0, 2.5, 5, 10, 50)] == [0, 0.2, 0.4, 0.8, 0.8]
    struck = statuses(till, keys(2_000), 5).count(503)
    assert abs(struck - 800) <= 3.3 * math.sqrt(2_000 * 0.4 * 0.6)


def test_a_live_rule_without_a_window_flaps_from_when_it_was_added() -> None:
    till = Driver()
    till.clock.now_s = 107.0
    rule = rule_from_json({"id": "x", "vendor": "till", **FAIL, "flapping": {"on_s": 1, "off_s": 1}})
    till.simulator.plan.add(rule, till.clock(), live=True)
    assert [statuses(till, ["a"], at_s)[0] for at_s in (7, 7.9, 8.1)] == [503, 503, 200]


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ("POST /v1/charges", True),
        ("POST", True),
        ("/v1/*", True),
        ("GET /v1/charges", False),
        ({"account": "a"}, True),
        ({"account": "b*"}, False),
        ({"operation": "op-?"}, True),
        ({"operation": "x-*"}, False),
        ({"header": "X-Run: 7*"}, True),
        ({"header": "x-run: 8"}, False),
        ({"header": "x-other: *"}, False),
        ({"path": "/v1/charges", "account": "a", "header": "x-run: 77"}, True),
        ({"path": "/v1/charges", "account": "a", "header": "x-run: 78"}, False),
    ],
)
def test_everything_that_a_match_names_must_hold(match: object, struck: bool) -> None:
    till = Driver({**FAIL, "match": match})
    answer = till.send(operation="op-1", headers={"x-run": "77"})
    assert (answer.status == 503) is struck
    assert till.simulator.plan.standing["r0"].matched == int(struck)


def test_a_path_matches_by_template_and_by_what_was_really_asked_for() -> None:
    till = Driver({**FAIL, "match": "GET /v1/charges/{id}"}, {**FAIL, "match": "GET /v1/charges/ch_1*"})
    till.send("GET", "/v1/charges/ch_12")
    till.send("GET", "/v1/charges/ch_2")
    assert [one.matched for one in till.simulator.plan.standing.values()] == [2, 1]


def test_rules_of_other_vendors_are_refused() -> None:
    plan = Plan("till", 1, 0.0)
    with pytest.raises(ValueError, match="is for stripe"):
        plan.add(rule_from_json({"id": "x", "vendor": "stripe", **FAIL}), 0.0)


def test_a_rule_that_is_taken_away_strikes_no_more() -> None:
    till = Driver(FAIL)
    assert till.simulator.plan.remove("r0")
    assert not till.simulator.plan.remove("r0")
    assert till.send().status == 200
    assert till.simulator.plan.is_empty


def test_a_rule_with_a_known_id_replaces_the_old_one() -> None:
    till = Driver(FAIL)
    till.simulator.plan.add(rule_from_json({"id": "r0", "vendor": "till", "respond": {"status": 500}}), 0.0)
    assert till.send().status == 500
    assert till.simulator.plan.new_id() not in till.simulator.plan.standing


def test_notices_are_struck_by_webhook_rules_alone() -> None:
    plan = Plan("till", 1, 0.0)
    plan.add(rule_from_json({"id": "w", "vendor": "till", "webhooks": {"lost": True, "event": "charge.*"}}), 0.0)
    plan.add(rule_from_json({"id": "f", "vendor": "till", **FAIL}), 0.0)
    subject = Subject("POST /x", "POST", "/x", {}, "a", "op", "op")
    assert [one.rule.id for one, _ in plan.choose("POST /x", "op", lambda: subject, 1.0)] == ["f"]
    assert [one.rule.id for one, _ in plan.choose_notice(subject, 1.0, "charge.made")] == ["w"]
    assert plan.choose_notice(subject, 1.0, "refund.made") == []
    assert isinstance(plan.standing["w"].rule.fault, Webhooks)
    assert plan.standing["w"].rule.match == Match()


def test_a_rule_forgets_the_keys_that_came_first_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "KEYS_LIMIT", 10)
    till = Driver({**FAIL, "sequence": "F"})
    assert set(statuses(till, keys(11))) == {503}
    assert statuses(till, ["op-0", "op-10"]) == [503, 200]
    assert len(till.simulator.plan.standing["r0"].by_key) <= 10
