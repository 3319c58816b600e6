"""The language of Stripe's fixtures: requests one after the other, each of which may name what an earlier one brought.

`${customer:id}` is the field `id` of the answer to the step `customer`; `${list:data.0.id}` goes into lists;
`${step:field|other}` has a value for when there is none; `${.env:NAME|other}` asks the environment, `${generate-uuid}`
and `${time-now-RFC3339}` make something new. A step may expect to be refused, by the type of the error.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.simulators.vendors.stripe.world import Stripe

QUERY = re.compile(r"\$\{([\w.-]+):([^}|]+)(?:\|([^}]*))?\}")
MADE: Mapping[str, Callable[[], str]] = {
    "${generate-uuid}": lambda: "6f1e4b1c-0000-4000-8000-5ddc1e4b7a10",
    "${time-now-RFC3339}": lambda: "2023-11-14T22:15:00Z",
}


STEP_S = 1.0
"""Between two requests of a sequence: the client that sends them has to wait for answers, too."""


class Broken(Exception):
    """A sequence did not go through: at which step, and why."""


@dataclass(frozen=True)
class Step:
    """One request of a sequence."""

    name: str
    method: str
    path: str
    params: Sequence[tuple[str, str]] = ()
    document: Any = None
    """What is sent as JSON instead of a form, as `/v2` wants it."""
    expected_error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def from_file(data: Mapping[str, Any]) -> list[Step]:
    """The steps of one of the vendor's own files."""
    if data["_meta"]["template_version"] > 0:
        raise Broken("the file is of a newer version of the language")
    return [_step(each) for each in data["fixtures"]]


def _step(data: Mapping[str, Any]) -> Step:
    params, path, method = data.get("params") or {}, data["path"], data["method"].upper()
    as_json = path.startswith("/v2/") and method == "POST"
    return Step(
        data["name"],
        method,
        path,
        () if as_json else tuple(form(params)),
        params or None if as_json else None,
        data.get("expected_error_type", ""),
        data.get("headers") or {},
    )


def form(params: Any, parent: str = "") -> Iterator[tuple[str, str]]:
    """Nested data as the pairs of a form: hashes in a list are numbered, plain values in a list are not."""
    if isinstance(params, dict):
        for name, value in params.items():
            yield from form(value, f"{parent}[{name}]" if parent else name)
    elif isinstance(params, list):
        for place, value in enumerate(params):
            yield from form(value, f"{parent}[{place}]" if isinstance(value, dict) else f"{parent}[]")
    elif isinstance(params, bool):
        yield parent, str(params).lower()
    else:
        yield parent, str(params)


def resolved(text: str, answers: Mapping[str, Any]) -> str:
    """A text with every query replaced by what it stands for."""
    return MADE[text]() if text in MADE else QUERY.sub(lambda found: _looked_up(found, answers), text)


def _looked_up(found: re.Match[str], answers: Mapping[str, Any]) -> str:
    name, path, other = found.groups()
    if name == ".env":
        return os.environ.get(path) or other or ""
    if name not in answers:
        raise Broken(f"{found[0]}: there was no step {name}")
    value = answers[name]
    for key in path.split("."):
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and value.get(key) is not None:
            value = value[key]
        elif other is not None:
            return other
        else:
            raise Broken(f"{found[0]}: the answer has none")
    return str(value)


def replay(world: Stripe, steps: Sequence[Step], key: str) -> None:
    """Every step, one after the other, as an account of its own; raises `Broken` at the first that goes wrong."""
    answers: dict[str, Any] = {}
    for step in steps:
        path = resolved(step.path, answers)
        headers = {name.lower().replace("-", "_"): resolved(text, answers) for name, text in step.headers.items()}
        body = urlencode([(name, resolved(value, answers)) for name, value in step.params])
        if step.document is not None:
            body = json.dumps(_filled(step.document, answers))
        answer = world.send(step.method, path, body, key="" if "authorization" in headers else key, **headers)
        if answer.status >= 400 and (not step.expected_error or answer.error["type"] != step.expected_error):
            raise Broken(f"{step.name}: {answer.status} {answer.error['message']}")
        answers[step.name] = answer.body
        world.pass_time(STEP_S)


def _filled(document: Any, answers: Mapping[str, Any]) -> Any:
    if isinstance(document, dict):
        return {name: _filled(value, answers) for name, value in document.items()}
    if isinstance(document, list):
        return [_filled(value, answers) for value in document]
    return resolved(document, answers) if isinstance(document, str) else document
