"""A run of virtual time in lines: what each expectation saw, how each operation went, what was set aside.

The same code, scenario and seed give the same lines, on any machine; that is what a baseline is compared by. A line has
no more than a reader of a difference needs: whoever wants all of it asks `brownout show`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import polars as pl

from brownout_reports.printable import one_line
from brownout_reports.rows import EFFECT, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import RunFolder, Verdict

HEAD: Final = "# brownout gate"
EXPECTATION: Final = "expectation"
OPERATION: Final = "operation"
LETTER: Final = "letter"


def record_of(run: RunFolder) -> str:
    """All lines, each kind in an order of its own: `KIND NAME: WHAT`."""
    return "\n".join([_head(run.verdict), *_expectations(run.verdict), *_operations(run), *_letters(run)]) + "\n"


def _head(verdict: Verdict) -> str:
    return f"{HEAD}: {one_line(verdict.scenario)}, {verdict.mode}, seed {verdict.seed}, {verdict.duration_s:.3f} s"


def _expectations(verdict: Verdict) -> Iterator[str]:
    for each in verdict.expectations:
        yield _line(EXPECTATION, each.title, f"{each.status}, {each.observed}")


def _operations(run: RunFolder) -> Iterator[str]:
    booked = _booked(run)
    rows = sorted(run.tables.of(OperationRow), key=lambda row: (row.operation_id, row.intended_s))
    for row in rows:
        said = f"{row.name} {row.outcome}"
        if row.detail:
            said += f" ({row.detail})"
        asked = f"asked {row.asks} times" if row.asks != 1 else "asked once"
        what = [
            said,
            f"{asked}, from {row.intended_s:.3f} s to {row.finished_s:.3f} s",
            *booked.get(row.operation_id, ()),
        ]
        yield _line(OPERATION, row.operation_id, "; ".join(what))


def _booked(run: RunFolder) -> dict[str, list[str]]:
    """By operation, what each vendor has of it."""
    counted = (
        run.tables.of(LedgerRow)
        .frame.group_by("operation_id", "vendor", is_effect=pl.col("entry") == EFFECT)
        .agg(count=pl.len(), struck=(pl.col("faults").list.len() > 0).sum())
        .sort("operation_id", "vendor", "is_effect")
        .collect()
    )
    found: dict[str, list[str]] = defaultdict(list)
    for operation_id, vendor, is_effect, count, struck in counted.iter_rows():
        word = "effect" if is_effect else "request"
        text = f"{vendor} {count} {word}{'' if count == 1 else 's'}"
        found[operation_id].append(f"{text}, {struck} struck" if struck else text)
    return found


def _letters(run: RunFolder) -> Iterator[str]:
    for row in sorted(run.tables.of(LetterRow), key=lambda row: (row.operation_id, row.flow, row.id)):
        yield _line(LETTER, row.operation_id or row.id, f"{row.flow} {row.state}, tried {row.attempts} times")


def _line(kind: str, name: str, what: str) -> str:
    # The name ends at the first colon and blank: one that has these itself must not.
    return one_line(f"{kind} {name.replace(': ', ' ')}: {what}")
