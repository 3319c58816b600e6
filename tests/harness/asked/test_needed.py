"""Which vendors a run needs."""

from pathlib import Path

import pytest

from brownout_harness.asked.needed import served, vendors_needed
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import LedgerRow
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load, load_text
from brownout_scenarios.schema import Scenario
from tests.support.shop_scenario import write_shop

KNOWN = ("stripe", "twilio", "sales", "another")
TEXT = """
name: needed
about: Which vendors it needs.
workload:
  arrivals: {{rate: 1/s}}
  operations: {operations}
phases: [{{name: steady, for: 10s{faults}}}]
expect: [nothing_lost]
"""


def scenario(operations: str, faults: str = "") -> Scenario:
    return load_text(TEXT.format(operations=operations, faults=faults), vocabulary())


@pytest.mark.parametrize(
    ("operations", "faults", "needed"),
    [
        ("[{name: pay}]", "", ("stripe",)),
        ("[{name: notify}, {name: pay}]", "", ("stripe", "twilio")),
        ("[{name: pay}]", ", faults: [{vendor: sales, hang: {}, expect_struck: 0}]", ("stripe", "sales")),
    ],
)
def test_the_gateway_needs_what_its_operations_use_and_the_scenario_names(
    operations: str, faults: str, needed: tuple[str, ...]
) -> None:
    made = scenario(operations, faults)
    assert vendors_needed(made, KNOWN) == needed
    assert set(served(made)) <= {"pay", "notify"}


def test_of_somebody_elses_target_nobody_says_what_it_uses(tmp_path: Path) -> None:
    assert vendors_needed(load(write_shop(tmp_path), vocabulary()), KNOWN) == KNOWN


def test_a_run_in_virtual_time_has_no_other_vendors() -> None:
    inputs = run_virtual(scenario("[{name: pay}]"))
    assert {row.vendor for row in inputs.tables.of(LedgerRow)} == {"stripe"}
    assert set(inputs.said) == {"stripe"}


@pytest.mark.parametrize(("operations", "is_fit"), [("[{name: pay}]", True), ("[{name: place_order}]", False)])
def test_policies_are_judged_by_what_is_asked_for(operations: str, is_fit: bool) -> None:
    """An order has 20 s: a claim that lasts 12 s is too short for it, and long enough for a payment."""
    text = TEXT.format(operations=operations, faults="") + "policies: {idempotency: {lease: 12s}}\n"
    if is_fit:
        load_text(text, vocabulary())
    else:
        with pytest.raises(ScenarioError, match=r"must be longer than the operation's deadline"):
            load_text(text, vocabulary())
