"""Dead letters as the judge reads them, from what the gateway shows of them."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_reports.rows import LetterRow, read

EARLIER_WORDS: Final = {"waiting": "pending", "done": "redriven"}
"""What the core still calls two states of a letter."""


def letter_row(shown: Mapping[str, Any], wall_start_s: float) -> LetterRow:
    """One letter; `wall_start_s` is the run's start on the wall clock. Raises `RowError`."""
    state = EARLIER_WORDS.get(str(shown.get("state")), shown.get("state"))
    named = {"operation_id": shown.get("correlation_id"), **shown, "state": state}
    return read(LetterRow, named, start_s=wall_start_s)
