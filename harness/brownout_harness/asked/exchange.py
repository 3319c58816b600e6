"""One way of asking, and what came back: what all kinds of operations share."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from brownout_reports.rows import Outcome

CORRELATION_HEADER: Final = "X-Correlation-ID"
"""Carries the operation id to the gateway, which uses it as the caller's idempotency key."""


class Reading(NamedTuple):
    """What an answer means."""

    outcome: Outcome
    detail: str
    """A dead letter's id, or an error's code or class; empty where there is nothing to add."""
    answered: str = ""
    """What it names of the operation's effects, as JSON; empty: nothing (`named.named_in`)."""


def json_bytes(value: Any) -> bytes:
    """As short as JSON can be."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def instants_text(instants: Sequence[float]) -> str:
    """As a row holds them, exactly; empty for none."""
    return json.dumps(list(instants)) if instants else ""


def parsed(body: bytes) -> Mapping[str, Any]:
    """The answer's JSON object; empty for anything else."""
    found = json_of(body)
    return found if isinstance(found, dict) else {}


def json_of(body: bytes) -> Any:
    """Whatever JSON the answer is; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def code_in(answer: Mapping[str, Any]) -> str:
    """The error's code, wherever such bodies usually have it; short."""
    error = answer.get("error")
    inner = error.get("code") or error.get("type") if isinstance(error, dict) else error
    found = answer.get("code") or inner or answer.get("detail") or ""
    return found[:80] if isinstance(found, str) else ""
