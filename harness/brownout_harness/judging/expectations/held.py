"""What processes hold of something, each life by itself: so much at most, and not more and more of it."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import linear_regression, median
from typing import Final, NamedTuple

from brownout_harness.judging.confidence import Interval
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import (
    Expectation,
    Violation,
    Wording,
    counted,
    no_such_phase,
    seconds,
    span_text,
)
from brownout_harness.judging.memory import MemorySample
from brownout_harness.judging.paired import Finding, at_most, together
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import PhaseSpan

MINIMUM_OPERATIONS: Final = 20
MINIMUM_SAMPLES: Final = 30
BLOCKS: Final = 10
"""Samples a second apart are nearly the same one: a line is laid through the medians of so many blocks of them."""
SEEN_AT_LEAST: Final = 0.5
"""Of all seconds: what was hardly looked at may have held anything."""
STUDENT: Final = 2.306
"""Of `BLOCKS` - 2 degrees of freedom, for 95 %."""


class Measure(NamedTuple):
    """What is held, and how it is told."""

    name: str
    """`memory`."""
    unit: str
    """`MB`."""
    each: float
    """How much one unit is, as it is counted."""
    digits: int
    of: Callable[[MemorySample], int | None]
    """None where nobody looked at it."""

    def text(self, held: float) -> str:
        """`50.2 MB`."""
        return f"{held / self.each:.{self.digits}f} {self.unit}"


class Held(NamedTuple):
    """How much of it one process held at an instant."""

    at_s: float
    amount: int


class Life(NamedTuple):
    """One process from a start to its end."""

    process: str
    pid: int
    held: Sequence[Held]


class Bounds(NamedTuple):
    """In the measure's units; None: there is none."""

    at_most: float | None
    grows_at_most: float | None
    """A minute."""


def judge_held(
    check: Expectation, evidence: Evidence, measure: Measure, bounds: Bounds, *, process: str, during: str
) -> ExpectationResult:
    """Every life of a process by itself: who is started again begins with little."""
    span = evidence.phase(during)
    if span is None:
        return no_such_phase(check, during)
    wording = Wording(check, _expected(measure, bounds), span_text(span))
    lives = [each for each in _lives(evidence, measure, span) if process in {"", each.process}]
    if not lives:
        return wording.inconclusive(
            f"nobody looked at the {measure.name} of a process: real mode does, of what it starts"
        )
    asked, unseen = len(evidence.asked("", span)), _unseen(evidence, span, lives)
    found = together(each for life in lives for each in _findings(life, measure, bounds))
    if found.status is Status.FAILED:
        life, most = max(((life, each) for life in lives for each in life.held), key=lambda pair: pair[1].amount)
        what = f"{life.process} (pid {life.pid}) held {measure.text(most.amount)}"
        return wording.failed(found.said, [Violation(most.at_s, "", what)])
    if asked < MINIMUM_OPERATIONS:
        return wording.too_few(asked, MINIMUM_OPERATIONS, "operations")
    if unseen:
        return wording.inconclusive(unseen)
    return wording.inconclusive(found.said) if found.status is Status.INCONCLUSIVE else wording.passed(found.said)


def _expected(measure: Measure, bounds: Bounds) -> str:
    most = "" if bounds.at_most is None else f"at most {bounds.at_most:g} {measure.unit}"
    growth = "" if bounds.grows_at_most is None else f"at most {bounds.grows_at_most:g} {measure.unit} more a minute"
    return f"each process holds {' and '.join(filter(None, [most, growth]))}"


def _lives(evidence: Evidence, measure: Measure, span: PhaseSpan) -> Iterator[Life]:
    meant = [each for each in evidence.memory if span.covers(each.at_s)]
    in_order = sorted(meant, key=lambda each: (each.process, each.pid, each.at_s))
    for (name, pid), samples in groupby(in_order, key=lambda each: (each.process, each.pid)):
        if held := [Held(each.at_s, amount) for each in samples if (amount := measure.of(each)) is not None]:
            yield Life(name, pid, held)


def _unseen(evidence: Evidence, span: PhaseSpan, lives: Sequence[Life]) -> str:
    """Why what was seen is too little of the time; empty where it is enough."""
    start_s, end_s = max(0.0, span.start_s), min(span.end_s, evidence.end_of_load_s)
    for name in sorted({life.process for life in lives}):
        held = (each for life in lives if life.process == name for each in life.held)
        instants = {int(each.at_s) for each in held if each.at_s < end_s}
        if len(instants) < SEEN_AT_LEAST * (end_s - start_s):
            return f"{name} was looked at in {len(instants)} of {end_s - start_s:.0f} seconds only"
    return ""


def _findings(life: Life, measure: Measure, bounds: Bounds) -> Iterator[Finding]:
    if bounds.at_most is not None:
        most = max(each.amount for each in life.held)
        status = Status.PASSED if most <= bounds.at_most * measure.each else Status.FAILED
        if status is Status.PASSED and len(life.held) < MINIMUM_SAMPLES:
            status = Status.INCONCLUSIVE
        samples = counted(len(life.held), "sample")
        yield Finding(status, f"{life.process} held {measure.text(most)} at most ({samples})")
    if bounds.grows_at_most is not None:
        yield _growth(life, measure, bounds.grows_at_most)


def _growth(life: Life, measure: Measure, bound: float) -> Finding:
    held = life.held
    if len(held) < MINIMUM_SAMPLES:
        few = f"too few samples: {len(held)} of {life.process}, at least {MINIMUM_SAMPLES} needed"
        return Finding(Status.INCONCLUSIVE, few)
    sure = growth_per_minute(held)
    low, high = sure.low / measure.each, sure.high / measure.each
    said = f"{life.process} grew by {low:.2f} to {high:.2f} {measure.unit} a minute"
    return Finding(at_most(bound * measure.each, sure), f"{said}, over {seconds(held[-1].at_s - held[0].at_s)}")


def growth_per_minute(held: Sequence[Held]) -> Interval:
    """The slope of a line through the medians of blocks, as counted and a minute, with its 95 % interval."""
    edges = [len(held) * number // BLOCKS for number in range(BLOCKS + 1)]
    blocks = [held[start:end] for start, end in pairwise(edges)]
    at_min = [median(each.at_s for each in block) / 60 for block in blocks]
    amounts = [float(median(each.amount for each in block)) for block in blocks]
    slope, base = linear_regression(at_min, amounts)
    middle = sum(at_min) / BLOCKS
    spread = sum((each - middle) ** 2 for each in at_min)
    left = sum((y - base - slope * x) ** 2 for x, y in zip(at_min, amounts, strict=True))
    half = STUDENT * math.sqrt(left / (BLOCKS - 2) / spread)
    return Interval(slope - half, slope + half)
