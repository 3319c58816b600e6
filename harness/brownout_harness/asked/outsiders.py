"""Who asks a vendor directly, as a person does at its dashboard: with the target's key, and told apart in the books.

    find   GET /v1/charges?limit=1        body.data.0.id
    then   POST /v1/refunds               charge={{found}}

A request is made before what it needs is found: `FOUND` stands in its place, and `with_found` puts it there.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.described import DescribedOperation, fill
from brownout_harness.asked.exchange import Reading, json_of
from brownout_harness.asked.named import value_at
from brownout_harness.asked.request import Request
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Carrier, Operation
from brownout_simulators.outsiders import HEADER, KeyHolder

FOUND: Final = "brownout-found"
_ID: Final = re.compile(r"[\w.-]{1,200}")

Text = TypeVar("Text", str, bytes)


@dataclass(frozen=True, slots=True)
class OutsidersOperation:
    """What is asked of a vendor directly."""

    described: Operation
    holder: KeyHolder
    as_asked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.described.name

    def request(self, arrival: Arrival) -> Request:
        """Templates filled in, the key and the id as they travel to the vendor. Raises `ValueError`."""
        headers = {"Authorization": self.holder.authorization, **self.described.headers}
        spec = replace(self.described, headers=headers, operation_id=Carrier(header=HEADER))
        values = {"found": FOUND, "account": self.holder.account}
        asked = replace(arrival, params={**arrival.params, **values})
        request = DescribedOperation(spec).request(asked)
        if spec.find is None:
            return request
        return request._replace(find=(str(fill(spec.find.get, asked.params)), spec.find.at))

    def read(self, status: int, body: bytes) -> Reading:
        """By the scenario's sets of statuses."""
        return DescribedOperation(self.described).read(status, body)


def outside_of(scenario: Scenario) -> dict[str, tuple[str, Operation]]:
    """By the operation's name, the vendor that is asked directly, and how."""
    groups = (group for group in scenario.workload.groups if group.asked_of)
    return {each.name: (group.asked_of, each) for group in groups for each in group.operations}


def outsiders_of(scenario: Scenario, holders: Mapping[str, KeyHolder]) -> dict[str, OutsidersOperation]:
    """The same, ready to be asked for; `holders` of the target's keys, by vendor."""
    outside = outside_of(scenario)
    return {name: OutsidersOperation(each, holders[vendor]) for name, (vendor, each) in outside.items()}


def found_in(body: bytes, at: str) -> str:
    """What was looked for; empty where it is not there, or is no id."""
    found = value_at({"body": json_of(body)}, at)
    text = found if isinstance(found, str) else json.dumps(found)
    return text if found is not None and _ID.fullmatch(text) else ""


def with_found(text: Text, found: str) -> Text:
    """A path or a body with what was found."""
    return text.replace(FOUND, found) if isinstance(text, str) else text.replace(FOUND.encode(), found.encode())
