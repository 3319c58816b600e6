"""Effects that no operation explains."""

import polars as pl

from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_harness.judging.expectations.telling import CLOCKS_S
from brownout_reports.rows import LedgerRow
from brownout_reports.tables import Rows


def phantoms_among(evidence: Evidence, effects: Rows[LedgerRow]) -> Rows[LedgerRow]:
    """Those under an id that the driver never asked with, or that were there before it first did."""
    named, operations = effects.where(~NAMELESS), evidence.operations.frame
    asked = operations.select("operation_id", "sent_s")
    early = named.frame.join(asked, on="operation_id").filter(pl.col("at_s") < pl.col("sent_s") - CLOCKS_S)
    never = named.not_among(operations, "operation_id").frame
    return Rows(LedgerRow, pl.concat([never, early.drop("sent_s")]), effects.order)
