"""The operations that are told to have ended because a policy turned them away, held against what is told of that.

Who counts what a policy keeps away reads the rejections. An end that none of them explains is one that nobody counted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from brownout_core.errors import (
    BreakerOpen,
    BulkheadFull,
    CallRejected,
    ClaimsUnavailable,
    DeadlineExceeded,
    IdempotencyConflict,
    KeyReused,
    LimiterFull,
    NotSettled,
    RenewalPaused,
)
from brownout_core.telemetry import Kind, outcome_name
from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_harness.judging.expectations.base import Violation

REJECTIONS: Final[tuple[type[CallRejected], ...]] = (
    BreakerOpen,
    BulkheadFull,
    ClaimsUnavailable,
    DeadlineExceeded,
    IdempotencyConflict,
    KeyReused,
    LimiterFull,
    NotSettled,
    RenewalPaused,
)
"""A retry that was suppressed is told by itself, as that."""
POLICIES: Final[Mapping[str, str]] = {outcome_name(each): each.policy for each in REJECTIONS}
"""The policy, by what an end is called that it has brought about."""


def causes_against_rejections(evidence: Evidence) -> Iterator[Violation]:
    """Of one operation there are as many rejections by a policy as ends that it is told to have brought about."""
    if not evidence.absence_is_proof:
        return
    ended, set_aside = pl.col("kind") == Kind.OPERATION_FINISHED, pl.col("kind") == Kind.DEAD_LETTERED
    words = list(POLICIES)
    by_policy = (ended & pl.col("detail").is_in(words)) | (set_aside & pl.col("outcome").is_in(words))
    rejected = evidence.events.where(~NAMELESS, pl.col("kind") == Kind.CALL_REJECTED)
    left = Counter((each.operation_id, each.outcome) for each in rejected)
    for each in evidence.events.where(~NAMELESS, by_policy):
        cause = each.outcome if each.kind == Kind.DEAD_LETTERED else each.detail
        policy = POLICIES[cause]
        left[each.operation_id, policy] -= 1
        if left[each.operation_id, policy] < 0:
            what = f"told to have ended by {cause}, and no rejection by the {policy} was told of it"
            yield Violation(each.at_s, each.operation_id, what)
