"""What code scanning is told."""

import json

import pytest

from brownout_harness.gate.outcome import Gate, Result
from brownout_harness.gate.sarif import render
from tests.harness.gate.gates import a_gate, a_run


def test_each_thing_that_is_the_matter_is_a_result_at_its_scenario() -> None:
    told = json.loads(render(a_gate(*Result)))
    (run,) = told["runs"]
    rules = [each["ruleId"] for each in run["results"]]
    assert rules == ["exactly_once", "drifted", "inconclusive", "not-compared", "not-judged", "not-run"]
    assert {each["id"] for each in run["tool"]["driver"]["rules"]} == set(rules)
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "scenarios/failed-virtual.yaml"
    assert "Replay: brownout run failed-virtual --mode virtual" in run["results"][0]["message"]["text"]


@pytest.mark.parametrize("source", ["healthy", "/somewhere/shop.yaml", "../shop.yaml"])
def test_what_is_not_among_the_sources_gets_a_place_that_leads_nowhere_else(source: str) -> None:
    run = a_run(result=Result.FAILED).model_copy(update={"source": source})
    (found,) = json.loads(render(Gate(runs=(run,))))["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "brownout/library/stripe-brownout.yaml"
