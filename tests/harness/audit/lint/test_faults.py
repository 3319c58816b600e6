"""Whether a fault is needed."""

import pytest

from brownout_harness.audit.lint import faults
from brownout_harness.audit.lint.faults import faults_of, look_at, without
from brownout_harness.running.orders import checked_scenario
from brownout_scenarios.schema import Scenario

NAME = "stripe-brownout"
FIRST, SECOND = "brownout.0", "brownout.1"


def test_a_scenario_without_a_fault_has_the_others() -> None:
    scenario = checked_scenario(NAME, "virtual", None)
    first, second = dict(faults_of(scenario)).values()
    assert dict(faults_of(without(scenario, FIRST))) == {FIRST: second}
    assert dict(faults_of(without(scenario, SECOND))) == {FIRST: first}


def failing(monkeypatch: pytest.MonkeyPatch, told: dict[str, set[str]]) -> None:
    def failed_of(scenario: Scenario, part: str) -> set[str]:
        assert list(dict(faults_of(scenario))) == [FIRST]  # it is really taken out
        return told[part]

    monkeypatch.setattr(faults, "failed_of", failed_of)


def test_a_fault_without_which_everything_is_caught_is_needless(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {"": set(), "a": {"latency"}, "b": {"exactly_once"}})
    assert look_at(NAME, FIRST, ["a", "b"]).needed_by == ""


def test_a_fault_without_which_one_is_not_caught_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {"": set(), "a": {"latency"}, "b": set()})
    assert look_at(NAME, FIRST, ["a", "b"]).needed_by == "b"


def test_what_fails_the_good_core_too_catches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {"": {"dead_letters"}, "a": {"dead_letters"}})
    assert look_at(NAME, FIRST, ["a"]).needed_by == "a"


@pytest.mark.thorough
def test_the_fault_that_a_known_bad_part_misbehaves_under_is_needed() -> None:
    name, part = "twilio-rate-limited", "ignores-retry-after"
    place, *_ = dict(faults_of(checked_scenario(name, "virtual", None)))
    assert look_at(name, place, [part]).needed_by == part
