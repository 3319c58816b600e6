"""A vendor that says when to come back is not asked again before. Judged from the ledger alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require, seconds
from brownout_reports.rows import LedgerRow
from brownout_reports.run_folder import ExpectationResult

MINIMUM_ANSWERS: Final = 5
JOINED_BY: Final = pl.when(pl.col("operation_id") != "").then("operation_id").otherwise("idempotency_key")
"""What the requests of a call have in common, beside their route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAfterRespected:
    """After an answer with Retry-After, the next request of the same call comes no earlier than it asks."""

    NAME: ClassVar[str] = "retry_after_respected"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose answers and whose ledger."""
    cap_s: float = 60.0
    """A longer wish need not be honoured in full."""
    tolerance_s: float = 0.05
    """Timers and clocks of two processes."""

    def __post_init__(self) -> None:
        require(self.cap_s > 0, f"retry_after_respected cap must be above 0, got {self.cap_s}")
        require(self.tolerance_s >= 0, f"retry_after_respected tolerance must not be negative, got {self.tolerance_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """A call is one route for one operation (or idempotency key). Giving up respects the wish, too."""
        wording = Wording(self, f"no request to {self.vendor} earlier than its Retry-After")
        requests = evidence.requests_at(self.vendor).where(JOINED_BY != "")
        told = requests.where(pl.col("retry_after_s").is_not_null())
        answers = len(told)
        calls = _calls(requests.among(told.frame, JOINED_BY, "route"))
        early = [violation for each in calls for violation in self._early(each)]
        observed = f"{counted(answers, 'answer')} with Retry-After, {counted(len(early), 'request')} too early"
        if early:
            return wording.failed(observed, early)
        if answers < MINIMUM_ANSWERS:
            return wording.too_few(answers, MINIMUM_ANSWERS, "answers with Retry-After that can be joined to a call")
        return wording.passed(observed)

    def _early(self, requests: list[LedgerRow]) -> Iterator[Violation]:
        for refused, following in pairwise(requests):
            # A request that was on its way before the answer was out could not know of it.
            if refused.retry_after_s is None or following.at_s < refused.finished_s:
                continue
            waited_s = following.at_s - refused.finished_s
            asked_s = min(refused.retry_after_s, self.cap_s)
            if waited_s < asked_s - self.tolerance_s:
                what = f"asked to wait {seconds(asked_s)} ({refused.status}), came after {seconds(waited_s)}"
                yield Violation(following.at_s, following.operation_id, what)


def _calls(requests: Iterable[LedgerRow]) -> Iterable[list[LedgerRow]]:
    calls: dict[tuple[str, str], list[LedgerRow]] = {}
    for each in requests:
        calls.setdefault((each.operation_id or each.idempotency_key, each.route), []).append(each)
    return calls.values()
