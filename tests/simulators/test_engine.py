"""The engine: one order of things, whatever the vendor."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Ending, Reply, Sending
from brownout_simulators.capacity import Turn
from brownout_simulators.faults.fault import Strike
from brownout_simulators.handling import Handling
from brownout_simulators.ledger import Entry
from brownout_simulators.open_sessions import OpenSession
from brownout_simulators.vendor import Limit, Route
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL, Till, create


def test_a_call_reaches_the_action_and_its_effect_the_ledger() -> None:
    till = Driver()
    answer = till.send(operation="op-1")
    assert answer.status == 200
    (effect,) = till.effects()
    assert (effect["route"], effect["operation_id"], effect["amount"]) == ("till.charge", "op-1", 100)
    (row,) = till.requests()
    assert (row["route"], row["status"], row["ending"], row["account"]) == ("POST /v1/charges", 200, "complete", "a")
    assert answer.headers["till-request"] == row["id"] == row["request_id"] == effect["request_id"]


def test_every_column_of_a_requests_row_holds_what_it_is_called() -> None:
    till = Driver()
    engine = till.simulator._engine
    call = till.call(operation="op-1", key="key-1")
    one: Handling[Till] = Handling(call)
    engine.admission.admit(one)
    call.idempotency_key, one.replayed, one.struck = "key-1", True, ("r7",)
    one.given_delay_s, one.given_work_s = 1.5, 2.5
    one.strike = cast("Strike", SimpleNamespace(delay_s=0.25, delay_after_s=0.5, skew_s=0.0))
    one.turn = cast("Turn", SimpleNamespace(queued_s=3.5, work_s=4.5))
    one.session = cast("OpenSession", SimpleNamespace(broken=None, heard=9, changes=["b"]))
    till.clock.now_s += 8
    engine._write_down(one, Sending(429, {"retry-after": "60"}, ending=Ending.CLOSE, changes=["a"]), 6, left=False)
    assert Entry(*till.simulator.ledger._open[-1]) == Entry(
        "request", "a", "op-1", 100.0, 108.0, "POST /v1/charges", call.request_id, call.request_id, "key-1",
        replayed=True, status=429, ending="close", chunks=6, received=9, faults=("r7",), asked_delay_s=0.75,
        given_delay_s=1.5, retry_after_s=60.0, queued_s=3.5, asked_work_s=4.5, given_work_s=2.5,
        fields={"changes": ["a", "b"]},
    )  # fmt: skip


def test_a_call_knows_when_it_arrived_on_the_vendors_clock_also_where_that_was_moved() -> None:
    till = Driver()
    call = till.call()
    till.finish(till.simulator.handle(call))
    assert call.wall_s == pytest.approx(1_700_000_000.0 + till.clock())
    till.simulator.advance(3_600.0)
    later = till.call()
    till.finish(till.simulator.handle(later))
    assert later.wall_s == pytest.approx(call.wall_s + 3_600.0)


def test_a_latency_holds_the_work_back_and_is_booked_as_asked_and_given() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 2.0
    assert till.effects() == []
    till.clock.now_s += 2.0
    assert till.finish(steps).status == 200
    (row,) = till.requests()
    assert (row["asked_delay_s"], row["given_delay_s"], row["faults"]) == (2.0, 2.0, ["r0"])


def test_latency_counts_from_arrival_so_that_a_late_host_adds_nothing() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    call = till.call()
    till.clock.now_s += 0.5
    assert next(till.simulator.handle(call)) == pytest.approx(1.5)


def test_a_host_that_wakes_too_early_is_sent_back_to_sleep() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    steps = till.simulator.handle(till.call())
    next(steps)
    till.clock.now_s += 1.75
    assert next(steps) == pytest.approx(0.25)


def test_an_answer_lost_after_the_effect_leaves_the_effect_and_a_status_of_zero() -> None:
    till = Driver({"drop_after_effect": {"ending": "reset"}})
    answer = till.send(key="k-1")
    assert (answer.status, answer.ending) == (0, "reset")
    assert len(till.effects()) == 1
    assert till.requests()[0]["ending"] == "reset"
    till.simulator.plan.remove()
    replay = till.send(key="k-1")
    assert replay.headers["replayed"] == "true"
    assert replay.headers["first-request"] == till.requests()[0]["id"]
    assert len(till.effects()) == 1
    assert till.requests()[1]["replayed"] is True


def test_a_drop_before_the_effect_leaves_no_effect_and_no_memory_of_the_key() -> None:
    till = Driver({"drop_before_effect": {"ending": "close"}})
    answer = till.send(key="k-1")
    assert (answer.status, answer.ending) == (0, "close")
    assert till.effects() == []
    assert till.requests()[0]["status"] == 0
    till.simulator.plan.remove()
    assert "replayed" not in till.send(key="k-1").headers


def test_ids_depend_on_seed_and_account_and_not_on_what_other_accounts_do() -> None:
    alone, beside = Driver(seed=3), Driver(seed=3)
    beside.send(account="other")
    assert body_of(alone.send(account="a"))["id"] == body_of(beside.send(account="a"))["id"]
    assert body_of(Driver(seed=4).send(account="a"))["id"] != body_of(Driver(seed=3).send(account="a"))["id"]


def test_an_action_that_breaks_is_the_simulators_problem_and_still_answers() -> None:
    till = Driver()
    assert till.send("POST", "/v1/clumsy").status == 500
    assert till.simulator.problems == ["POST /v1/clumsy: KeyError: 'a defect'"]


def test_dates_follow_the_vendors_clock() -> None:
    till = Driver()
    assert till.send().headers["date"] == "Tue, 14 Nov 2023 22:15:00 GMT"


def test_the_fault_that_struck_is_named_beside_the_answer() -> None:
    till = Driver({"latency": {"fixed_s": 0.1}}, {"respond": {"status": 502}})
    assert till.send().headers["Brownout-Fault"] == "r1, r0"


def test_the_calls_in_flight_are_counted_per_account_also_when_a_host_gives_up() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    steps = till.simulator.handle(till.call(key="k-1"))
    next(steps)
    assert (till.simulator.in_flight, till.simulator.accounts["a"].in_flight) == (1, 1)
    steps.close()
    assert (till.simulator.in_flight, till.simulator.accounts["a"].in_flight) == (0, 0)
    till.simulator.plan.remove()
    assert till.send(key="k-1").status == 200


def test_an_answer_that_takes_its_time_begins_after_its_commit() -> None:
    slow = replace(TILL, routes=[Route("POST", "/v1/charges", lambda call, account: _slowly(create(call, account)))])
    till = Driver(vendor=slow)
    steps = till.simulator.handle(till.call())
    assert next(steps) == 3.0
    assert len(till.effects()) == 1
    till.clock.now_s += 3.0
    assert till.finish(steps).status == 200
    (row,) = till.requests()
    assert (row["finished_s"] - row["at_s"], row["given_delay_s"]) == (3.0, 0.0)


def _slowly(reply: Reply) -> Reply:
    reply.begins_in_s = 3.0
    return reply


def _generated(call: Call, account: Account[Till]) -> Reply:
    def unread(chunks: int) -> list[Effect]:
        return [Effect("till.unread", "u", amount=chunks)]

    if call.query:
        return Reply(200, stream=[(0.0, b"one "), (0.0, b"two "), (0.0, b"three")], unread=unread)
    return Reply(200, b"whole", unread=unread)


def _unread(*rules: Mapping[str, Any], query: str = "", chunks: int | None = None, left: bool = False) -> list[int]:
    vendor = replace(TILL, routes=[Route("POST", "/v1/charges", _generated)])
    till = Driver(*rules, vendor=vendor)
    sending = till.handled(till.simulator.handle(till.call("POST", f"/v1/charges{query}")))
    out = (1 if sending.stream is None else len(sending.stream)) if sending.status else 0
    till.simulator.sent(sending, chunks=out if chunks is None else chunks, left=left)
    return [row["amount"] for row in till.effects() if row["route"] == "till.unread"]


@pytest.mark.parametrize(
    ("rules", "query", "told", "expected"),
    [
        ([], "", {}, []),
        ([], "?s", {}, []),
        ([], "", {"chunks": 0, "left": True}, [0]),
        ([], "?s", {"chunks": 2, "left": True}, [2]),
        ([], "?s", {"left": True}, []),  # it has read all of it, and went before the connection was at rest
        ([{"break_stream": {"keep": 0.7}}], "?s", {}, [2]),
        ([{"end_stream": {"keep": 0.4, "content": "sorry"}}], "?s", {}, [1]),
        ([{"stall": {"for_s": 9}}], "?s", {}, []),
        ([{"inject": {"content": "x", "at": 1}}], "?s", {}, []),
        ([{"truncate": {}}], "", {}, [0]),
        ([{"drip": {"over_s": 1}}], "", {}, []),
        ([{"drip": {"over_s": 1}}], "", {"chunks": 2, "left": True}, [0]),
        ([{"drop_after_effect": {}}], "", {}, [0]),
        ([{"fail_after_effect": {"status": 504}}], "", {}, [0]),
        ([{"respond": {"status": 503}}], "", {}, []),
    ],
    ids=str,
)
def test_an_answer_that_was_made_and_has_not_gone_out_whole_is_looked_back_at(
    rules: list[dict[str, Any]], query: str, told: dict[str, Any], expected: list[int]
) -> None:
    assert _unread(*rules, query=query, **told) == expected


def test_a_quota_of_effects_counts_what_was_done_and_nothing_that_was_refused_replayed_or_lost_before() -> None:
    quota = Limit("per-second", burst=3, renews_at=lambda wall_s: wall_s + 1e6, of_effects=True)
    lost = {"match": "POST *", "drop_before_effect": {}, "sequence": "F."}
    till = Driver(lost, vendor=replace(TILL, limits=[quota]))
    till.limit(per_second=True)
    assert till.send(key="k").status == 0
    answers = [till.send(key="k"), till.send(key="k"), till.send(body={"amount": "none"})]
    assert [answer.status for answer in answers] == [200, 200, 400]
    assert [answer.headers["till-left"] for answer in answers] == ["2", "2", "2"]
    assert [till.send().status for _ in range(3)] == [200, 200, 429]


def test_a_quota_of_effects_counts_what_is_committed_late() -> None:
    quota = Limit("per-second", burst=1, renews_at=lambda wall_s: wall_s + 1e6, of_effects=True)
    late = {"match": "POST *", "fail_after_effect": {"status": 504, "commits_in": {"fixed_s": 1}}, "sequence": "F."}
    till = Driver(late, vendor=replace(TILL, limits=[quota]))
    till.limit(per_second=True)
    assert [till.send().status for _ in range(2)] == [504, 429]


def test_a_reserve_is_settled_when_the_last_byte_is_out_and_kept_for_what_is_committed_late() -> None:
    made: list[Reply | None] = []

    def spent(reply: Reply | None) -> float:
        made.append(reply)
        return 1.0 if reply is not None and reply.effects else 0.0

    reserve = Limit("per-second", rate_per_s=1e-9, burst=10, cost_of=lambda _call: 4.0, spent_by=spent)
    late = {"match": "POST *", "fail_after_effect": {"status": 504, "commits_in": {"fixed_s": 1}}, "sequence": "..F"}
    till = Driver(late, vendor=replace(TILL, limits=[reserve]))
    till.limit(per_second=True)
    # What the headers tell is the reserve; the next call's tell what became of it.
    assert [till.send(body=body).headers["till-left"] for body in ({"amount": 5}, {"amount": "none"})] == ["6", "5"]
    assert till.send().status == 504
    assert [reply is not None and bool(reply.effects) for reply in made] == [True, False]
    assert till.send().headers["till-left"] == "1"
