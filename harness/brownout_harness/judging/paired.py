"""A run beside its control run: the same load, of the same seed, on the same target, without faults and actions.

What differs between the two in the same instants is what the faults came to. Whatever is compared is shown with its
interval (`confidence.py`): within the bound as a whole it holds, beyond it as a whole it does not; a bound that lies in
it says that there were too few samples to tell.
"""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

import polars as pl

from brownout_harness.judging.confidence import Interval
from brownout_harness.judging.evidence import Evidence, vendor_of
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.tables import Rows

HEALTHY: Final = 0.95
"""A control run in which less is done is no normal to return to."""
ROUNDING_S: Final = 1e-9
LATENCY_S: Final = pl.col("finished_s") - pl.col("intended_s")
DONE: Final = pl.col("outcome") == Outcome.DONE


class Finding(NamedTuple):
    """One of the things that are compared, and what came of it."""

    status: Status
    said: str


def missing(evidence: Evidence) -> str:
    """Why there is nothing to compare with; empty where there is."""
    if evidence.control is None:
        return f"there is no control run: {evidence.no_control or 'none was made; run the scenario again'}"
    short = [f"{gap.kind}: {gap.detail}" for gap in evidence.control.gaps]
    short += [f"{death.process} ended unasked" for death in evidence.control.deaths]
    if short:
        return f"the control run fell short: {'; '.join(short)}"
    return _another(evidence, evidence.control)


def _another(evidence: Evidence, control: Evidence) -> str:
    """Why it is no control run of this one. Only of users who wait it depends on the answers how often they ask."""
    asked, wanted = len(control.wanted), len(evidence.wanted)
    if not evidence.think_s and asked != wanted:
        return f"the control run had another load: {asked} operations, {wanted} in this one"
    rules = [each.id for each in evidence.faults]
    struck = control.requests.count(pl.col("faults").list.set_intersection(rules).list.len() > 0) if rules else 0
    return f"the control run was struck by faults, too: {struck} of its requests" if struck else ""


def unwell(control: Rows[OperationRow]) -> str:
    """Why what the control run did then is no normal to return to; empty where it is."""
    done = control.count(DONE)
    if done < HEALTHY * len(control):
        return f"the control run was not well itself: {done} of {len(control)} done, {HEALTHY:.0%} needed"
    return ""


def used_by(control: Evidence, name: str) -> frozenset[str]:
    """The vendors that an operation leaves something at, and those that were asked under its ids while nothing was
    wrong: what it does only in trouble is what is judged."""
    its = control.requests.among(control.operations_of[name].frame, "operation_id")
    return frozenset(its.values(pl.col("vendor").unique())) | {vendor_of(kind) for kind in control.kinds_left_by(name)}


def p99_s(rows: Rows[OperationRow]) -> float:
    """Nearest rank; of none 0."""
    ordered = rows.values(LATENCY_S)
    return float(ordered[math.ceil(round(0.99 * len(ordered), 9)) - 1]) if len(ordered) else 0.0


def in_time(rows: Rows[OperationRow], limit_s: float) -> int:
    """How many of them were done no later than that."""
    return rows.count(DONE, limit_s + ROUNDING_S >= LATENCY_S)


def at_least(bound: float, interval: Interval) -> Status:
    """Whether what lies in the interval is so much."""
    if interval.low >= bound:
        return Status.PASSED
    return Status.FAILED if interval.high < bound else Status.INCONCLUSIVE


def at_most(bound: float, interval: Interval) -> Status:
    """Whether what lies in the interval is no more."""
    if interval.high <= bound:
        return Status.PASSED
    return Status.FAILED if interval.low > bound else Status.INCONCLUSIVE


def together(findings: Iterable[Finding]) -> Finding:
    """All of them: one that does not hold is enough, then one of which nothing can be said. Told are those."""
    found = list(findings)
    for status in (Status.FAILED, Status.INCONCLUSIVE):
        if said := [each.said for each in found if each.status is status]:
            return Finding(status, "; ".join(said))
    return Finding(Status.PASSED, "; ".join(each.said for each in found))
