"""The load generator's process, as the runner sees it."""

import json
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.asked.plan import plan
from brownout_harness.load.plan import read_plan
from brownout_harness.real.load_process import LoadWatch, begin, write_load_plan
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import Target
from brownout_scenarios.workload import Arrivals, AskAgain, Operation, Workload
from brownout_simulators.outsiders import KeyHolder


class Child:
    """Only what is read of one."""

    def __init__(self, output: Path) -> None:
        self.output = output

    def say(self, **line: Any) -> None:
        with self.output.open("a") as file:
            file.write(json.dumps(line) + "\n")


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child(tmp_path / "out")


def test_the_plan_has_every_arrival_with_its_request_and_how_callers_ask(tmp_path: Path) -> None:
    scenario = Scenario(
        name="shop",
        about="",
        target=Target(url="http://127.0.0.1:80"),
        workload=Workload(
            arrivals=Arrivals(rate_per_s=10.0),
            operations=(Operation(name="buy", path="/buy", body={"order": "{{operation_id}}"}),),
            ask_again=AskAgain(after_s=0.5, times=2),
            answer_within_s=4.0,
            in_flight_limit=50,
        ),
        phases=(Phase(name="steady", for_s=2.0),),
        expect=(),
    )
    arrivals = tuple(plan(scenario))
    write_load_plan(tmp_path, scenario, arrivals, {"target": "http://127.0.0.1:80"}, {"sk_test_b", "sk_test_a"})
    asking, planned = read_plan(tmp_path / "plan.ndjson")
    assert asking.urls == {"target": "http://127.0.0.1:80"}
    assert (asking.answer_within_s, asking.in_flight_limit) == (4.0, 50)
    assert (asking.ask_again_after_s, asking.ask_again_times) == (0.5, 2)
    assert asking.secrets == ["sk_test_a", "sk_test_b"]
    assert asking.readings["buy"]["done"] == [[200, 201], [204, 204]]
    assert [one.operation_id for one in planned] == [arrival.operation_id for arrival in arrivals]
    assert json.loads(planned[0].body) == {"order": planned[0].operation_id}


def test_the_plan_says_whose_tokens_are_made_when_they_are_sent(tmp_path: Path) -> None:
    operation = Operation(name="sign_in", params={"token": "expired"})
    scenario = Scenario(
        name="door",
        about="",
        workload=Workload(arrivals=Arrivals(rate_per_s=10.0), operations=(operation,)),
        phases=(Phase(name="steady", for_s=1.0),),
        expect=(),
    )
    outside = {"clerk": ("http://127.0.0.1:81", KeyHolder("Bearer sk_test_door"))}
    write_load_plan(tmp_path, scenario, tuple(plan(scenario)), {"target": "http://127.0.0.1:80"}, outside=outside)
    asking, planned = read_plan(tmp_path / "plan.ndjson")
    assert list(asking.tokens_of) == ["clerk", "sk_test_door"]
    assert {(each.token, each.body) for each in planned} == {("expired", '{"token":"brownout-minted"}')}


def test_the_start_instant_is_handed_over_without_losing_a_digit(tmp_path: Path) -> None:
    begin(tmp_path, 12345.678901234567)
    assert float((tmp_path / "start").read_text()) == 12345.678901234567


def test_it_is_ready_when_it_says_so(child: Child) -> None:
    watch = LoadWatch(child)  # type: ignore[arg-type]
    watch.look()
    assert not watch.is_ready
    child.say(ready=True)
    watch.look()
    assert watch.is_ready


def test_what_it_counts_becomes_rates_of_now(child: Child) -> None:
    watch = LoadWatch(child)  # type: ignore[arg-type]
    for second in (0, 1):
        child.say(at_s=float(second), offered=second * 20, answered=second * 10, outcomes={"done": second * 5})
    watch.look()
    assert (watch.recent.offered_per_s, watch.recent.achieved_per_s, watch.recent.success_share) == (20.0, 10.0, 0.5)
