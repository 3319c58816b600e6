"""What happens between calls, and the control of a simulator."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.driving import Driver, body_of


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


def test_a_deferred_step_runs_when_it_is_due_and_its_effect_belongs_to_the_operation() -> None:
    till = Driver()
    till.send(operation="op-1", body={"amount": 5, "settle_after_s": 3.0})
    assert till.simulator.next_due_s() == 103.0
    assert till.simulator.run_due(102.9) == []
    till.clock.now_s = 103.0
    till.simulator.run_due(103.0)
    assert [(row["route"], row["operation_id"], row["at_s"]) for row in till.effects()] == [
        ("till.charge", "op-1", 100.0),
        ("till.settlement", "op-1", 103.0),
    ]


def test_moving_the_clock_ahead_makes_things_due_and_leaves_the_books_alone() -> None:
    till = Driver()
    till.send(body={"amount": 5, "settle_after_s": 3600.0})
    till.simulator.advance(3600.0)
    assert till.simulator.next_due_s() == 100.0
    till.simulator.run_due(100.0)
    assert till.effects()[1]["at_s"] == 100.0
    with pytest.raises(ValueError, match="advance_s"):
        till.simulator.advance(-1.0)


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
    assert list(till.simulator.plan.standing) == ["r0"]


def test_the_log_says_when_limits_are_switched(caplog: pytest.LogCaptureFixture) -> None:
    till = Driver()
    with caplog.at_level("INFO"):
        till.schedule(limits={"per-second": True})
        till.schedule()
        till.schedule(limits={})
    assert caplog.messages == ["till: the vendor's limits are per-second", "till: the vendor's limits are off"]
