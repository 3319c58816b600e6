"""An operation of somebody else's application, as the scenario describes it: templates, and sets of statuses."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.exchange import Reading, code_in, json_bytes, json_of, parsed
from brownout_harness.asked.named import named_in
from brownout_harness.asked.parameters import COMMON
from brownout_harness.asked.request import Request
from brownout_harness.asked.streamed import NO_END, told_in
from brownout_reports.rows import Outcome
from brownout_scenarios import spelling
from brownout_scenarios.checks.common import groups_in
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import TEMPLATE
from brownout_scenarios.workload import Operation
from brownout_scenarios.yaml_tree import Path

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """An operation of somebody else's application, as the scenario describes it."""

    described: Operation

    @property
    def name(self) -> str:
        return self.described.name

    @property
    def as_asked(self) -> Mapping[str, Mapping[str, Any]]:
        return self.described.as_asked

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return self.described.answers

    def request(self, arrival: Arrival) -> Request:
        """Templates filled in, and the operation id where the scenario says it travels. Raises `ValueError`."""
        spec = self.described
        values = values_of(arrival)
        headers = {name: str(fill(text, values)) for name, text in spec.headers.items()}
        if spec.operation_id.header:
            headers[spec.operation_id.header] = arrival.operation_id
        path = TEMPLATE.sub(lambda found: quote(_text(_value(found, values)), safe=""), spec.path)
        body, kind = self._body(values)
        if kind and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = kind
        return Request(spec.method.upper(), path, headers, body, is_streamed=bool(spec.stream_end))

    def _body(self, values: Mapping[str, Any]) -> tuple[bytes, str]:
        spec, at = self.described, self.described.operation_id.body
        is_form = spec.form is not None
        content = fill(spec.form if is_form else spec.body, values)
        if at:
            content = _put(content, at.split("."), values["operation_id"])
        if is_form:
            return urlencode({key: _text(value) for key, value in content.items()}).encode(), _FORM
        return (b"", "") if content is None else (json_bytes(content), "application/json")

    def read(self, status: int, body: bytes) -> Reading:
        """By the scenario's sets of statuses; a stream, too, is done only with its end."""
        end = self.described.stream_end
        told: Any = None
        if end and self.described.done.holds(status) and (told := told_in(body, end)) is None:
            return Reading(Outcome.UNKNOWN, NO_END)
        sets = (
            (Outcome.DONE, self.described.done),
            (Outcome.ACCEPTED, self.described.accepted),
            (Outcome.REFUSED, self.described.refused),
        )
        outcome = next((outcome for outcome, statuses in sets if statuses.holds(status)), Outcome.UNKNOWN)
        detail = "" if outcome is Outcome.DONE else code_in(parsed(body)) or f"http_{status}"
        answers = self.described.answers
        named = named_in(json_of(body) if told is None else told, answers) if answers else ""
        return Reading(outcome, detail, named)


def values_of(arrival: Arrival) -> dict[str, Any]:
    """What its templates are filled in with."""
    return {**arrival.params, "operation_id": arrival.operation_id, "tenant": arrival.tenant}


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


def check_templates(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Names used in templates that no operation parameter has, with the operation's place in the scenario."""
    for place, group in groups_in(scenario):
        for index, operation in enumerate(group.operations):
            known = {*COMMON, *operation.params, *(["tenant"] if group.tenant else [])}
            if group.asked_of:
                # The target must not learn the id: what it did under it would pass for the outsider's.
                known = known - {"operation_id"} | {"account"} | ({"found"} if operation.find else set())
            shapes = [operation.path, operation.headers, operation.body, operation.form, operation.as_asked]
            used = {name for shape in shapes for name in TEMPLATE.findall(json.dumps(shape))}
            for name in sorted(used - known):
                yield (*place, "operations", index), f"no value for {{{{{name}}}}}{spelling.hint(name, known)}"


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
