"""How operations are asked for, and answers read."""

from itertools import islice

from brownout_harness.asked.described import DescribedOperation
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.operations import classify, operations_of
from brownout_harness.asked.plan import plan
from brownout_reports.rows import Outcome
from brownout_scenarios.load import load_text
from tests.support.toy_vocabulary import SCENARIO, described_scenario, vocabulary

PAY = GATEWAY_OPERATIONS["pay"]


def test_no_answer_is_unknown_and_never_refused() -> None:
    assert classify(PAY, None, b"") == Reading(Outcome.UNKNOWN, "no_answer")


def test_the_workloads_operations_are_found_by_name() -> None:
    scenario = load_text(SCENARIO, vocabulary())
    operations = operations_of(scenario)
    assert list(operations) == ["pay", "notify"]
    assert all(operations[item.name].request(item).body for item in islice(plan(scenario), 20))


def test_what_the_scenario_describes_is_asked_for_as_described() -> None:
    scenario = load_text(described_scenario('path: "/x/{{amount}}"'), vocabulary())
    assert isinstance(operations_of(scenario)["pay"], DescribedOperation)
