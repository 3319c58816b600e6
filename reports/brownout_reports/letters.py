"""How many dead letters were waiting, over time.

One waits from when the target said it had set it aside, or, where it did not say, from the first attempt, until it was
resolved. A letter without either instant, or resolved nobody knows when, is in no sum.
"""

import numpy as np
import polars as pl

from brownout_reports.rows import EventRow, LetterRow
from brownout_reports.series import Floats
from brownout_reports.tables import Tables

WAITING = ("under_way", "pending", "redriving", "poison", "incident")


def waiting(tables: Tables, edges_s: Floats) -> Floats | None:
    """How many waited at each edge; None where no letter can be drawn."""
    said = (
        tables.of(EventRow)
        .frame.filter(pl.col("kind") == "dead_lettered")
        .group_by(id=pl.col("detail"))
        .agg(said_s=pl.col("at_s").min())
    )
    letters = (
        tables.of(LetterRow)
        .frame.join(said, on="id", how="left")
        .select(
            since_s=pl.coalesce("said_s", "first_attempt_at"),
            until_s=pl.when(pl.col("state").is_in(list(WAITING))).then(float("inf")).otherwise("resolved_at"),
        )
        .drop_nulls()
        .collect(engine="streaming")
    )
    if letters.is_empty():
        return None
    begun, ended = (np.sort(letters[name].to_numpy()) for name in ("since_s", "until_s"))
    return (np.searchsorted(begun, edges_s, "right") - np.searchsorted(ended, edges_s, "right")).astype(np.float64)
