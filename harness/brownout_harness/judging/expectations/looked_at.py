"""Where nobody tells of a breaker and its state was looked at now and then: what that proves, and what it does not.

A step is dated by the look that saw it first, and may have been made right after the look before. So everything is
judged twice, with each step as early and as late as it can have been, and stands where both say the same. Between two
looks it cannot have opened and closed again where they are closer than it stays open; where they are not, nobody knows.
"""

from collections.abc import Sequence
from math import inf, nextafter
from typing import Final

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, seconds
from brownout_harness.judging.expectations.telling import (
    CLOSED,
    MINIMUM_TURNED_AWAY,
    OPEN,
    ORDINARY_SHARE,
    Stretch,
    Telling,
    closed_with_callers_turned_away,
)
from brownout_harness.judging.looks import Looks
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import PhaseSpan

EARLY: Final = 0
LATE: Final = 1


def by_looks(
    wording: Wording,
    results: tuple[ExpectationResult, ExpectationResult],
    looks: Looks,
    span: PhaseSpan,
    *,
    doubts: Sequence[Violation],
    misses_closed: bool,
) -> ExpectationResult:
    """One result of two, with every step as early and as late as it can have been. `doubts`: where what was seen may
    not be so, for what else was seen; `misses_closed`: it is about never being closed, which a breaker may be for less
    than a look sees."""
    seen = f"seen by {counted(looks.seen, 'look')}, {seconds(looks.longest_s)} apart at most"
    blind = looks.blind_before(span.end_s)
    early, late = results
    if blind is not None and Status.INCONCLUSIVE not in (early.status, late.status):
        between = f"from {seconds(blind.since_s)} to {seconds(blind.until_s)}"
        return wording.inconclusive(f"{late.observed}, but nobody saw it {between}: it could have opened and closed")
    if early.status is not late.status:
        return wording.inconclusive(
            f"{early.observed}, or {late.observed}: it is {seen}, and stepped between two of them"
        )
    if misses_closed and late.status is Status.PASSED:
        return wording.inconclusive(f"{late.observed}; {seen}: it could have been closed between two of them")
    if doubts and late.status is Status.PASSED:
        return wording.inconclusive(f"{late.observed}; {seen}; but {min(doubts).what}")
    return late.model_copy(update={"observed": f"{late.observed}; {seen}"})


def traffic_while_seen_open(evidence: Evidence, early: Telling, late: Telling, *, late_by_s: float) -> list[Violation]:
    """Open from the look that first saw it so to the last one that did, yet requests flow as through a closed one."""
    found = []
    pairs = zip(late.in_state(OPEN), early.in_state(OPEN), strict=True)
    for start_s, end_s in ((nextafter(first.start_s + late_by_s, inf), last.end_s) for first, last in pairs):
        requests = evidence.requests_between(late.vendor, start_s, end_s)
        asked = evidence.operations_for(late.vendor).within(start_s, end_s)
        if len(requests) >= MINIMUM_TURNED_AWAY and len(requests) >= ORDINARY_SHARE * len(asked):
            first = next(iter(requests))
            what = f"seen open from {seconds(start_s)}, yet {counted(len(requests), 'request')} reached {late.vendor}"
            found.append(Violation(first.at_s, first.operation_id, what))
    return found


def turned_away_while_seen_closed(evidence: Evidence, early: Telling, late: Telling) -> list[Violation]:
    """Closed as far as one sees, yet callers are turned away in a row and nothing is sent: metrics may lag, or know
    nothing of the breaker. Or something else turned them away, which nobody tells, so it is no proof."""
    pairs = zip(late.in_state(CLOSED), early.in_state(CLOSED), strict=True)
    surely = tuple(Stretch(CLOSED, first.start_s, last.end_s) for first, last in pairs)
    return closed_with_callers_turned_away(evidence, Telling(late.vendor, surely, ()))
