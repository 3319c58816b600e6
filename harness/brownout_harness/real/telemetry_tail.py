"""Follows the NDJSON file into which the target writes its events, while it writes and once it is done."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from brownout_harness.asked.replicas import of_process
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.spool import Spool
from brownout_harness.real.processes import json_lines
from brownout_reports.rows import EventRow, read

BREAKER_TRANSITION = "breaker_transition"
LINES = 16_384
"""So many are read at a time."""


class BreakerWatch:
    """Each vendor's breaker state, as each process of the target last reported it."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """By the process's name, empty where it is the only one, where it writes."""
        self._paths = paths
        self._offsets = dict.fromkeys(paths, 0)
        self.states: dict[str, str] = {}

    def look(self) -> None:
        """Read what is new."""
        for process, path in self._paths.items():
            lines, self._offsets[process] = json_lines(path, after=self._offsets[process])
            for line in lines:
                if line.get("kind") == BREAKER_TRANSITION:
                    self.states[of_process(line["vendor"], process)] = line["outcome"]

    @property
    def size(self) -> int:
        """How much has been read: grows as long as the target reports."""
        return sum(self._offsets.values())


def spool_events(path: Path, start_at_s: float, spool: Spool[EventRow], process: str = "") -> list[Gap]:
    """All events of one process, instants counted from the run's start. A line that cannot be read is a gap, and so is
    no file."""
    if not path.exists():
        return [Gap(GapKind.EVIDENCE_LOST, f"{process or 'the target'} was to report its events and wrote none")]
    broken = 0
    with path.open("rb") as file:
        while lines := list(islice(file, LINES)):
            broken += _spool(lines, start_at_s, spool, process)
    whose = f"{process or 'the target'}'s"
    return [Gap(GapKind.EVIDENCE_LOST, f"{broken} of {whose} events cannot be read")] if broken else []


def _spool(lines: Sequence[bytes], start_at_s: float, spool: Spool[EventRow], process: str) -> int:
    """Read them together; where one cannot be read, in two halves. Returns how many cannot."""
    try:
        told = read(EventRow, map(json.loads, lines), start_s=start_at_s)
        spool.add_block(told.with_columns(process=pl.lit(process)))  # whatever it calls itself
    except (ValueError, AttributeError):  # no JSON, no event, no object
        if len(lines) == 1:
            return 1
        middle = len(lines) // 2
        return sum(_spool(half, start_at_s, spool, process) for half in (lines[:middle], lines[middle:]))
    return 0
