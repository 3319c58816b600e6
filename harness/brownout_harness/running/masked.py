"""What was asked, held and answered goes into a run's folder without any credential of the run."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from brownout_harness.safety.secret_forms import MASK
from brownout_reports.rows import TABLES
from brownout_reports.tables import Rows, Tables

COLUMNS: Final = frozenset({"as_asked", "answered", "fields", "states"})
"""Whatever an application may have put into a text message, or into its answer."""


def masked(tables: Tables, secret_forms: Sequence[str]) -> Tables:
    """The same rows, each form of a credential in those columns replaced."""
    if not secret_forms:
        return tables
    return Tables(*(_masked(tables.of(table.record), list(secret_forms)) for table in TABLES.values()))


def _masked(rows: Rows[Any], forms: list[str]) -> Rows[Any]:
    names = [name for name in rows.record._fields if name in COLUMNS]
    if not names:
        return rows
    hidden = pl.col(names).str.replace_many(forms, [MASK] * len(forms), leftmost=True)
    return Rows(rows.record, rows.frame.with_columns(hidden), rows.order)
