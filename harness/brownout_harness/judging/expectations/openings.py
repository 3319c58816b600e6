"""How often a breaker opened, and for how long: what it told, counted.

An opening begins with the step out of closed and lasts until the breaker is closed again. Probing belongs to it, and so
does a probe that failed: who probes every five seconds has opened once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import counted, seconds
from brownout_harness.judging.expectations.bounds import Bound, Relative, TimeBound
from brownout_harness.judging.expectations.telling import CLOSED, Telling
from brownout_harness.judging.paired import Finding
from brownout_reports.run_folder import Status
from brownout_reports.spans import PhaseSpan


class Opening(NamedTuple):
    """From the step out of closed to the next instant at which it is closed."""

    start_s: float
    end_s: float
    is_over: bool
    """Not: the run ended first, and nobody knows how long it would have lasted."""
    was_closed: bool
    """By itself; not where the process ended, and a new one begins closed."""

    def within(self, span: PhaseSpan) -> float:
        """How much of it lies in the span, in seconds."""
        return max(0.0, min(self.end_s, span.end_s) - max(self.start_s, span.start_s))


@dataclass(frozen=True, slots=True)
class Openings:
    """Those of one vendor's breaker, in the order of their beginnings, seen from one span."""

    all: tuple[Opening, ...]
    span: PhaseSpan

    @property
    def begun(self) -> int:
        """How many began in the span."""
        return sum(self.span.covers(each.start_s) for each in self.all)

    @property
    def closed(self) -> int:
        """How many were closed in the span."""
        return sum(each.was_closed and self.span.covers(each.end_s) for each in self.all)

    @property
    def total_s(self) -> float:
        """How long the breaker was not closed in the span."""
        return sum(each.within(self.span) for each in self.all)

    @property
    def touching(self) -> tuple[Opening, ...]:
        """Those of which a part lies in the span."""
        return tuple(each for each in self.all if each.within(self.span) > 0 or self.span.covers(each.start_s))


def openings_in(evidence: Evidence, telling: Telling, span: PhaseSpan) -> Openings:
    """As told; the run's end ends what is not over."""
    restarts = evidence.events_by_kind.get(Kind.STARTED)
    began_anew = set() if restarts is None else set(restarts.values(pl.col("at_s")))
    found: list[Opening] = []
    since_s: float | None = None
    for each in telling.stretches:
        if each.state != CLOSED:
            since_s = each.start_s if since_s is None else since_s
        elif since_s is not None:
            found.append(Opening(since_s, each.start_s, is_over=True, was_closed=each.start_s not in began_anew))
            since_s = None
    if since_s is not None:
        end_s = max(since_s, evidence.duration_s, evidence.end_of_load_s)
        found.append(Opening(since_s, end_s, is_over=False, was_closed=False))
    return Openings(tuple(found), span)


def count_found(name: str, count: int, bound: Bound) -> Finding:
    """Whether so many are within the bound."""
    is_within = all(count <= bounded if is_upper else count >= bounded for is_upper, bounded in _numbers(bound))
    return Finding(Status.PASSED if is_within else Status.FAILED, counted(count, name))


def total_found(openings: Openings, bound: TimeBound) -> Finding:
    """Whether it was open for so long, all in all."""
    total_s = openings.total_s
    is_within = all(total_s <= limit_s if is_upper else total_s >= limit_s for is_upper, limit_s in bound.sides())
    return Finding(Status.PASSED if is_within else Status.FAILED, f"open for {seconds(total_s)} in all")


def each_found(openings: Openings, bound: TimeBound) -> Finding:
    """Whether each lasted so long; of one that the run ended, nobody knows whether it was to be longer."""
    lengths = [(each.end_s - each.start_s, each.is_over) for each in openings.touching]
    if not lengths:
        return Finding(Status.INCONCLUSIVE, "it never opened: there is nothing to measure")
    said = f"open for {' and '.join(_told(lengths))}"
    statuses = {status for length in lengths for status in _within(bound, *length)}
    if Status.FAILED in statuses:
        return Finding(Status.FAILED, said)
    if Status.INCONCLUSIVE in statuses:
        return Finding(Status.INCONCLUSIVE, f"{said}: the last was not over when the run was")
    return Finding(Status.PASSED, said)


def _within(bound: TimeBound, length_s: float, is_over: bool) -> Iterator[Status]:
    for is_upper, limit_s in bound.sides():
        if length_s > limit_s if is_upper else length_s < limit_s and is_over:
            yield Status.FAILED
        elif not is_over and (is_upper or length_s < limit_s):
            yield Status.INCONCLUSIVE


def _told(lengths: list[tuple[float, bool]]) -> Iterator[str]:
    some = sorted(lengths, reverse=True)
    yield seconds(some[0][0])
    if len(some) > 1:
        yield f"{counted(len(some) - 1, 'more opening')} of {seconds(some[-1][0])} and longer"


def _numbers(bound: Bound) -> Iterator[tuple[bool, float]]:
    for limit in bound.limits():
        if not isinstance(limit.value, Relative):
            yield limit.is_upper, limit.value
