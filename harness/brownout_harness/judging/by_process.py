"""Where the target is several processes: what is each one's own, so that nothing told by one is held against another.

Breakers, limiters, bulkheads and retry budgets belong to a process. One may be open while its neighbour's is closed,
and a process that was killed takes its own with it. So what is told of them is judged for each process by what it told,
what was asked of it, and what it sent:

    told    the harness notes who said it; nobody speaks for another
    asked   the driver notes whom it asked
    sent    a request is the work of who had told last, before it came, of an attempt for its operation; where two told
            in the same instant it may be either's, and counts for both; one that nobody told of, or that carries no
            operation's id, may be anybody's, and counts for all

What a process took over from another (a dead letter that it sent again) is its own, too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_reports.rows import EventRow, LedgerRow, OperationRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows, Tables

MAX_CASES: Final = 3
CLOCKS_S: Final = 0.005
"""Two processes read one clock; a request is on its way before its attempt has been told."""
ROW: Final = ("vendor", "seq")
"""What tells a ledger's requests apart."""


def each_process(evidence: Evidence) -> Mapping[str, Evidence]:
    """By the process's name what is its own; under no name everything, where the target is one process."""
    if not evidence.processes:
        return {"": evidence}
    senders = _senders(evidence)
    return {name: _own(evidence, name, senders) for name in evidence.processes}


def _senders(evidence: Evidence) -> pl.LazyFrame:
    """Of each request for which an attempt had been told, whose it may be, a row for each: the columns of `ROW`, and
    `sender`."""
    told = evidence.events_by_kind.get(Kind.ATTEMPT_STARTED, Rows.none(EventRow)).where(~NAMELESS)
    begun = told.frame.select("vendor", "operation_id", told_s="at_s", sender="process").sort("told_s")
    named = evidence.requests.where(~NAMELESS).frame.select(*ROW, "operation_id", by_s=pl.col("at_s") + CLOCKS_S)
    whose = ["vendor", "operation_id"]
    latest = named.sort("by_s").join_asof(
        begun.drop("sender"), left_on="by_s", right_on="told_s", by=whose, check_sortedness=False, coalesce=False
    )
    since_s = pl.col("told_s") - 2 * CLOCKS_S
    either = latest.select(*ROW, "operation_id", since_s=since_s, until_s="told_s").join(begun, on=whose)
    return (
        either.filter(pl.col("told_s").is_between("since_s", "until_s"))
        .select(*ROW, "operation_id", "sender")
        .unique(maintain_order=True)
    )


def _own(evidence: Evidence, name: str, senders: pl.LazyFrame) -> Evidence:
    its = senders.filter(pl.col("sender") == name)
    of_others = senders.join(its, on=[*ROW], how="anti")
    requests = evidence.requests.not_among(of_others, *ROW)
    is_its = pl.col("replicas").list.contains(name)
    taken_over = evidence.operations.where(~is_its).among(its, "operation_id")
    operations = [evidence.operations.where(is_its).frame, taken_over.frame]
    ledger = [requests.frame, evidence.effects.frame]
    own = Tables(
        Rows(OperationRow, pl.concat(operations)),
        Rows(LedgerRow, pl.concat(ledger)),
        Rows(EventRow, evidence.events.where(pl.col("process") == name).frame),
        evidence.letters,
        evidence.deliveries,
        evidence.tables.of(StrikeRow).where(pl.col("process") == name),
    )
    narrowed = replace(evidence, tables=own, processes=())
    # Whether the ids of a vendor are operations' shows only where everybody's are looked at.
    narrowed.__dict__["strangers"] = evidence.strangers
    return narrowed


def judged_each(
    evidence: Evidence, judge: Callable[[Evidence], ExpectationResult], *, one_is_enough: bool = False
) -> ExpectationResult:
    """One result for all processes. One that failed fails it; one of which nothing can be said leaves it open; where
    `one_is_enough`, only if it is so of all."""
    results = {name: judge(own) for name, own in each_process(evidence).items()}
    if len(results) == 1:
        return next(iter(results.values()))
    status = _status({each.status for each in results.values()}, one_is_enough=one_is_enough)
    counts = {name: each for name, each in results.items() if each.status is status}
    cases = [
        case.model_copy(update={"what": f"{name}: {case.what}"}) for name, each in counts.items() for case in each.cases
    ]
    return next(iter(counts.values())).model_copy(
        update={
            "status": status,
            "observed": _observed(results.items() if status is Status.PASSED else counts.items()),
            "cases": tuple(sorted(cases, key=lambda case: case.at_s or 0.0)[:MAX_CASES]),
        }
    )


def _status(statuses: set[Status], *, one_is_enough: bool) -> Status:
    if Status.FAILED in statuses:
        return Status.FAILED
    if Status.INCONCLUSIVE in statuses and not (one_is_enough and Status.PASSED in statuses):
        return Status.INCONCLUSIVE
    return Status.PASSED


def _observed(results: Iterable[tuple[str, ExpectationResult]]) -> str:
    return "; ".join(f"{name}: {each.observed}" for name, each in results)
