"""Everything that can be written in a scenario is in docs/scenarios.md."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.parameters import COMMON
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios import limits, phases, replay, schema, target, timelines, workload
from brownout_scenarios.grammar import key_of
from brownout_scenarios.load import load_text
from brownout_scenarios.reference import replaced
from tests.support.toy_vocabulary import vocabulary as toy_vocabulary

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
TEXT = PAGE.read_text(encoding="utf-8")

PARTS = (
    schema.Scenario,
    target.Target,
    target.Ready,
    workload.Group,
    workload.Arrivals,
    workload.Exponential,
    workload.Find,
    workload.AskAgain,
    workload.Operation,
    workload.Carrier,
    phases.Phase,
    workload.Rising,
    phases.Window,
    replay.Replay,
    phases.Action,
    limits.Figures,
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.__name__))
def test_every_key_of_the_frame_is_explained(part: type) -> None:
    own = [key_of(item.name) for item in fields(part) if not item.metadata.get("derived")]
    missing = [key for key in own if f"`{key}`" not in TEXT and f".{key}`" not in TEXT and f"{key}:" not in TEXT]
    assert missing == []


def test_every_column_of_an_incident_is_explained() -> None:
    table = TEXT.partition("### An incident, played again")[2].partition("A row holds")[0]
    assert all(f"`{name}`" in table for name in (*timelines.FIELDS, *timelines.HOW))


def test_the_reference_is_what_the_code_says() -> None:
    assert replaced(TEXT, vocabulary()) == TEXT, "run: python -m brownout_harness.words.reference docs/scenarios.md"


def test_operations_and_template_names_are_explained() -> None:
    assert all(f"`{name}`" in TEXT for name in GATEWAY_OPERATIONS)
    assert all(f"{{{{{name}}}}}" in TEXT for name in COMMON)


def test_the_example_loads() -> None:
    example = TEXT.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert load_text(example, toy_vocabulary()).name == "stripe-brownout"
    assert load_text(example, vocabulary()).name == "stripe-brownout"


def test_the_gateways_operations_are_all_told_once() -> None:
    told = re.search(r"The gateway's operations are (.*?):\n\n", TEXT, re.DOTALL)
    assert told is not None
    assert sorted(re.findall(r"`(\w+)`", told[1])) == sorted(GATEWAY_OPERATIONS)
