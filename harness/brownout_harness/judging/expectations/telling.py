"""What a target's telemetry tells about a breaker, and whether the ledger agrees.

What is told is never believed for itself. A breaker told open must show as silence in the vendor's ledger; one told
closed must not show as callers turned away without a request; and the steps must be those that a breaker can take.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import inf, nextafter
from typing import Final, NamedTuple

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, counted, seconds
from brownout_harness.judging.held_up import in_time
from brownout_reports.rows import EventRow, LedgerRow, OperationRow, Outcome
from brownout_reports.tables import Rows

CLOSED: Final = "closed"
OPEN: Final = "open"
HALF_OPEN: Final = "half_open"

LEGAL_STEPS: Final = frozenset({(CLOSED, OPEN), (OPEN, HALF_OPEN), (HALF_OPEN, CLOSED), (HALF_OPEN, OPEN)})
BY_HAND: Final = "by_hand"
"""In a transition's detail: a person moved it, which may skip a step."""

CLOCKS_S: Final = 0.005
"""Two processes read one clock; a request is on its way before its attempt has been told."""

MINIMUM_TURNED_AWAY: Final = 5
ORDINARY_SHARE: Final = 0.5


class Stretch(NamedTuple):
    """A stretch of time in which a breaker is told to be in one state: half-open, `[start_s, end_s)`."""

    state: str
    start_s: float
    end_s: float

    def overlaps(self, start_s: float, end_s: float) -> bool:
        """Whether they share an instant."""
        return self.start_s < end_s and start_s < self.end_s


@dataclass(frozen=True, slots=True)
class Telling:
    """What telemetry says about the breaker of one vendor, from the run's start to its end."""

    vendor: str
    stretches: tuple[Stretch, ...]
    illegal: tuple[Violation, ...]
    """Steps that no breaker takes."""

    def in_state(self, state: str) -> tuple[Stretch, ...]:
        """The stretches told for one state."""
        return tuple(stretch for stretch in self.stretches if stretch.state == state)


def telling_about(evidence: Evidence, vendor: str, *, early: bool = False) -> Telling:
    """Read the transitions. A breaker starts closed, and again closed in a process that starts anew. Of steps that were
    seen by looking, `early` has each as soon as it can have been, else it is as late; and any may follow any other."""
    kind = pl.col("kind")
    moves = evidence.events.where(
        (kind == Kind.STARTED) | ((kind == Kind.BREAKER_TRANSITION) & (pl.col("vendor") == vendor))
    )
    stretches: list[Stretch] = []
    illegal: list[Violation] = []
    state, since_s = CLOSED, float("-inf")
    for move in moves:
        after = CLOSED if move.kind == Kind.STARTED else move.outcome
        at_s = move.at_s - move.duration_s if early else move.at_s
        is_free = vendor in evidence.looks or BY_HAND in move.detail
        if move.kind != Kind.STARTED and (state, after) not in LEGAL_STEPS and not is_free:
            illegal.append(Violation(at_s, "", f"{vendor} breaker stepped from {state} to {after}"))
        if after != state:
            stretches.append(Stretch(state, since_s, at_s))
            state, since_s = after, at_s
    stretches.append(Stretch(state, since_s, float("inf")))
    return Telling(vendor, tuple(stretches), tuple(illegal))


Arrivals = list[tuple[Stretch, Rows[LedgerRow]]]
"""What arrived at a vendor in each of several stretches."""


def requests_while_open(evidence: Evidence, telling: Telling, *, late_by_s: float) -> Arrivals:
    """Per stretch told open the requests that arrived in it later than `late_by_s` after it began."""
    found = []
    for stretch in telling.in_state(OPEN):
        later_s = nextafter(stretch.start_s + late_by_s, inf)
        arrived = evidence.requests_between(telling.vendor, later_s, stretch.end_s)
        found.append((stretch, in_time(evidence, arrived)))
    return found


def contradictions(evidence: Evidence, telling: Telling, *, late_by_s: float) -> list[Violation]:
    """Where the ledger shows that the telemetry does not tell the truth."""
    return [
        *false_openings(evidence, telling, late_by_s=late_by_s),
        *closed_with_callers_turned_away(evidence, telling),
    ]


def false_openings(evidence: Evidence, telling: Telling, *, late_by_s: float) -> list[Violation]:
    """The same, of what is told of opening and closing alone."""
    return [*telling.illegal, *_open_with_traffic(evidence, telling, late_by_s)]


def _open_with_traffic(evidence: Evidence, telling: Telling, late_by_s: float) -> list[Violation]:
    """Told open, but requests flow as they do through a closed breaker: as much of what operations ask for, or of what
    calls are told of. A vendor that only takes another's place is asked by few operations, and told of by all."""
    operations, calls = evidence.operations_for(telling.vendor), _calls_told(evidence, telling.vendor)
    found = []
    for stretch, requests in requests_while_open(evidence, telling, late_by_s=late_by_s):
        span = (stretch.start_s + late_by_s, stretch.end_s)
        ordinary = ORDINARY_SHARE * min(len(operations.within(*span)), len(calls.within(*span)))
        if len(requests) >= MINIMUM_TURNED_AWAY and len(requests) >= ordinary:
            first = next(iter(requests))
            what = f"told open from {_from(stretch)}, yet {counted(len(requests), 'request')} reached {telling.vendor}"
            found.append(Violation(first.at_s, first.operation_id, what))
    return found


def _calls_told(evidence: Evidence, vendor: str) -> Rows[EventRow]:
    """Attempts that are told to have begun, and calls that are told to have been turned away."""
    either = pl.col("kind").is_in([Kind.ATTEMPT_STARTED, Kind.CALL_REJECTED])
    return evidence.events.where(pl.col("vendor") == vendor, either)


def closed_with_callers_turned_away(evidence: Evidence, telling: Telling) -> list[Violation]:
    """Told closed, but callers are turned away in a row while no request at all reaches the vendor."""
    away = sorted((each.sent_s, each.finished_s, each.operation_id) for each in _turned_away(evidence, telling.vendor))
    arrivals = evidence.requests_at(telling.vendor).values(pl.col("at_s")).to_list() if away else []
    found = []
    for stretch in telling.in_state(CLOSED):
        inside = [each for each in away if stretch.start_s <= each[0] and each[1] < stretch.end_s]
        for first, count in _rows_without(arrivals, inside):
            what = (
                f"told closed from {_from(stretch)}, yet {counted(count, 'operation')} in a row turned away "
                f"without a request to {telling.vendor}"
            )
            found.append(Violation(first[0], first[2], what))
    return found


def _rows_without(
    arrivals: list[float], away: list[tuple[float, float, str]]
) -> Iterator[tuple[tuple[float, float, str], int]]:
    """The first and the number of each row of operations with no arrival at the vendor from the first to the last."""
    rows = groupby(away, key=lambda each: bisect_right(arrivals, each[0]))
    for _, row in rows:
        first, *others = row
        if len(others) + 1 >= MINIMUM_TURNED_AWAY:
            yield first, len(others) + 1


def _turned_away(evidence: Evidence, vendor: str) -> Rows[OperationRow]:
    """To these the target answered that it did not do it now, and for these nothing was sent to the vendor. Those that
    another policy than the breaker turned away, as the target says, prove nothing and are left out.
    """
    outcome, asks, status = pl.col("outcome"), pl.col("asks"), pl.col("status")
    rejected = evidence.events_by_kind.get(Kind.CALL_REJECTED, Rows.none(EventRow))
    by_others = rejected.where(pl.col("vendor") == vendor, ~pl.col("outcome").is_in(["breaker", "breaker_open"]))
    return (
        evidence.operations_for(vendor)
        .where(outcome.is_in([Outcome.REFUSED, Outcome.ACCEPTED]), asks <= 1, status != 0)
        .not_among(by_others.frame, "operation_id")
        .not_among(evidence.requests_at(vendor).frame, "operation_id")
    )


def _from(stretch: Stretch) -> str:
    start = "the start" if stretch.start_s == float("-inf") else seconds(stretch.start_s)
    return start if stretch.end_s == float("inf") else f"{start} to {seconds(stretch.end_s)}"
