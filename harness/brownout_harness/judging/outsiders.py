"""What others than the target did at the vendors: told apart, so that it neither blames the target nor excuses it."""

from collections.abc import Iterator

import polars as pl

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_reports.rows import TABLES, LedgerRow, OperationRow, Outcome
from brownout_reports.tables import Rows, Tables

OUTSIDE = pl.col("asked_of") != ""


def apart(tables: Tables) -> Tables:
    """Without what others asked for, and what is under its ids in the vendors' books.

    What a vendor tells the target of it stays: that is the target's to take.
    """
    outside = outsiders_in(tables)
    if not outside:
        return tables
    theirs = outside.frame.select("operation_id")
    booked = (OperationRow, LedgerRow)
    kept = (tables.of(table.record) for table in TABLES.values())
    return Tables(*(rows.not_among(theirs, "operation_id") if rows.record in booked else rows for rows in kept))


def outsiders_in(tables: Tables) -> Rows[OperationRow]:
    """What others asked for."""
    return tables.of(OperationRow).where(OUTSIDE)


def gaps_of_outsiders(outside: Rows[OperationRow]) -> Iterator[Gap]:
    """Where they did not get done what the scenario has them do: the experiment was another one."""
    for group, rows in outside.where(pl.col("asks") > 0).split("group").items():
        undone = rows.where(pl.col("outcome") != Outcome.DONE).sorted("intended_s", "operation_id")
        for first in list(undone)[:1]:
            what = f"{len(undone)} of the {len(rows)} that {group} asked {first.asked_of} for were not done"
            how = first.detail or f"status {first.status}"
            yield Gap(GapKind.NOT_STAGED, f"{what}, first {first.operation_id} ({how})", first.intended_s)


def notes_of_outsiders(tables: Tables) -> Iterator[str]:
    """What they did, for whoever finds it in the vendors' books."""
    for group, rows in outsiders_in(tables).split("group").items():
        for vendor, some in rows.split("asked_of").items():
            done = some.count(pl.col("outcome") == Outcome.DONE)
            yield f"{group} asked {vendor} directly {len(some)} times, {done} done: told apart from what the target did"
