"""How an operation is asked for over HTTP, and how its answer is read. Pure, and the same for both drivers.

    request = operation.request(arrival)          method, path, headers, body
    outcome, detail = classify(operation, status, body)

Outcomes: *done*; *accepted* (the target will finish it later); *refused* (nothing was done and nothing will be);
everything else, no answer included, is *unknown*: it may have been done, once, and may still be.
"""

from collections.abc import Mapping
from typing import Final

from brownout_harness.asked.described import DescribedOperation
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.outsiders import OutsidersOperation, outside_of
from brownout_reports.rows import Outcome
from brownout_scenarios.schema import Scenario

NOT_SENT: Final = "not_sent_in_flight_limit"
"""The detail of an arrival that a driver left out: as many were in flight as the scenario allows."""

TargetOperation = GatewayOperation | DescribedOperation | OutsidersOperation


def operations_of(
    scenario: Scenario, gateway: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS
) -> dict[str, TargetOperation]:
    """How each operation of the workload is asked for, by name; `gateway` are those of the reference application."""
    return {
        item.name: DescribedOperation(item) if item.is_described else gateway[item.name]
        for item in scenario.workload.operations
    }


def all_operations_of(scenario: Scenario) -> dict[str, TargetOperation]:
    """The same, and how the answers to those are read who ask a vendor directly."""
    outside = {name: DescribedOperation(each) for name, (_, each) in outside_of(scenario).items()}
    return {**operations_of(scenario), **outside}


def classify(operation: TargetOperation, status: int | None, body: bytes, error: str = "") -> Reading:
    """What an answer means; `status` None or 0: there was none, and `error` says why (`timeout`, `reset`)."""
    if not status:
        return Reading(Outcome.UNKNOWN, error or "no_answer")
    return operation.read(status, body)
