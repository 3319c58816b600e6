"""Follows the NDJSON file into which the target writes its events, while it writes and once it is done."""

import json
from collections.abc import Iterator
from pathlib import Path

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real.processes import json_lines
from brownout_reports.rows import EventRow, read

BREAKER_TRANSITION = "breaker_transition"


class BreakerWatch:
    """Each vendor's breaker state, as the target last reported it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._offset = 0
        self.states: dict[str, str] = {}

    def look(self) -> None:
        """Read what is new."""
        if self._path is None:
            return
        lines, self._offset = json_lines(self._path, after=self._offset)
        for line in lines:
            if line.get("kind") == BREAKER_TRANSITION:
                self.states[line["vendor"]] = line["outcome"]

    @property
    def size(self) -> int:
        """How much has been read: grows as long as the target reports."""
        return self._offset


def event_rows(path: Path | None, start_at_s: float) -> tuple[list[EventRow], list[Gap]]:
    """All events, instants counted from the run's start. A line that cannot be read is a gap, and so is no file."""
    if path is None:
        return [], []
    if not path.exists():
        return [], [Gap(GapKind.EVIDENCE_LOST, "the target was to report its events and wrote none")]
    rows, broken = [], 0
    for line in _lines(path):
        try:
            rows.append(read(EventRow, json.loads(line), start_s=start_at_s))
        except (ValueError, AttributeError):  # no JSON, no event, no object
            broken += 1
    gaps = [Gap(GapKind.EVIDENCE_LOST, f"{broken} of the target's events cannot be read")] if broken else []
    return rows, gaps


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
