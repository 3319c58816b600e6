"""The last look: what had ended must still have ended so, and what was open may have ended by now."""

import json
from dataclasses import replace
from typing import Any

from brownout_harness.asked.dead_letters import Answered
from brownout_harness.asked.request import Request
from brownout_harness.real.last_look import WITHIN_S, look_again
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.until import Until
from brownout_scenarios.workload import Arrivals, Operation, Workload

UNTIL = Until(get="/jobs/{{operation_id}}", at="body.state", done=("completed",), refused=("rejected",))
SCENARIO = Scenario(
    name="shop",
    about="",
    workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay", path="/pay", until=UNTIL),)),
    phases=(Phase(name="steady", for_s=1.0),),
    expect=(),
)


def row(number: int, outcome: str, *states: tuple[float, str, str], **more: Any) -> dict[str, Any]:
    look = [f"/jobs/{number}", {"X-Correlation-ID": str(number)}]
    return {"name": "pay", "outcome": outcome, "detail": "d", "states": json.dumps(states), "look": look, **more}


def looked(rows: list[dict[str, Any]], *states: str | int, now_s: float = 20.0) -> tuple[list[Any], list[Request]]:
    asked: list[Request] = []

    def ask(request: Request) -> Answered:
        asked.append(request)
        state = states[int(request.path.rpartition("/")[2])]
        if isinstance(state, int):
            return Answered(state, error="" if state else "nobody there")
        return Answered(200, json.dumps({"state": state}).encode())

    instants = iter([now_s])
    found = look_again(rows, SCENARIO, ask, lambda: next(instants, now_s))
    return found, sorted(asked)


def test_each_that_was_followed_has_one_state_more() -> None:
    given = [row(0, "done", (3.0, "completed", "done")), row(1, "refused", (4.0, "rejected", "refused"))]
    found, asked = looked(given, "scheduled", "rejected")
    assert [json.loads(each["states"]) for each in found] == [
        [[3.0, "completed", "done"], [20.0, "scheduled", "accepted"]],
        [[4.0, "rejected", "refused"], [20.0, "rejected", "refused"]],
    ]
    # What the driver took it for stays: that it moved back is the judge's to say.
    assert [each["outcome"] for each in found] == ["done", "refused"]
    assert asked[0] == Request("GET", "/jobs/0", {"X-Correlation-ID": "0"}, b"")


def test_what_was_open_and_has_ended_by_now_has_that_outcome() -> None:
    found, _ = looked([row(n, "accepted") for n in range(3)], "completed", "rejected", "scheduled")
    assert [(each["outcome"], each["detail"]) for each in found] == [
        ("done", ""),
        ("refused", "rejected"),
        ("accepted", "d"),
    ]


def test_what_cannot_be_read_is_recorded_as_that() -> None:
    found, _ = looked([row(n, "done", (3.0, "completed", "done")) for n in range(2)], 500, 0)
    assert [json.loads(each["states"])[-1][1:] for each in found] == [["http_500", "unknown"], ["no_answer", "unknown"]]


def test_nobody_is_asked_about_what_was_not_followed() -> None:
    given = [row(0, "done", look=None, states=""), {"name": "pay", "outcome": "unknown", "states": ""}]
    assert looked(given) == (given, [])


def test_it_comes_to_an_end_with_a_target_that_answers_too_slowly() -> None:
    """The clock: once for the limit, then past it."""
    instants = iter([0.0])
    found = look_again(
        [row(0, "done")], SCENARIO, lambda _request: Answered(200), lambda: next(instants, WITHIN_S + 1.0)
    )
    assert json.loads(found[0]["states"]) == [[WITHIN_S + 1.0, "no_answer", "unknown"]]


def test_an_operation_without_an_until_is_left_alone() -> None:
    plain = replace(SCENARIO, workload=replace(SCENARIO.workload, operations=(Operation(name="pay", path="/pay"),)))
    given = [row(0, "done", look=None)]
    assert look_again(given, plain, lambda _request: Answered(500), lambda: 0.0) == given
