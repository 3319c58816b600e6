"""A vendor that says when to come back is not asked again before. Judged from the ledger alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require, seconds
from brownout_reports.rows import LedgerRow, Outcome
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
        orders = _Orders(evidence)
        early = [violation for each in calls for violation in self._early(each, orders)]
        observed = f"{counted(answers, 'answer')} with Retry-After, {counted(len(early), 'request')} too early"
        if early:
            return wording.failed(observed, early)
        if answers < MINIMUM_ANSWERS:
            return wording.too_few(answers, MINIMUM_ANSWERS, "answers with Retry-After that can be joined to a call")
        return wording.passed(observed)

    def _early(self, requests: list[LedgerRow], orders: "_Orders") -> Iterator[Violation]:
        for refused, following in pairwise(requests):
            # A request that was on its way before the answer was out could not know of it.
            if refused.retry_after_s is None or following.at_s < refused.finished_s:
                continue
            waited_s = following.at_s - refused.finished_s
            asked_s = min(refused.retry_after_s, self.cap_s)
            if waited_s < asked_s - self.tolerance_s and not orders.explain(refused, following):
                what = f"asked to wait {seconds(asked_s)} ({refused.status}), came after {seconds(waited_s)}"
                yield Violation(following.at_s, following.operation_id, what)


class _Orders:
    """What the scenario ordered to be sent again: a new call, for which nobody but the scenario is to blame."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._sent_again = evidence.sent_again.by("operation_id")
        self._orders_s = [deed.at_s for deed in evidence.deeds if deed.sends_again]

    def explain(self, refused: LedgerRow, following: LedgerRow) -> bool:
        """Whether the second of two requests of one operation is the first of a redrive: one was ordered between them;
        or earlier, and still ran when the caller was told that the operation was set aside, which was between them."""
        orders_s = [order_s for order_s in self._orders_s if order_s <= following.at_s]
        if not orders_s or following.operation_id not in self._sent_again:
            return False
        if orders_s[-1] > refused.finished_s:
            return True
        operation = self._evidence.operation(following.operation_id)
        if operation is None or operation.outcome != Outcome.ACCEPTED:
            return False
        return refused.finished_s <= operation.finished_s <= following.at_s


def _calls(requests: Iterable[LedgerRow]) -> Iterable[list[LedgerRow]]:
    calls: dict[tuple[str, str], list[LedgerRow]] = {}
    for each in requests:
        calls.setdefault((each.operation_id or each.idempotency_key, each.route), []).append(each)
    return calls.values()
