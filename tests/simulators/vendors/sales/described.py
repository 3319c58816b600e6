"""Holds what the sales system answers against the description that it serves."""

import json
from functools import cache
from typing import Any
from urllib.parse import unquote

from brownout_simulators.router import Router
from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.description import description
from tests.support.openapi import mismatches
from tests.support.vendor_bench import Answer

ROUTER = Router(VENDOR.routes)


@cache
def served() -> dict[str, Any]:
    """The description as it goes over the wire."""
    whole: dict[str, Any] = json.loads(json.dumps(description()))
    return whole


def operation_of(method: str, target: str) -> dict[str, Any] | None:
    """What the description says of the endpoint that answers there."""
    found = ROUTER.find(method, unquote(target.partition("?")[0]))
    if found is None:
        return None
    _, _, path = found.name.partition(" ")
    operation: dict[str, Any] = served()["paths"][path][method.lower()]
    return operation


def wrongs(method: str, target: str, answer: Answer) -> list[str]:
    """In what an answer is another than the description has it."""
    operation = operation_of(method, target)
    if operation is None:
        problem = {"$ref": "#/components/schemas/Problem"}
        return [] if answer.status == 404 and not mismatches(served(), problem, answer.json) else ["no such endpoint"]
    where = f"{method} {target} {answer.status}"
    response = operation["responses"].get(str(answer.status))
    if response is None:
        return [f"{where}: not among {', '.join(operation['responses'])}"]
    found = [f"{where}: no {name}" for name in response["headers"] if name.lower() not in answer.headers]
    content = response.get("content")
    if content is None:
        return found + ([f"{where}: a body"] if answer.body else [])
    kind = answer.headers.get("content-type", "")
    if kind not in content:
        return [*found, f"{where}: {kind or 'no media type'}, not one of {', '.join(content)}"]
    if "json" not in kind:
        return found
    schema = content[kind]["schema"]
    return found + mismatches(served(), schema, answer.json, where, optional=True)
