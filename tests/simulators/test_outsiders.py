"""Who is not the application is told apart, done what he asks for, and not in the way of the experiment."""

from brownout_simulators.faults.rule import Match
from brownout_simulators.moments import COMMITTED, Watch
from brownout_simulators.outsiders import HEADER, outsider_of
from tests.simulators.driving import Driver

OUTSIDE = {HEADER: "refund-1"}


def test_his_call_is_booked_under_the_id_that_it_names_whatever_else_it_holds() -> None:
    till = Driver()
    till.send(headers=OUTSIDE, operation="pay-1")
    till.send(operation="pay-2")
    assert [row["operation_id"] for row in till.requests()] == ["refund-1", "pay-2"]
    assert [row["operation_id"] for row in till.effects()] == ["refund-1", "pay-2"]


def test_no_fault_strikes_it_nor_counts_it_as_met() -> None:
    till = Driver({"respond": {"status": 503}})
    assert till.send(headers=OUTSIDE).status == 200
    standing = till.simulator.plan.standing["r0"]
    assert (standing.matched, standing.struck) == (0, 0)
    assert till.send(operation="pay-1").status == 503
    assert (standing.matched, standing.struck) == (1, 1)


def test_what_is_refused_at_the_door_is_struck_by_nothing_either() -> None:
    till = Driver({"latency": {"fixed_s": 5.0}})
    began_s = till.clock.now_s
    assert till.send(path="/v1/nowhere", headers=OUTSIDE).status == 404
    assert till.clock.now_s == began_s


def test_it_is_no_moment_that_anybody_waits_for() -> None:
    till = Driver()
    heard: list[str] = []
    till.simulator.moments.watch([Watch(id="w", match=Match.parse("POST *"), moment=COMMITTED, start_s=0.0, end_s=1e9)])
    till.simulator.moments.on_come = heard.append
    till.send(headers=OUTSIDE)
    assert (heard, till.simulator.moments.waiting()["w"].came) == ([], 0)


def test_it_is_no_sample_of_where_the_applications_ids_are() -> None:
    till = Driver()
    till.send(headers=OUTSIDE)
    assert till.simulator.correlation.samples == []


def test_the_applications_own_calls_name_no_such_id() -> None:
    assert outsider_of({"x-correlation-id": "pay-1"}) == ""
