"""Requests that a link held up on their way to a vendor: when they arrived says nothing of when they were sent."""

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_reports.rows import LedgerRow
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows

UPSTREAM = pl.col("stream") == "upstream"


UNKNOWN = "that a link held up on their way: when they were sent nobody can tell"


def in_time(evidence: Evidence, requests: Rows[LedgerRow]) -> Rows[LedgerRow]:
    """Those that were not held up: their arrival is their sending."""
    rules = evidence.tables.of(StrikeRow).where(UPSTREAM).values(pl.col("rule").unique()).to_list()
    if not rules:
        return requests
    return requests.where(pl.col("faults").list.set_intersection(rules).list.len() == 0)
