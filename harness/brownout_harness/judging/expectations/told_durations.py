"""How long telemetry says that something took, held against how long ago it was asked for."""

from collections.abc import Iterator

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, seconds
from brownout_harness.judging.expectations.telling import CLOCKS_S


def durations_against_driver(evidence: Evidence) -> Iterator[Violation]:
    """Told to have begun before anybody asked for it, or to have ended before it began."""
    asked = evidence.operations.frame.select("operation_id", "sent_s")
    begun_s = pl.col("at_s") - pl.col("duration_s")
    wrong = (pl.col("duration_s") < 0) | (begun_s < pl.col("sent_s") - CLOCKS_S)
    told = evidence.events.frame.join(asked, on="operation_id").filter(wrong)
    for at_s, operation_id, kind, duration_s, sent_s in (
        told.select("at_s", "operation_id", "kind", "duration_s", "sent_s").collect(engine="streaming").iter_rows()
    ):
        what = f"{kind} was told to have taken {seconds(duration_s)}, {seconds(at_s - sent_s)} after it was asked for"
        yield Violation(at_s, operation_id, what)
