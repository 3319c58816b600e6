"""Which operations of a run are worth a look, one by one: those that an expectation names, those that were struck, the
slowest."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final, NamedTuple

import polars as pl

from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.run_folder import RunFolder, Status
from brownout_reports.tables import Rows

LONGEST: Final = (pl.col("finished_s") - pl.col("intended_s")).round(6)
BY_LENGTH: Final = (LONGEST, pl.col("operation_id"))
MOST_FAULTS: Final = 8
"""Of which the operation that each struck worst is looked for."""


class Noted(NamedTuple):
    """An operation, and why it is looked at."""

    operation_id: str
    why: str


def cases(run: RunFolder) -> list[Noted]:
    """Those that an expectation which does not hold names, each once: one of each expectation, then the next of each.
    Those of failed ones come first."""
    found: list[Noted] = []
    for status in (Status.FAILED, Status.INCONCLUSIVE):
        wrong = [each.cases for each in run.verdict.expectations if each.status is status]
        in_turn = (case for some in zip_longest(*wrong) for case in some if case is not None)
        found += [Noted(case.operation_id, case.what) for case in in_turn if case.operation_id]
    return _once(found)


def slowest(run: RunFolder, count: int) -> list[Noted]:
    """From when they were wanted to when the last answer was in."""
    frame = run.tables.of(OperationRow).frame.sort(*BY_LENGTH, descending=[True, False])
    return [_slow(each) for each in Rows(OperationRow, frame.head(count))]


def struck_or_slow(run: RunFolder, count: int) -> list[Noted]:
    """Of each fault, as the scenario has them, the slowest that it struck; then of each operation and outcome the
    slowest."""
    return _once([*_struck(run), *_slowest_of_each(run, count)])[:count]


def _slowest_of_each(run: RunFolder, count: int) -> list[Noted]:
    kinds = ["name", "outcome"]
    frame = run.tables.of(OperationRow).frame.with_columns(longest=LONGEST)
    # All of them are many: only those that last as long as any of their kind are sorted.
    worst = frame.group_by(kinds).agg(pl.col("longest").max())
    frame = frame.join(worst, on=[*kinds, "longest"], how="semi").drop("longest")
    first = frame.sort(*BY_LENGTH, descending=[True, False]).unique(kinds, keep="first", maintain_order=True)
    return [_slow(each) for each in Rows(OperationRow, first.head(count))]


def _struck(run: RunFolder) -> Iterator[Noted]:
    for fault in [fault for fault in run.verdict.faults if fault.struck][:MOST_FAULTS]:
        theirs = run.tables.of(LedgerRow).frame.filter(pl.col("faults").list.contains(fault.id))
        worst = run.tables.of(OperationRow).frame.join(theirs, on="operation_id", how="semi")
        worst = worst.sort(*BY_LENGTH, descending=[True, False])
        for each in Rows(OperationRow, worst.head(1)):
            yield Noted(each.operation_id, f"struck by {fault.id}, {_slow(each).why}")


def _slow(each: OperationRow) -> Noted:
    return Noted(each.operation_id, f"took {each.latency_s:.3f} s, {each.outcome}")


def _once(noted: Iterable[Noted]) -> list[Noted]:
    first: dict[str, Noted] = {}
    for each in noted:
        first.setdefault(each.operation_id, each)
    return list(first.values())
