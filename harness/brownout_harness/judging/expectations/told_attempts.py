"""The attempts that telemetry tells of, held against the requests in the vendors' ledgers.

    a request             was sent by an attempt that had begun by then: one of each route for each attempt, and another
                          one after each 401, or by what else the vendor says that a credential has expired: it is
                          renewed, and what was refused is sent again
    an attempt, ended ok  was answered well within its time
    an attempt, ended     was not answered well within its time; where it sent nothing itself (another one renewed the
    with a vendor's error credential for both), somebody had been answered so before

An attempt that was not answered proves nothing by what it left: it may never have reached the vendor.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_harness.judging.expectations.base import Violation, counted
from brownout_harness.judging.expectations.telling import CLOCKS_S
from brownout_harness.judging.refusals import Refusals
from brownout_reports.rows import EventRow, LedgerRow
from brownout_reports.tables import Rows

STATUS: Final = pl.col("status")
GOOD: Final = STATUS.is_between(200, 399)
COMPLETE: Final = pl.col("ending") == "complete"
CUT_OFF: Final = pl.col("ending").is_in(["close", "reset", "hang"]) & (pl.col("chunks") <= 1)
"""A plain body that never arrived whole. A client that has read all of it and leaves at once may be told as having left
before; of a stream as much as came may have been enough."""
ERRORS: Final[Mapping[str, pl.Expr]] = {
    "throttled": STATUS == 429,
    "vendor_busy": STATUS == 409,
    "vendor_unavailable": (STATUS >= 500) | (STATUS == 408),
}
"""What every vendor answers, by what an attempt is then told to have ended with."""
AUTHENTICATION_FAILED: Final = "authentication_failed"
USUAL: Final = Refusals()


def attempts_against_ledger(evidence: Evidence) -> Iterator[Violation]:
    """Where the two do not agree. What has no operation id is left out."""
    for vendor, requests in evidence.requests_to.items():
        named = requests.where(~NAMELESS).frame
        expired = evidence.refusals.get(vendor, USUAL).expired
        yield from _untold(vendor, named, _told(evidence, Kind.ATTEMPT_STARTED, vendor), expired)
    for vendor in evidence.events.split("vendor"):
        finished = _told(evidence, Kind.ATTEMPT_FINISHED, vendor)
        yield from _answered_otherwise(evidence, vendor, finished)


def _told(evidence: Evidence, kind: Kind, vendor: str) -> pl.LazyFrame:
    events = evidence.events_by_kind.get(kind, Rows.none(EventRow))
    return events.where(pl.col("vendor") == vendor, ~NAMELESS).frame.select(
        "operation_id", "at_s", "outcome", "duration_s", "attempt"
    )


def _untold(vendor: str, requests: pl.LazyFrame, starts: pl.LazyFrame, expired: Collection[int]) -> Iterator[Violation]:
    """Requests before which fewer attempts had begun than requests of their route had been made."""
    begun = starts.group_by("operation_id").agg(first_s=pl.min("at_s"))
    made = requests.group_by("operation_id").agg(requests=pl.len(), arrived_s=pl.min("at_s"))
    plain = (pl.col("requests") == 1) & (pl.col("first_s") <= pl.col("arrived_s") + CLOCKS_S)
    others = made.join(begun, on="operation_id", how="left").filter(plain.fill_null(value=False).not_())
    call = ("operation_id", "route")
    is_refused = STATUS.is_in(list(expired)).cast(pl.Int64)
    again = is_refused.cum_sum().over("operation_id") - is_refused
    counted_requests = (
        requests.join(others.select("operation_id"), on="operation_id", how="semi")
        .sort("at_s", "seq")
        .with_columns(needed=pl.int_range(1, pl.len() + 1).over(call) - again, by_s=pl.col("at_s") + CLOCKS_S)
    )
    counted_starts = (
        starts.select("operation_id", begun_s="at_s")
        .sort("begun_s")
        .with_columns(begun=pl.int_range(1, pl.len() + 1).over("operation_id"))
    )
    joined = counted_requests.join_asof(
        counted_starts, left_on="by_s", right_on="begun_s", by="operation_id", check_sortedness=False
    ).with_columns(pl.col("begun").fill_null(0))
    untold = joined.filter(pl.col("begun") < pl.col("needed"))
    for at_s, operation_id, route, begun_by_then, needed in (
        untold.select("at_s", "operation_id", "route", "begun", "needed").collect().iter_rows()
    ):
        told = f"{begun_by_then or 'none'} told of by then"
        what = f"{route} reached {vendor}: {counted(needed, 'attempt')} for it, and {told}"
        yield Violation(at_s, operation_id, what)


def _without_nameless(told: pl.LazyFrame, requests: Rows[LedgerRow]) -> pl.LazyFrame:
    """Without those in whose time a request came that nobody's name is on: it may have been theirs."""
    nameless = requests.where(NAMELESS).frame.select(nameless_s="at_s").sort("nameless_s")
    last = told.sort("to_s").join_asof(nameless, left_on="to_s", right_on="nameless_s")
    return last.filter((pl.col("nameless_s") >= pl.col("from_s")).fill_null(value=False).not_()).drop("nameless_s")


def _answered_otherwise(evidence: Evidence, vendor: str, finished: pl.LazyFrame) -> Iterator[Violation]:
    """Attempts that are told to have been answered, and were not, or otherwise."""
    errors = {**ERRORS, AUTHENTICATION_FAILED: STATUS.is_in(list(evidence.refusals.get(vendor, USUAL).bad))}
    told = (
        finished.filter(pl.col("outcome").is_in(["ok", *errors]))
        .with_row_index("place")
        .with_columns(from_s=pl.col("at_s") - pl.col("duration_s") - CLOCKS_S, to_s=pl.col("at_s") + CLOCKS_S)
    )
    requests = evidence.requests_at(vendor)
    provable = _without_nameless(told, requests)
    wanted = provable.collect(
        engine="streaming"
    ).lazy()  # once: the places must be the same wherever they are asked for
    own = requests.where(~NAMELESS).frame.select(
        "operation_id", arrived_s="at_s", well=GOOD & ~CUT_OFF, surely=GOOD & COMPLETE
    )
    within = (
        wanted.join(own, on="operation_id")
        .filter(pl.col("arrived_s").is_between("from_s", "to_s"))
        .group_by("place")
        .agg(sent=pl.len(), well=pl.sum("well"), surely=pl.sum("surely"))
    )
    joined = wanted.join(within, on="place", how="left").with_columns(pl.col("sent", "well", "surely").fill_null(0))
    is_ok, nobody = pl.col("outcome") == "ok", pl.lit(value=False)
    for outcome, so in errors.items():
        first_s = requests.where(so, COMPLETE).figure(pl.min("at_s"))
        is_first = pl.lit(value=True) if first_s is None else pl.col("to_s") < first_s
        nobody = nobody | ((pl.col("outcome") == outcome) & (pl.col("sent") == 0) & is_first)
    wrong = (is_ok & (pl.col("well") == 0)) | (~is_ok & (pl.col("sent") > 0) & (pl.col("surely") == pl.col("sent")))
    found = joined.filter(wrong | nobody).select("at_s", "operation_id", "attempt", "outcome", "sent")
    for at_s, operation_id, attempt, outcome, sent in found.collect().iter_rows():
        if outcome == "ok":
            what = f"attempt {attempt} at {vendor} was told to have ended ok, and {vendor} gave it no such answer"
        elif sent:
            what = f"attempt {attempt} at {vendor} was told to have ended {outcome}, and {vendor} answered it well"
        else:
            what = (
                f"attempt {attempt} at {vendor} was told to have ended {outcome}, and {vendor} had answered nobody so"
            )
        yield Violation(at_s, operation_id, what)
