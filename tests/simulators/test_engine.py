"""The engine: one order of things, whatever the vendor."""

from tests.simulators.driving import Driver, body_of


def test_a_call_reaches_the_action_and_its_effect_the_ledger() -> None:
    till = Driver()
    answer = till.send(operation="op-1")
    assert answer.status == 200
    assert [(row["route"], row["operation_id"], row["amount"]) for row in till.effects()] == [
        ("till.charge", "op-1", 100)
    ]
    (row,) = till.requests()
    assert (row["route"], row["status"], row["ending"], row["account"]) == ("POST /v1/charges", 200, "complete", "a")
    assert answer.headers["till-request"] == row["id"] == row["request_id"]


def test_a_latency_holds_the_work_back_and_is_booked_as_asked_and_given() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 2.0
    assert till.effects() == []
    till.clock.now_s += 2.0
    assert till.finish(steps).status == 200
    (row,) = till.requests()
    assert (row["asked_delay_s"], row["given_delay_s"], row["faults"]) == (2.0, 2.0, ["r0"])


def test_an_answer_lost_after_the_effect_leaves_the_effect_and_a_status_of_zero() -> None:
    till = Driver({"drop_after_effect": {"ending": "reset"}})
    answer = till.send(key="k-1")
    assert (answer.status, answer.ending) == (0, "reset")
    assert len(till.effects()) == 1
    assert till.requests()[0]["ending"] == "reset"
    till.simulator.plan.remove()
    replay = till.send(key="k-1")
    assert replay.headers["replayed"] == "true"
    assert len(till.effects()) == 1
    assert till.requests()[1]["replayed"] is True


def test_a_drop_before_the_effect_leaves_no_effect() -> None:
    till = Driver({"drop_before_effect": {"ending": "close"}})
    answer = till.send()
    assert (answer.status, answer.ending) == (0, "close")
    assert till.effects() == []
    assert till.requests()[0]["status"] == 0


def test_an_unknown_route_gets_the_vendors_own_error_and_a_hint_beside_it() -> None:
    answer = Driver().send("POST", "/v1/charge")
    assert body_of(answer) == {"error": "no_such_route"}
    assert answer.headers["Brownout-Hint"] == "the nearest route is POST /v1/charges"
