"""The target's processes hold so much memory, and do not hold more and more of it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import linear_regression, median
from typing import ClassVar, Final

from brownout_harness.judging.confidence import Interval
from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    counted,
    no_such_phase,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.memory import MemorySample
from brownout_harness.judging.paired import Finding, at_most, together
from brownout_reports.run_folder import ExpectationResult, PhaseSpan, Status

MINIMUM_OPERATIONS: Final = 20
MINIMUM_SAMPLES: Final = 30
BLOCKS: Final = 10
"""Samples a second apart are nearly the same one: a line is laid through the medians of so many blocks of them."""
SEEN_AT_LEAST: Final = 0.5
"""Of all seconds: what was hardly looked at may have held anything."""
STUDENT: Final = 2.306
"""Of `BLOCKS` - 2 degrees of freedom, for 95 %."""
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBounded:
    """Each process of the target holds at most so much memory, and grows by at most so much a minute."""

    NAME: ClassVar[str] = "memory_bounded"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_MEMORY: ClassVar[bool] = True

    process: str = ""
    """`gateway.1`; left out: each."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run. What a process takes until it is warm counts as growth."""
    at_most_mb: float | None = None
    """Megabytes of a million bytes, resident, with all that the process has started."""
    grows_at_most_mb: float | None = None
    """So many a minute."""

    def __post_init__(self) -> None:
        bounds = [each for each in (self.at_most_mb, self.grows_at_most_mb) if each is not None]
        require(bool(bounds), "memory_bounded needs at_most_mb, grows_at_most_mb, or both")
        require(all(each > 0 for each in bounds), "memory_bounded at_most_mb and grows_at_most_mb must be above 0")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Every life of a process by itself: who is started again begins with little."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        wording = Wording(self, self._expected(), span_text(span))
        lives = list(self._lives(evidence, span))
        if not lives:
            return wording.inconclusive("nobody looked at the memory of a process: real mode does, of what it starts")
        asked, unseen = len(evidence.asked("", span)), self._unseen(evidence, span, lives)
        found = together(each for life in lives for each in self._findings(life))
        if found.status is Status.FAILED:
            most = max((each for life in lives for each in life), key=lambda each: each.resident_bytes)
            what = f"{most.process} (pid {most.pid}) held {_megabytes(most.resident_bytes)}"
            return wording.failed(found.said, [Violation(most.at_s, "", what)])
        if asked < MINIMUM_OPERATIONS:
            return wording.too_few(asked, MINIMUM_OPERATIONS, "operations")
        if unseen:
            return wording.inconclusive(unseen)
        return wording.inconclusive(found.said) if found.status is Status.INCONCLUSIVE else wording.passed(found.said)

    def _expected(self) -> str:
        most = "" if self.at_most_mb is None else f"at most {self.at_most_mb:g} MB"
        growth = "" if self.grows_at_most_mb is None else f"at most {self.grows_at_most_mb:g} MB more a minute"
        return f"each process holds {' and '.join(filter(None, [most, growth]))}"

    def _lives(self, evidence: Evidence, span: PhaseSpan) -> Iterator[Sequence[MemorySample]]:
        meant = [each for each in evidence.memory if self.process in {"", each.process} and span.covers(each.at_s)]
        in_order = sorted(meant, key=lambda each: (each.process, each.pid, each.at_s))
        for _, life in groupby(in_order, key=lambda each: (each.process, each.pid)):
            yield list(life)

    def _unseen(self, evidence: Evidence, span: PhaseSpan, lives: list[Sequence[MemorySample]]) -> str:
        """Why what was seen is too little of the time; empty where it is enough."""
        start_s, end_s = max(0.0, span.start_s), min(span.end_s, evidence.end_of_load_s)
        for name in sorted({life[0].process for life in lives}):
            instants = {int(each.at_s) for life in lives for each in life if each.process == name and each.at_s < end_s}
            if len(instants) < SEEN_AT_LEAST * (end_s - start_s):
                return f"{name} was looked at in {len(instants)} of {end_s - start_s:.0f} seconds only"
        return ""

    def _findings(self, life: Sequence[MemorySample]) -> Iterator[Finding]:
        name = life[0].process
        if self.at_most_mb is not None:
            most = max(each.resident_bytes for each in life)
            status = Status.PASSED if most <= self.at_most_mb * MEGABYTE else Status.FAILED
            if status is Status.PASSED and len(life) < MINIMUM_SAMPLES:
                status = Status.INCONCLUSIVE
            yield Finding(status, f"{name} held {_megabytes(most)} at most ({counted(len(life), 'sample')})")
        if self.grows_at_most_mb is not None:
            yield self._growth(name, life, self.grows_at_most_mb)

    def _growth(self, name: str, life: Sequence[MemorySample], bound: float) -> Finding:
        if len(life) < MINIMUM_SAMPLES:
            few = f"too few samples: {len(life)} of {name}, at least {MINIMUM_SAMPLES} needed"
            return Finding(Status.INCONCLUSIVE, few)
        sure = growth_per_minute(life)
        length = seconds(life[-1].at_s - life[0].at_s)
        said = f"{name} grew by {sure.low / MEGABYTE:.2f} to {sure.high / MEGABYTE:.2f} MB a minute, over {length}"
        return Finding(at_most(bound * MEGABYTE, sure), said)


def growth_per_minute(life: Sequence[MemorySample]) -> Interval:
    """The slope of a line through the medians of blocks, in bytes a minute, with its 95 % interval."""
    edges = [len(life) * number // BLOCKS for number in range(BLOCKS + 1)]
    blocks = [life[start:end] for start, end in pairwise(edges)]
    at_min = [median(each.at_s for each in block) / 60 for block in blocks]
    held = [float(median(each.resident_bytes for each in block)) for block in blocks]
    slope, base = linear_regression(at_min, held)
    middle = sum(at_min) / BLOCKS
    spread = sum((each - middle) ** 2 for each in at_min)
    left = sum((y - base - slope * x) ** 2 for x, y in zip(at_min, held, strict=True))
    half = STUDENT * math.sqrt(left / (BLOCKS - 2) / spread)
    return Interval(slope - half, slope + half)


def _megabytes(number: int) -> str:
    return f"{number / MEGABYTE:.1f} MB"
