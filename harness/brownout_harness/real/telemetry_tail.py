"""Follows the NDJSON file into which the target writes its events, while it writes and once it is done."""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.spool import Spool
from brownout_harness.real.processes import json_lines
from brownout_reports.rows import EventRow, read

BREAKER_TRANSITION = "breaker_transition"
LINES = 16_384
"""So many are read at a time."""


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


def spool_events(path: Path | None, start_at_s: float, spool: Spool[EventRow]) -> list[Gap]:
    """All events, instants counted from the run's start. A line that cannot be read is a gap, and so is no file."""
    if path is None:
        return []
    if not path.exists():
        return [Gap(GapKind.EVIDENCE_LOST, "the target was to report its events and wrote none")]
    broken = 0
    with path.open("rb") as file:
        while lines := list(islice(file, LINES)):
            broken += _spool(lines, start_at_s, spool)
    return [Gap(GapKind.EVIDENCE_LOST, f"{broken} of the target's events cannot be read")] if broken else []


def _spool(lines: Sequence[bytes], start_at_s: float, spool: Spool[EventRow]) -> int:
    """Read them together; where one cannot be read, in two halves. Returns how many cannot."""
    try:
        spool.add_block(read(EventRow, map(json.loads, lines), start_s=start_at_s))
    except (ValueError, AttributeError):  # no JSON, no event, no object
        if len(lines) == 1:
            return 1
        middle = len(lines) // 2
        return _spool(lines[:middle], start_at_s, spool) + _spool(lines[middle:], start_at_s, spool)
    return 0
