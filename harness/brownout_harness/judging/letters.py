"""Dead letters as the judge reads them, from what the gateway shows of them."""

from collections.abc import Mapping
from typing import Any

VENDOR_OF = {"pay": "stripe", "notify": "twilio", "place_order": "sales"}


def letter_row(letter: Mapping[str, Any], wall_start_s: float) -> dict[str, Any]:
    """One letter, its instants counted from the run's start. What it lacks stays empty, to be judged as lacking."""
    stored_at = letter.get("first_attempt_at")
    flow = str(letter.get("flow") or letter.get("call") or "")
    return {
        "id": letter.get("id"),
        "operation_id": letter.get("correlation_id") or letter.get("operation_id"),
        "vendor": letter.get("vendor") or VENDOR_OF.get(flow),
        "call": flow,
        "idempotency_key": letter.get("idempotency_key"),
        "stored_at_s": None if stored_at is None else stored_at - wall_start_s,
        "state": letter.get("state"),
        "redrives": letter.get("generation"),
        "error": letter.get("error_class") or letter.get("error"),
        "attempts": letter.get("attempts"),
    }
