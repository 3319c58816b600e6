"""The faults of a run as its verdict has them."""

from pathlib import Path

import pytest

from brownout_harness.faults.spans import fault_spans
from brownout_harness.judging.inputs import SPELLS_LIMIT, FaultCount
from brownout_harness.running.orders import checked_scenario
from brownout_scenarios.schema import Scenario

FILE = """\
name: turns
about: Stripe is up and down.
seed: 7
workload:
  arrivals: {rate: 4/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 10s}
  - name: shaky
    for: 60s
    faults: [FAULT]
expect: [no_secrets]
"""
DRAWN = "flapping: {up: {exponential: {mean: 8s}}, down: {exponential: {mean: 2s}}}, respond: {status: 503}"


def scenario(folder: Path, fault: str) -> Scenario:
    (folder / "turns.yaml").write_text(FILE.replace("FAULT", fault))
    return checked_scenario(str(folder / "turns.yaml"), "virtual", None)


def test_what_is_on_and_off_in_turn_is_told_when(tmp_path: Path) -> None:
    (span,) = fault_spans(scenario(tmp_path, f"{{vendor: stripe, {DRAWN}}}"), {"shaky.0": FaultCount(40, 9)})
    assert (span.matched, span.struck, span.start_s, span.end_s) == (40, 9, 10.0, 70.0)
    assert span.on
    assert all(10.0 < start_s < end_s <= 70.0 for start_s, end_s in span.on)
    assert span.in_force == span.on


def test_what_strikes_several_vendors_is_on_at_the_same_instants_and_one_story(tmp_path: Path) -> None:
    both = list(fault_spans(scenario(tmp_path, f"{{vendors: [stripe, twilio], {DRAWN}}}"), {}))
    assert [(span.id, span.story) for span in both] == [("shaky.0.stripe", "shaky.0"), ("shaky.0.twilio", "shaky.0")]
    assert both[0].on
    assert both[0].on == both[1].on


def test_a_fault_that_is_always_on_says_so(tmp_path: Path) -> None:
    (span,) = fault_spans(scenario(tmp_path, "{vendor: stripe, hang: {}}"), {})
    assert (span.on, span.in_force, span.struck) == (None, ((10.0, 70.0),), 0)


@pytest.mark.parametrize("even", ["flapping: {on: 10ms, off: 10ms}"])
def test_of_very_many_turns_the_first_are_told(tmp_path: Path, even: str) -> None:
    (span,) = fault_spans(scenario(tmp_path, f"{{vendor: stripe, {even}, hang: {{}}}}"), {})
    assert span.on is not None
    assert len(span.on) == SPELLS_LIMIT


TOLD = """\
at,vendor,match,error_share
0s,stripe,POST /v1/payment_intents,40%
20s,twilio,,10%
40s,stripe,POST /v1/payment_intents,
60s,twilio,,
"""


def test_the_rows_of_an_incident_are_one_story(tmp_path: Path) -> None:
    (tmp_path / "told.csv").write_text(TOLD)
    text = FILE.replace("faults: [FAULT]", "incident: {file: told.csv, expect_struck: 7}")
    (tmp_path / "turns.yaml").write_text(text)
    spans = list(fault_spans(checked_scenario(str(tmp_path / "turns.yaml"), "virtual", None), {}))
    assert [(span.id, span.vendor, span.start_s, span.end_s) for span in spans] == [
        ("shaky.incident.0", "stripe", 10.0, 50.0),
        ("shaky.incident.1", "twilio", 30.0, 70.0),
    ]
    assert {(span.story, span.expect_struck) for span in spans} == {("shaky.incident", 7)}
