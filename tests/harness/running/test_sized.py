"""Another rate, another length: the load changes, what goes wrong does not."""

from typing import Any

import pytest
import yaml

from brownout_harness.asked.plan import plan
from brownout_harness.problems import BadInput
from brownout_harness.running.sized import sized, with_soak_note
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load, load_text, to_yaml
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Rising

PAY = {"operations": [{"name": "pay"}]}
STEADY = {"name": "steady", "for": "10s"}
BROKEN = {"vendor": "stripe", "respond": {"status": 503}}


def scenario(workload: Any = None, *phases: dict[str, Any]) -> Scenario:
    document: dict[str, Any] = {
        "name": "shop",
        "about": "A shop.",
        "workload": workload or {"arrivals": {"rate": "40/s"}, **PAY},
        "phases": [*phases] or [STEADY, {"name": "rush", "for": "5s", "rate": "80/s"}],
        "expect": [{"nothing_lost": {}}],
    }
    return load_text(yaml.safe_dump(document), vocabulary())


def test_every_rate_is_multiplied_by_one_factor_and_the_note_says_so() -> None:
    rush = {"name": "rush", "for": "5s", "rate": {"from": "40/s", "to": "80/s"}}
    found = sized(scenario(None, STEADY, rush), rate_per_s=10.0)
    assert found.workload.arrivals is not None
    assert found.workload.arrivals.rate_per_s == 10.0
    assert [each.rate_per_s for each in found.phases] == [None, Rising(from_per_s=10.0, to_per_s=20.0)]
    assert found.notes == ("10/s in place of 40/s: every rate of the scenario is multiplied by 0.25",)


def test_of_several_groups_the_rates_add_up_and_who_asks_a_vendor_is_left_alone() -> None:
    look = {"name": "look", "method": "GET", "path": "/v1/charges", "done": [200]}
    groups = [
        {"name": "shoppers", "arrivals": {"rate": "30/s"}, "rates": {"rush": "60/s"}, **PAY},
        {"name": "robots", "arrivals": {"rate": "10/s", "process": "constant"}, **PAY},
        {"name": "waiting", "users": 3, "think": "1s", **PAY},
        {"name": "staff", "arrivals": {"rate": "1/s"}, "asks": "stripe", "operations": [look]},
    ]
    found = sized(scenario(groups, STEADY, {"name": "rush", "for": "5s"}), rate_per_s=80.0)
    rates = {each.name: each.arrivals and each.arrivals.rate_per_s for each in found.workload.groups}
    assert rates == {"shoppers": 60.0, "robots": 20.0, "waiting": None, "staff": 1.0}
    assert found.workload.groups[0].rates_per_s == {"rush": 120.0}


def test_the_first_phase_in_which_nothing_is_done_gives_way_and_no_other() -> None:
    whole = load("stripe-brownout", vocabulary())
    found = sized(whole, for_s=200.0)
    assert found.duration_s == 200.0
    assert [each.for_s for each in found.phases[1:]] == [each.for_s for each in whole.phases[1:]]
    assert found.phases[0].for_s == whole.phases[0].for_s + 100.0
    assert found.notes[-1] == "steady lasts 120s in place of 20s"
    assert [each.check for each in found.expect] == [each.check for each in whole.expect]


def test_a_phase_in_which_an_incident_is_played_is_none_in_which_nothing_is_done() -> None:
    phases = load("incident-openai-2023", vocabulary()).phases
    assert {phase.is_quiet for phase in phases} == {True, False}
    assert [phase.is_quiet for phase in phases if phase.incident is not None] == [False]


def test_what_is_kept_with_the_run_is_what_was_run() -> None:
    found = sized(load("healthy", vocabulary()), rate_per_s=7.0, for_s=21.0)
    kept = load_text(to_yaml(found), vocabulary())
    assert (kept.workload, kept.phases, kept.notes) == (found.workload, found.phases, found.notes)
    assert kept.duration_s == 21.0


def test_arrivals_are_as_many_as_the_rate_says() -> None:
    found = sized(scenario(), rate_per_s=100.0, for_s=20.0)
    assert len(list(plan(found))) == pytest.approx(100 * 15 + 200 * 5, rel=0.1)


WAITING = {"users": 2, "think": "1s", **PAY}


@pytest.mark.parametrize(
    ("given", "rate_per_s", "for_s", "said"),
    [
        (scenario(), 0.0, None, "--rate is not above 0/s"),
        (scenario(WAITING, STEADY), 5.0, None, "wait for their answers, and no arrivals"),
        (scenario(), None, 5.0, "--for 5s is too short: all phases but steady take 5s.*write 6s or more"),
        (scenario(), None, 7 * 3600.0, "last 25200s in all; at most 21600s"),
        (scenario(None, {**STEADY, "faults": [BROKEN]}), None, 60.0, "something is done in every phase of shop"),
    ],
)
def test_what_cannot_be_is_refused(given: Scenario, rate_per_s: float | None, for_s: float | None, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        sized(given, rate_per_s=rate_per_s, for_s=for_s)


def test_a_soak_that_demands_nothing_of_what_processes_hold_says_so() -> None:
    assert "nothing is demanded of memory" in with_soak_note(scenario()).notes[-1]
