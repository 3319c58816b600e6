"""Control of a simulator."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brownout_simulators.call import Sending
from brownout_simulators.faults import rule_from_json
from tests.simulators.driving import Driver, body_of
from tests.support.examples import examples


def test_limits_are_off_until_they_are_asked_for() -> None:
    till = Driver()
    assert [till.send().status for _ in range(20)] == [200] * 20
    till.schedule(limits={"per-second": True})
    answers = [till.send() for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert [answer.headers["till-left"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert body_of(answers[-1]) == {"error": "slow_down: per-second"}
    till.schedule(limits={})
    assert till.send().status == 200


def test_limits_alone_can_be_put_on_and_what_the_rules_have_counted_stays() -> None:
    till = Driver()
    till.schedule({"latency": {"fixed_s": 0.1}})
    till.send()
    till.simulator.limit({"per-second": {"burst": 1, "rate_per_s": 1e-6}})
    assert [till.send().status for _ in range(2)] == [200, 429]
    (standing,) = till.simulator.plan.standing.values()
    assert standing.matched == 3
    with pytest.raises(ValueError, match="no such limit"):
        till.simulator.limit({"per-minute": True})
    till.simulator.limit({})
    assert till.send().status == 200


LOWER_FOR_A_WHILE = {"start_s": 10.0, "end_s": 20.0, "limits": {"per-second": {"burst": 2, "rate_per_s": 1e-6}}}


def test_limits_change_for_a_while_by_the_start_instant_whatever_the_vendors_clock_shows() -> None:
    till = Driver()
    till.simulator.schedule(
        [], start_at_s=till.clock.now_s, limits={"per-second": True}, limits_during=[LOWER_FOR_A_WHILE]
    )
    till.simulator.advance(15.0)
    assert [till.send().status for _ in range(6)] == [200] * 5 + [429]
    till.clock.now_s += 10.0
    assert [till.send().status for _ in range(3)] == [200] * 2 + [429]
    assert till.send().headers["till-left"] == "0", "the headers tell of the limit that is on"
    till.clock.now_s += 10.0
    assert [till.send().status for _ in range(6)] == [200] * 5 + [429]


def test_what_is_on_already_stays_on_around_a_stretch() -> None:
    till = Driver()
    till.schedule(limits={"per-second": True})
    till.simulator.schedule([], limits_during=[LOWER_FOR_A_WHILE])
    assert till.simulator.status()["limits"] == ["per-second"]
    assert [till.send().status for _ in range(6)] == [200] * 5 + [429]


def test_a_reset_forgets_stretches_too() -> None:
    till = Driver()
    till.simulator.schedule([], limits_during=[{**LOWER_FOR_A_WHILE, "start_s": 0.0}])
    assert [till.send().status for _ in range(3)] == [200] * 2 + [429]
    till.simulator.reset()
    assert till.simulator.limiter is None
    assert [till.send().status for _ in range(3)] == [200] * 3


def test_a_reset_of_one_account_leaves_the_others() -> None:
    till = Driver()
    charge_a, charge_b = (body_of(till.send(account=name))["id"] for name in "ab")
    till.simulator.reset("a")
    assert till.send("GET", f"/v1/charges/{charge_a}", account="a").status == 404
    assert till.send("GET", f"/v1/charges/{charge_b}", account="b").status == 200


def test_a_reset_of_everything_repeats_the_run_from_its_beginning() -> None:
    till = Driver({"respond": {"status": 503}, "share": 0.5})
    till.simulator.schedule([], limits={"per-second": True})
    first = [till.send(operation=f"op-{number}").status for number in range(9)]
    till.simulator.reset()
    assert till.simulator.status()["rules"] == []
    assert till.simulator.limiter is None
    assert till.rows() == []
    till.schedule({"respond": {"status": 503}, "share": 0.5})
    till.simulator.schedule([], limits={"per-second": True})
    assert [till.send(operation=f"op-{number}").status for number in range(9)] == first


def test_a_schedule_that_cannot_be_changes_nothing() -> None:
    till = Driver({"respond": {"status": 503}})
    twice = [rule_from_json({"id": "x", "vendor": "till", "hang": {}})] * 2
    with pytest.raises(ValueError, match="two rules have the id x"):
        till.simulator.schedule(twice)
    with pytest.raises(ValueError, match="two stretches overlap"):
        till.simulator.schedule([], limits_during=[LOWER_FOR_A_WHILE, LOWER_FOR_A_WHILE])
    assert list(till.simulator.plan.standing) == ["r0"]


def test_the_log_says_when_limits_are_switched(caplog: pytest.LogCaptureFixture) -> None:
    till = Driver()
    with caplog.at_level("INFO"):
        till.schedule(limits={"per-second": True})
        till.schedule()
        till.schedule(limits={})
    assert caplog.messages == ["till: the vendor's limits are per-second", "till: the vendor's limits are off"]


# -- a reset is an epoch --------------------------------------------------------------------------------------------


def test_what_was_in_flight_at_a_reset_leaves_nothing_in_the_new_epoch() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    steps = till.simulator.handle(till.call(key="k-1"))
    next(steps)
    till.simulator.reset()
    assert (till.simulator.in_flight, till.simulator.status()["cut_off"]) == (0, 1)
    till.clock.now_s += 1.0
    sending = till.handled(steps)
    assert (sending.status, sending.ending) == (0, "close")
    till.simulator.sent(sending, chunks=0, left=False)
    assert till.rows() == []
    assert till.simulator.accounts == {}


def test_an_answer_that_was_going_out_at_a_reset_is_in_no_book() -> None:
    till = Driver()
    sending = till.handled(till.simulator.handle(till.call("GET", "/v1/stream")))
    cuts: list[str] = []
    till.simulator.reset()
    assert cuts == []
    till.simulator.sent(sending, chunks=1, left=True)
    assert (till.rows(), till.simulator.in_flight) == ([], 0)


def test_a_host_is_told_to_close_the_connections_of_the_old_epoch_in_the_order_of_their_calls() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    cuts: list[str] = []
    waiting: list[Any] = []
    for name in ("a", "b", "a"):
        call = till.call(account=name, operation=f"{name}{len(waiting)}")
        call.cut = lambda operation=call.headers["x-correlation-id"]: cuts.append(operation)
        steps = till.simulator.handle(call)
        next(steps)
        waiting.append(steps)
    till.simulator.reset("a")
    assert cuts == ["a0", "a2"]
    assert till.simulator.in_flight == 1
    till.simulator.reset()
    assert cuts == ["a0", "a2", "b1"]


def test_a_reset_frees_the_places_that_the_old_epoch_held() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    till.limit(at_once={"concurrency": 1})
    steps = till.simulator.handle(till.call())
    next(steps)
    till.simulator.reset("a")
    till.simulator.plan.remove()
    assert till.send().status == 200
    steps.close()
    assert till.send().status == 200


class Epochs(RuleBasedStateMachine):
    """Calls wait, send and are given up; accounts and everything are reset between any two of their steps."""

    def __init__(self) -> None:
        super().__init__()
        self.till = Driver()
        self.number = 0
        self.flying: list[tuple[str, str, Any]] = []
        """(account, operation, generator or sending)"""
        self.old: set[str] = set()
        """Operations whose calls were in flight when their epoch ended."""
        self.kept: set[str] = set()
        """Those of them that were booked before: where one account is reset the books stay."""

    @rule(account=st.sampled_from("ab"))
    def begin(self, account: str) -> None:
        self.number += 1
        if self.till.simulator.plan.is_empty:
            self.till.schedule(
                {"latency": {"fixed_s": 1.0}},
                {"latency": {"fixed_s": 1.0, "at": "after"}},
                limits={"at-once": {"concurrency": 99}},
            )
        operation = f"op-{self.number}"
        steps = self.till.simulator.handle(self.till.call(account=account, operation=operation, key=operation))
        next(steps)
        self.flying.append((account, operation, steps))

    @precondition(lambda self: self.flying)
    @rule(place=st.integers(0, 9), gives_up=st.booleans())
    def go_on(self, place: int, gives_up: bool) -> None:
        account, operation, state = self.flying.pop(place % len(self.flying))
        if isinstance(state, Sending):
            self.till.simulator.sent(state, chunks=1, left=gives_up)
        elif gives_up:
            state.close()
        else:
            try:
                self.till.clock.now_s += next(state)
            except StopIteration as stop:
                state = stop.value
            self.flying.append((account, operation, state))

    @rule(account=st.sampled_from(["a", "b", None]))
    def reset(self, account: str | None) -> None:
        self.till.simulator.reset(account)
        self.old |= {operation for its, operation, _ in self.flying if account in (None, its)}
        self.kept = {row["operation_id"] for row in self.till.rows()}

    @invariant()
    def only_the_present_epoch_is_in_flight_and_in_the_books(self) -> None:
        living = [operation for _, operation, _ in self.flying if operation not in self.old]
        assert self.till.simulator.in_flight == len(living)
        assert self.till.simulator.status()["cut_off"] == len(self.old)
        assert not ({row["operation_id"] for row in self.till.rows()} - self.kept) & self.old
        assert self.till.simulator.problems == []


TestEpochs = Epochs.TestCase
TestEpochs.settings = examples(60, steps=40)
