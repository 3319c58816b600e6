"""What a caller makes of an answer: done, accepted, refused or unknown."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from brownout_harness.load.caller import Answer
from brownout_harness.load.generator import Reader, Reading
from brownout_reports.run_folder import Outcome


def reader_for(readings: Mapping[str, Mapping[str, Any]]) -> Reader:
    """Reads answers as `readings` says by operation, else as the gateway's."""

    def read(name: str, answer: Answer) -> Reading:
        if answer.error:
            return Reading(Outcome.UNKNOWN, answer.error)
        if (described := readings.get(name)) is not None:
            return _described(described, answer.status)
        return _gateway(answer)

    return read


def _described(sets: Mapping[str, Sequence[Sequence[int]]], status: int) -> Reading:
    for outcome in (Outcome.DONE, Outcome.ACCEPTED, Outcome.REFUSED):
        if any(low <= status <= high for low, high in sets.get(outcome, ())):
            return Reading(outcome, "")
    return Reading(Outcome.UNKNOWN, f"status_{status}")


def _gateway(answer: Answer) -> Reading:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return Reading(Outcome.UNKNOWN, f"status_{answer.status}")
    said = body if isinstance(body, dict) else {}
    if answer.status in {200, 201}:
        return Reading(Outcome.DONE, "")
    if answer.status == 202:
        return Reading(Outcome.ACCEPTED, str(said.get("dead_letter_id", "")))
    if answer.status != 409 and (400 <= answer.status < 500 or said.get("status") == Outcome.REFUSED):
        return Reading(Outcome.REFUSED, str(said.get("code", "")))
    return Reading(Outcome.UNKNOWN, str(said.get("code", f"status_{answer.status}")))
