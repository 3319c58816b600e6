"""What is known of the users of one group alone: what they asked for, and what is under their operations' ids."""

from dataclasses import replace

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_reports.rows import TABLES
from brownout_reports.tables import Tables


def groups_of(evidence: Evidence) -> tuple[str, ...]:
    """The groups of users that asked for something, sorted; none where there was only one."""
    names = tuple(evidence.wanted.split("group"))
    return names if len(names) > 1 else ()


def of_group(evidence: Evidence, group: str) -> Evidence:
    """The same evidence without what other groups asked for; for `""` as it is.

    What is under no operation's id, or under one that nobody asked with, is nobody's, and stays.
    """
    if not group:
        return evidence
    others = evidence.wanted.where(pl.col("group") != group).frame.select("operation_id")
    theirs = [evidence.tables.of(table.record).not_among(others, "operation_id") for table in TABLES.values()]
    control = None if evidence.control is None else of_group(evidence.control, group)
    narrowed = replace(evidence, tables=Tables(*theirs), group=group, control=control)
    # Whether the ids of a vendor are operations' shows only where everybody's are looked at.
    narrowed.__dict__["strangers"] = evidence.strangers
    return narrowed
