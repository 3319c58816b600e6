"""The recipe for an operation works as it is printed: two modules, a line for each, a scenario that asks for it."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brownout_core import flows
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.flow import by_name
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.judging.judge import judge
from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary_of
from brownout_reports.run_folder import Status
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from brownout_simulators.vendors import VENDORS, load_vendor

RECIPE = Path(__file__).parents[2] / "docs" / "add-an-operation.md"
TEXT = RECIPE.read_text(encoding="utf-8")
SCENARIO = """
name: gifts
about: Answers are lost, and every gift is taken once.
target: gateway
workload: {arrivals: {rate: 10/s}, operations: [{name: donate}]}
phases:
  - {name: steady, for: 5s}
  - {name: lost, for: 5s, faults: [{vendor: stripe, match: POST *, share: 20%, drop_after_effect: {}}]}
expect: [{exactly_once: {effect: stripe.charge}}, nothing_lost, {success_rate: {operation: donate, at_least: 99%}}]
"""


@pytest.fixture
def operations(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, GatewayOperation]:
    """The table of operations with the recipe's line; its two modules stand where the page says."""
    flow, operation = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    put(monkeypatch, "brownout_core.flows.donate", flow)
    made = put(monkeypatch, "brownout_harness.asked.gateway.donate", operation)
    (line,) = re.findall(r"^    (\w+)\.(\w+),$", TEXT, re.MULTILINE)
    assert line == ("donate", "OPERATION")
    return {**GATEWAY_OPERATIONS, line[0]: made.OPERATION}


def put(monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> Any:
    """A module of that name, whose file the page names."""
    assert f"/{name.replace('.', '/')}.py`" in TEXT
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(code, str(RECIPE), "exec"), module.__dict__)  # noqa: S102
    return module


@pytest.mark.thorough
def test_a_scenario_that_asks_for_it_is_run_and_judged(operations: Mapping[str, GatewayOperation]) -> None:
    vendors = {name: load_vendor(name) for name in VENDORS}
    scenario = load_text(SCENARIO, vocabulary_of(vendors, operations=operations))
    known = by_name(*FLOWS.values(), operations["donate"].flow)
    inputs = run_virtual(scenario, replacements=Replacements(flows=known), operations=operations)
    evidence = evidence_of(scenario, inputs, {}, operations)
    judgement = judge(evidence, [each.check for each in scenario.expect])
    assert judgement.status is Status.PASSED, judgement
    assert {each.matched > each.struck > 4 for each in evidence.faults} == {True}


@pytest.mark.thorough
def test_what_a_scenario_fixes_is_checked_against_its_request(operations: Mapping[str, GatewayOperation]) -> None:
    words = vocabulary_of({name: load_vendor(name) for name in VENDORS}, operations=operations)
    with pytest.raises(ScenarioError, match=r"amout: donate has no such parameter \(did you mean amount\?\)"):
        load_text(SCENARIO.replace("{name: donate}", "{name: donate, params: {amout: 5}}"), words)


def test_the_line_of_the_flow_is_the_one_in_the_table(operations: Mapping[str, GatewayOperation]) -> None:
    (line,) = re.findall(r"^    (\w+),$", TEXT, re.MULTILINE)
    assert line == operations["donate"].flow.__name__
    listed = re.findall(r"^    (\w+),$", Path(flows.__file__).read_text(), re.MULTILINE)
    assert listed == [flow.__name__ for flow in FLOWS.values()]


def test_the_recipe_is_a_page() -> None:
    assert len(TEXT.splitlines()) <= 75
