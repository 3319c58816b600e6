"""The rows that a runner would hand over for some evidence: what the run folder's tables are made of."""

from typing import Any

from brownout_harness.judging.evidence import Evidence

Rows = list[dict[str, Any]]


def operation_rows(evidence: Evidence) -> Rows:
    """Columns of `OPERATIONS`."""
    return [each._asdict() for each in evidence.operations]


def ledger_rows(evidence: Evidence) -> Rows:
    """Columns of `LEDGER`; an effect's kind is its route."""
    requests = [{"entry": "request", **each._asdict()} for each in evidence.requests]
    effects = [{"entry": "effect", **each._asdict(), "route": each.kind} for each in evidence.effects]
    return [*requests, *effects]


def event_rows(evidence: Evidence) -> Rows:
    """Columns of `EVENTS`."""
    return [each._asdict() for each in evidence.events]
