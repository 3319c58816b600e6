"""A run's timeline while it runs."""

from brownout_harness.progress import Progress
from brownout_harness.real.console.run_view import RunView
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load


def view() -> RunView:
    made = RunView()
    made.begin(load("stripe-brownout", vocabulary()))
    return made


def test_before_a_run_there_is_nothing() -> None:
    assert RunView().as_json() == {}


def test_the_plan_is_told_at_once() -> None:
    said = view().as_json()
    assert (said["name"], said["phase"]) == ("stripe-brownout", "starting")
    assert said["phases"][0]["start_s"] == 0
    assert said["phases"][-1]["end_s"] == said["duration_s"]
    assert {fault["vendor"] for fault in said["faults"]} == {"stripe"}
    assert all(fault["text"] and fault["struck"] == 0 for fault in said["faults"])


def test_strikes_are_counted_by_the_second_of_the_run_and_only_what_came_since() -> None:
    made = view()
    rule = made.as_json()["faults"][0]["id"]
    for at_s, struck in ((20.2, 2), (20.9, 5), (21.4, 5), (22.0, 6)):
        made.progress(Progress(phase="brownout", at_s=at_s, duration_s=100.0))
        made.looked("stripe", {"rules": [{"id": rule, "matched": 9, "struck": struck}]})
    fault = made.as_json()["faults"][0]
    assert (fault["struck"], fault["strikes"]) == (6, [(20, 5), (22, 1)])


def test_what_was_done_and_how_the_load_fares_are_told_a_line_for_the_terminal_is_not() -> None:
    made = view()
    version = made.version
    made.progress(Progress(phase="starting", said="redis: fake"))
    assert made.version == version
    for tenth in range(25):
        made.progress(Progress(phase="steady", at_s=tenth / 10, achieved_per_s=40.0, breakers={"stripe": "open"}))
    made.deed(1.5, "kill the target")
    said = made.as_json()
    assert said["deeds"] == [{"at_s": 1.5, "text": "kill the target"}]
    assert [at_s for at_s, _, _ in said["load"]] == [0.0, 1.0, 2.0]
    assert said["breakers"] == {"stripe": "open"}


def test_a_control_run_takes_the_place_of_the_run_before_it() -> None:
    made = view()
    made.deed(1.5, "kill the target")
    made.begin(load("stripe-brownout", vocabulary()))
    assert made.as_json()["deeds"] == []
