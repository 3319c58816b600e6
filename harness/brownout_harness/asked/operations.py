"""How an operation is asked for over HTTP, and how its answer is read. Pure, and the same for both drivers.

    request = operation.request(arrival)          method, path, headers, body
    outcome, detail = classify(operation, status, body)

Outcomes: *done*; *accepted* (the target will finish it later); *refused* (nothing was done and nothing will be);
everything else, no answer included, is *unknown*: it may have been done, once, and may still be.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.parameters import COMMON
from brownout_reports.run_folder import Outcome
from brownout_scenarios.schema import TEMPLATE, Operation, Scenario

NOT_SENT = "not_sent_in_flight_limit"
"""The detail of an arrival that a driver left out: as many were in flight as the scenario allows."""
CORRELATION_HEADER = "X-Correlation-ID"
"""Carries the operation id to the gateway, which uses it as the caller's idempotency key."""


class Request(NamedTuple):
    """One way of asking, ready to be sent. `path` is percent-encoded and starts with a slash."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Reading(NamedTuple):
    """What an answer means."""

    outcome: Outcome
    detail: str
    """A dead letter's id, or an error's code or class; empty where there is nothing to add."""


@dataclass(frozen=True, slots=True)
class GatewayOperation:
    """One of the reference application's operations: parameters as JSON, operation id in the header."""

    name: str
    path: str

    def request(self, arrival: Arrival) -> Request:
        headers = {CORRELATION_HEADER: arrival.operation_id, "Content-Type": "application/json"}
        return Request("POST", self.path, headers, _json(arrival.params))

    def read(self, status: int, body: bytes) -> Reading:
        """By status and the body's own `status`: an answer that contradicts itself leaves it open."""
        answer = _parsed(body)
        said, code = str(answer.get("status", "")), _code(answer)
        if status in (200, 201):
            return Reading(Outcome.DONE, "") if said == "done" else Reading(Outcome.UNKNOWN, code or "unreadable")
        if status == 202:
            letter = str(answer.get("dead_letter_id", ""))
            return Reading(Outcome.ACCEPTED, letter) if said == "accepted" else Reading(Outcome.UNKNOWN, code)
        if status == 409 and said != "refused":
            return Reading(Outcome.UNKNOWN, code or "in_progress")
        if (400 <= status < 500 and status != 408) or (status == 503 and said == "refused"):
            return Reading(Outcome.REFUSED, code or f"http_{status}")
        return Reading(Outcome.UNKNOWN, code or f"http_{status}")


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """An operation of somebody else's application, as the scenario describes it."""

    described: Operation

    @property
    def name(self) -> str:
        return self.described.name

    def request(self, arrival: Arrival) -> Request:
        """Templates filled in, and the operation id where the scenario says it travels. Raises `ValueError`."""
        spec = self.described
        values = {**arrival.params, "operation_id": arrival.operation_id}
        headers = {name: str(fill(text, values)) for name, text in spec.headers.items()}
        if spec.operation_id.header:
            headers[spec.operation_id.header] = arrival.operation_id
        path = TEMPLATE.sub(lambda found: quote(_text(_value(found, values)), safe=""), spec.path)
        body, kind = self._body(values)
        if kind and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = kind
        return Request(spec.method.upper(), path, headers, body)

    def _body(self, values: Mapping[str, Any]) -> tuple[bytes, str]:
        spec, at = self.described, self.described.operation_id.body
        is_form = spec.form is not None
        content = fill(spec.form if is_form else spec.body, values)
        if at:
            content = _put(content, at.split("."), values["operation_id"])
        if is_form:
            return urlencode({key: _text(value) for key, value in content.items()}).encode(), _FORM
        return (b"", "") if content is None else (_json(content), "application/json")

    def read(self, status: int, body: bytes) -> Reading:
        """By the scenario's sets of statuses."""
        sets = (
            (Outcome.DONE, self.described.done),
            (Outcome.ACCEPTED, self.described.accepted),
            (Outcome.REFUSED, self.described.refused),
        )
        outcome = next((outcome for outcome, statuses in sets if statuses.holds(status)), Outcome.UNKNOWN)
        detail = "" if outcome is Outcome.DONE else _code(_parsed(body)) or f"http_{status}"
        return Reading(outcome, detail)


TargetOperation = GatewayOperation | DescribedOperation

GATEWAY_OPERATIONS: Mapping[str, GatewayOperation] = {
    "pay": GatewayOperation("pay", "/v1/pay"),
    "notify": GatewayOperation("notify", "/v1/notify"),
    "place_order": GatewayOperation("place_order", "/v1/orders"),
}

_FORM = "application/x-www-form-urlencoded"


def operations_of(scenario: Scenario) -> dict[str, TargetOperation]:
    """How each operation of the workload is asked for, by name."""
    return {
        item.name: DescribedOperation(item) if item.is_described else GATEWAY_OPERATIONS[item.name]
        for item in scenario.workload.operations
    }


def classify(operation: TargetOperation, status: int | None, body: bytes, error: str = "") -> Reading:
    """What an answer means; `status` None or 0: there was none, and `error` says why (`timeout`, `reset`)."""
    if not status:
        return Reading(Outcome.UNKNOWN, error or "no_answer")
    return operation.read(status, body)


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Templates in any JSON replaced. A text that is one lone template takes the value's type. Raises `ValueError`."""
    if isinstance(template, Mapping):
        return {key: fill(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [fill(item, values) for item in template]
    if not isinstance(template, str):
        return template
    if alone := TEMPLATE.fullmatch(template):
        return _value(alone, values)
    return TEMPLATE.sub(lambda found: _text(_value(found, values)), template)


def check_templates(scenario: Scenario) -> list[str]:
    """Names used in templates that no operation parameter has, one line each; empty where all is well."""
    wrong = []
    for operation in scenario.workload.operations:
        known = {*COMMON, *operation.params}
        shapes = [operation.path, operation.headers, operation.body, operation.form]
        used = {name for shape in shapes for name in TEMPLATE.findall(json.dumps(shape))}
        wrong += [f"operation {operation.name}: no value for {{{{{name}}}}}" for name in sorted(used - known)]
    return wrong


def _value(found: re.Match[str], values: Mapping[str, Any]) -> Any:
    try:
        return values[found[1]]
    except KeyError:
        raise ValueError(f"no value for {{{{{found[1]}}}}}; known: {', '.join(sorted(values))}") from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _put(content: Any, path: list[str], value: str) -> Any:
    """`content` with `value` at a dotted path; mappings on the way are made."""
    inner = content if isinstance(content, Mapping) else {}
    if len(path) == 1:
        return {**inner, path[0]: value}
    return {**inner, path[0]: _put(inner.get(path[0]), path[1:], value)}


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The answer's JSON object; empty for anything else."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _code(answer: Mapping[str, Any]) -> str:
    """The error's code, wherever such bodies usually have it; short."""
    error = answer.get("error")
    inner = error.get("code") or error.get("type") if isinstance(error, dict) else error
    found = answer.get("code") or inner or answer.get("detail") or ""
    return found[:80] if isinstance(found, str) else ""
