"""Data to a scenario, or to everything that is wrong with it."""

from collections.abc import Iterator

from brownout_scenarios import yaml_tree
from brownout_scenarios.reading import read
from brownout_scenarios.schema import Scenario
from brownout_scenarios.yaml_tree import Path
from tests.support.toy_vocabulary import SCENARIO, vocabulary

WORDS = vocabulary()


def told(text: str) -> list[str]:
    scenario, problems = read(yaml_tree.parse(text), WORDS)
    assert (scenario is None) == bool(problems)
    return [problem.text for problem in problems]


def test_a_sound_file_is_a_scenario() -> None:
    assert told(SCENARIO) == []


def test_a_wrong_shape_hides_no_check() -> None:
    text = SCENARIO.replace("rate: 40/s", "rate: 40").replace("of: brownout", "of: outage")
    assert told(text.replace("failure_ratio: 50%", "failure_ratio: 3")) == [
        "40 has no unit: write 40/s or 40/m",
        "no phase named 'outage' (known: brownout, recovery, steady)",
        "must be above 0 and at most 1",
    ]


def test_nothing_is_said_of_what_is_only_missing_because_it_could_not_be_read() -> None:
    assert told(SCENARIO.replace("for: 40s", "for: 40")) == ["40 has no unit: write 40s or 40ms"] * 2
    assert len(told(SCENARIO.replace("name: brownout", "name: [a]"))) == 1
    known = "answer_within, arrivals, ask_again, asks, in_flight_limit, name, operations, rates, tenant, think, users"
    assert told(SCENARIO.replace("operations:", "opertions: 5\n  x:")) == [
        "unknown key (did you mean operations?)",
        f"unknown key (known: {known})",
        "expected a list, got 5: write [5]",
    ]


def test_the_caller_s_own_checks_are_made_on_the_sound_part_too() -> None:
    def check(scenario: Scenario) -> Iterator[tuple[Path, str]]:
        yield ("phases", len(scenario.phases) - 1, "name"), scenario.phases[-1].name

    text = SCENARIO.replace("  - {name: steady, for: 20s}\n", "  - 5\n")
    _, problems = read(yaml_tree.parse(text), WORDS, also=(check,))
    assert [(problem.path, problem.text) for problem in problems] == [
        (("phases", 0), "expected a mapping, got 5"),
        (("phases", 2, "name"), "recovery"),
    ]


ALWAYS = "always:\n  - {vendor: stripe, window: {start: 10s, end: 90s}, latency: {fixed: 1s}}\nexpect:\n"


def test_a_fault_of_the_whole_run_is_not_held_against_a_run_that_lost_a_phase() -> None:
    text = SCENARIO.replace("expect:\n", ALWAYS)
    assert told(text) == []
    assert told(text.replace("  - {name: steady, for: 20s}\n", "  - 5\n")) == ["expected a mapping, got 5"]
    # Whole, the run is too short for it, and that is said.
    _, (late,) = read(yaml_tree.parse(text.replace("end: 90s", "end: 101s")), WORDS)
    assert late.text.startswith("must lie within the run: 0s to 100s")


def test_a_fault_keeps_its_number_where_one_before_it_could_not_be_read() -> None:
    struck = SCENARIO.replace("expect:\n", ALWAYS + "  - outcome: {struck_by: always.1}\n")
    assert told(struck.replace("always:\n", "always:\n  - 7\n")) == ["expected a mapping, got 7"]
    in_phase = SCENARIO.replace("expect:\n", "expect:\n  - outcome: {struck_by: brownout.1}\n")
    assert told(in_phase) == []
    one = "      - {vendor: stripe, latency: {lognormal: {p50: 400ms, p99: 4s}}}\n"
    assert told(in_phase.replace(one, "      - 7\n")) == ["expected a mapping, got 7"]
    _, (nobody,) = read(yaml_tree.parse(struck), WORDS)
    assert nobody.text.startswith("no fault 'always.1'")
