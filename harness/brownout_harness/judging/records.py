"""From rows, as the runners collect them, to the records of `evidence.py`.

Rows are mappings with the columns of `run_folder`'s tables, from JSON or from a table read back. A column may be
missing or None; unknown ones are ignored.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from brownout_harness.judging.evidence import (
    DeadLetterRecord,
    EffectRecord,
    EventRecord,
    OperationRecord,
    RequestRecord,
)
from brownout_reports.run_folder import Outcome

Row = Mapping[str, Any]

REQUEST: Final = "request"
EFFECT: Final = "effect"

LETTER_STATES: Final = {"waiting": "pending", "redriving": "pending", "poison": "pending", "done": "redriven"}
"""The core's words for where a letter stands, where they differ from the judge's."""

_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


def operations_from(rows: Iterable[Row]) -> tuple[OperationRecord, ...]:
    """What the driver asked for. A `longest_ask_s` that nobody measured is the whole time from sent to finished."""
    return tuple(_operation(row) for row in rows)


def _operation(row: Row) -> OperationRecord:
    sent_s, finished_s = row["sent_s"], row["finished_s"]
    longest_s = row.get("longest_ask_s")
    return OperationRecord(
        row["operation_id"],
        row["name"],
        row["intended_s"],
        sent_s,
        finished_s,
        finished_s - sent_s if longest_s is None else longest_s,
        row.get("asks") or 1,
        row.get("status") or 0,
        _OUTCOMES[row["outcome"]],
        row.get("detail") or "",
    )


def ledger_from(rows: Iterable[Row]) -> tuple[tuple[RequestRecord, ...], tuple[EffectRecord, ...]]:
    """Requests and effects, each in the order of the rows."""
    requests: list[RequestRecord] = []
    effects: list[EffectRecord] = []
    for row in rows:
        if row["entry"] == REQUEST:
            requests.append(_request(row))
        elif row["entry"] == EFFECT:
            effects.append(_effect(row))
        else:
            raise ValueError(f"a ledger row is a request or an effect, got {row['entry']!r}")
    return tuple(requests), tuple(effects)


def _request(row: Row) -> RequestRecord:
    at_s, finished_s = row["at_s"], row.get("finished_s")
    return RequestRecord(
        row["seq"],
        row["vendor"],
        row.get("account") or "",
        row.get("operation_id") or "",
        at_s,
        at_s if finished_s is None else finished_s,
        row["route"],
        row.get("id") or "",
        row.get("idempotency_key") or "",
        bool(row.get("replayed")),
        row.get("status") or 0,
        row.get("ending") or "complete",
        tuple(row.get("faults") or ()),
        row.get("asked_delay_s"),
        row.get("given_delay_s"),
        row.get("retry_after_s"),
    )


def _effect(row: Row) -> EffectRecord:
    return EffectRecord(
        row["seq"],
        row["vendor"],
        row.get("account") or "",
        row.get("operation_id") or "",
        row["at_s"],
        row["route"],
        row.get("id") or "",
        row.get("request_id") or "",
        row.get("idempotency_key") or "",
        row.get("amount") or 0,
        row.get("references") or "{}",
    )


def events_from(rows: Iterable[Row]) -> tuple[EventRecord, ...]:
    """What the target says of itself, in the order of the rows."""
    return tuple(
        EventRecord(
            row["at_s"],
            row["kind"],
            row.get("vendor") or "",
            row.get("call") or "",
            row.get("operation_id") or "",
            row.get("attempt") or 0,
            row.get("outcome") or "",
            row.get("duration_s") or 0.0,
            row.get("detail") or "",
        )
        for row in rows
    )


def dead_letters_from(rows: Iterable[Row]) -> tuple[DeadLetterRecord, ...]:
    """Dead letters as the target shows them. What a letter lacks stays empty, so that it is judged as lacking.

    `attempts` counts the first one and each redrive, so it says how often a letter was redriven, too.
    """
    return tuple(
        DeadLetterRecord(
            str(row.get("id") or ""),
            str(row.get("operation_id") or ""),
            str(row.get("vendor") or ""),
            str(row.get("call") or ""),
            str(row.get("idempotency_key") or ""),
            row.get("stored_at_s"),
            LETTER_STATES.get(str(row.get("state")), str(row.get("state") or "pending")),
            max(int(row.get("redrives") or 0), int(row.get("attempts") or 1) - 1),
            str(row.get("error") or ""),
            int(row.get("attempts") or 0),
        )
        for row in rows
    )
