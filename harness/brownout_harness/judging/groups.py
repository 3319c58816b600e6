"""What is known of the users of one group alone: what they asked for, and what is under their operations' ids."""

from dataclasses import replace

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_reports.rows import DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.tables import Tables


def groups_of(evidence: Evidence) -> tuple[str, ...]:
    """The groups of users that asked for something, sorted; none where there was only one without a name."""
    return tuple(name for name in evidence.wanted.split("group") if name)


def of_group(evidence: Evidence, group: str) -> Evidence:
    """The same evidence without what other groups asked for; for `""` as it is.

    What is under no operation's id, or under one that nobody asked with, is nobody's, and stays.
    """
    if not group:
        return evidence
    is_theirs = pl.col("group") == group
    others = evidence.wanted.where(~is_theirs).frame.select("operation_id")
    kept = (evidence.tables.of(record) for record in (LedgerRow, EventRow, LetterRow, DeliveryRow))
    theirs = [rows.not_among(others, "operation_id") for rows in kept]
    narrowed = replace(evidence, tables=Tables(evidence.tables.of(OperationRow).where(is_theirs), *theirs), group=group)
    # Whether the ids of a vendor are operations' shows only where everybody's are looked at.
    narrowed.__dict__["strangers"] = evidence.strangers
    return narrowed
