"""Answered first, committed later: nothing is there before, and nothing ends before."""

from dataclasses import replace

import pytest

from tests.simulators.driving import Driver
from tests.simulators.toy import TILL

LATE = {"fail_after_effect": {"status": 502, "commits_in": {"fixed_s": 3.0}}, "sequence": "F"}


def due(till: Driver, after_s: float) -> None:
    """Let this much time pass, and what is due happen."""
    till.clock.now_s += after_s
    till.simulator.run_due(till.clock())


def test_a_late_commit_is_not_there_before_its_time_and_has_its_own_instant() -> None:
    till = Driver(LATE)
    assert till.send(operation="op").status == 502
    answered_s = till.clock()
    due(till, 2.9)
    assert till.effects() == []
    assert len(till.simulator.accounts["a"].state.charges) == 0
    due(till, 0.1)
    assert [(row["operation_id"], row["at_s"]) for row in till.effects()] == [("op", answered_s + 3.0)]
    assert len(till.simulator.accounts["a"].state.charges) == 1


def test_until_the_late_commit_the_key_is_in_use_and_afterwards_it_is_replayed() -> None:
    till = Driver(LATE)
    assert till.send(key="k").status == 502
    assert (till.send(key="k").status, till.effects()) == (409, [])
    due(till, 3.0)
    again = till.send(key="k")
    assert (again.status, again.headers["replayed"]) == (200, "true")
    assert len(till.effects()) == 1


def test_what_is_owed_is_in_flight_so_that_no_run_ends_before_it() -> None:
    till = Driver(LATE)
    till.send()
    assert till.simulator.in_flight == till.simulator.status()["in_flight"] == 1
    due(till, 3.0)
    assert till.simulator.in_flight == 0


def test_a_vendor_without_keys_does_it_twice_for_whoever_asks_twice() -> None:
    till = Driver(LATE, vendor=replace(TILL, idempotency=None))
    assert [till.send(operation="op").status for _ in range(2)] == [502, 200]
    due(till, 3.0)
    assert len(till.effects()) == 2


def test_a_late_refusal_has_no_effect_and_frees_the_key() -> None:
    till = Driver(LATE)
    assert till.send(body={"amount": "none"}, key="k").status == 502
    due(till, 3.0)
    assert till.effects() == []
    assert till.send(body={"amount": "none"}, key="k").status == 400


@pytest.mark.parametrize("account", [None, "a"])
def test_a_reset_forgets_what_is_owed(account: str | None) -> None:
    till = Driver(LATE)
    till.send(key="k")
    till.simulator.reset(account)
    assert till.simulator.in_flight == 0
    due(till, 3.0)
    assert till.effects() == []
    assert till.simulator.problems == []


def test_the_same_seed_draws_the_same_delays_for_the_same_operations() -> None:
    def commits(order: str) -> dict[str, float]:
        till = Driver({"fail_after_effect": {"commits_in": {"uniform": {"low_s": 1.0, "high_s": 5.0}}}})
        for name in order:
            till.send(operation=name)
        while (next_s := till.simulator.next_due_s()) is not None:
            till.clock.now_s = next_s
            till.simulator.run_due(next_s)
        return {row["operation_id"]: row["at_s"] - 100.0 for row in till.effects()}

    drawn = commits("abc")
    assert drawn == commits("cab")
    assert len(set(drawn.values())) == 3
    assert all(1.0 <= delay_s <= 5.0 for delay_s in drawn.values())


def test_a_late_commit_that_finds_no_room_is_a_problem_and_not_a_loss_in_silence() -> None:
    till = Driver(LATE, agenda_limit=0)
    till.send(key="k")
    assert till.simulator.in_flight == 0
    assert len(till.simulator.problems) == 1
