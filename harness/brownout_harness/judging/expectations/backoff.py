"""Retries wait, differently long, and never longer than the cap.

Telemetry says which requests are retries; how long each really waited is read from the vendor's ledger. A retry that
telemetry schedules and the ledger never sees counts for nothing; a wait that the vendor asked for, or
for an open breaker, is not judged here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.by_process import each_process
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, percent, require, seconds
from brownout_harness.judging.expectations.telling import CLOCKS_S, OPEN, telling_about
from brownout_reports.rows import EventRow, LedgerRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_RETRIES: Final = 10
RETRY_SCHEDULED: Final = "retry_scheduled"
ATTEMPT_STARTED: Final = "attempt_started"


class Wait(NamedTuple):
    """One retry that was made."""

    at_s: float
    operation_id: str
    retry: int
    """From 1."""
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Every retry to `vendor` waits at most `max_delay_s`, and first retries do not all wait the same."""

    NAME: ClassVar[str] = "backoff"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose ledger."""
    max_delay_s: float
    """The cap."""
    spread_at_least: float = 0.25
    """Of the delays before first retries: (90th percentile - 10th) / 90th. Full jitter has 0.89, none has 0."""
    first_at_least_s: float = 0.0
    """What the first retry of a call waits at least."""
    first_at_most_s: float | None = None
    """And at most; left out: `max_delay_s`."""
    tolerance_s: float = 0.25
    """A retry may wait for a token or a place on top."""

    def __post_init__(self) -> None:
        require(self.max_delay_s > 0, f"backoff max_delay must be above 0, got {self.max_delay_s}")
        require(0 <= self.spread_at_least < 1, f"backoff spread_at_least must be in [0, 1), got {self.spread_at_least}")
        least, most = self.first_at_least_s, self.max_delay_s if self.first_at_most_s is None else self.first_at_most_s
        require(
            0 <= least <= most <= self.max_delay_s,
            f"backoff first_at_least and first_at_most must lie in this order within max_delay, got {least} and {most}",
        )
        require(self.tolerance_s >= 0, f"backoff tolerance must not be negative, got {self.tolerance_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Judge the bounds first: one wait too long, or too short, is enough."""
        wording = Wording(
            self,
            f"retries to {self.vendor} wait at most {seconds(self.max_delay_s)}, first ones spread by "
            f"{percent(self.spread_at_least)} or more",
        )
        if not evidence.telemetry:
            return wording.inconclusive("the target does not say which requests are retries")
        waits = [wait for own in each_process(evidence).values() for wait in self._waits(own)]
        wrong = [each for each in waits if not self._is_within(each)]
        if wrong:
            is_long = any(each.waited_s > self.max_delay_s + self.tolerance_s for each in wrong)
            what = "past the cap" if is_long else "sooner or later than a first one may be"
            return wording.failed(
                f"{counted(len(wrong), 'retry', 'retries')} of {len(waits)} {what}",
                (Violation(w.at_s, w.operation_id, f"retry {w.retry} came {seconds(w.waited_s)} later") for w in wrong),
            )
        firsts = [each for each in waits if each.retry == 1]
        if len(firsts) < MINIMUM_RETRIES:
            return wording.too_few(len(firsts), MINIMUM_RETRIES, "first retries without a Retry-After")
        tenth_s, *_, ninetieth_s = quantiles((each.waited_s for each in firsts), n=10)
        spread = (ninetieth_s - tenth_s) / ninetieth_s if ninetieth_s else 0.0
        observed = (
            f"{counted(len(waits), 'retry', 'retries')}, the longest wait {seconds(max(w.waited_s for w in waits))}; "
            f"first retries after {seconds(max(tenth_s, 0.0))} to {seconds(ninetieth_s)}, "
            f"spread {percent(max(spread, 0.0))}"
        )
        if spread < self.spread_at_least:
            return wording.failed(
                observed, (Violation(w.at_s, w.operation_id, f"waited {seconds(w.waited_s)}") for w in firsts)
            )
        return wording.passed(observed)

    def _is_within(self, wait: Wait) -> bool:
        most_s, least_s = self.max_delay_s, 0.0
        if wait.retry == 1:
            most_s = self.max_delay_s if self.first_at_most_s is None else self.first_at_most_s
            least_s = self.first_at_least_s
        return least_s - CLOCKS_S <= wait.waited_s <= most_s + self.tolerance_s

    def _waits(self, evidence: Evidence) -> Iterator[Wait]:
        scheduled = self._told(evidence, RETRY_SCHEDULED)
        starts_of = self._told(evidence, ATTEMPT_STARTED).among(scheduled.frame, "operation_id").by("operation_id")
        arrived = evidence.requests_at(self.vendor).among(scheduled.frame, "operation_id")
        requests_of = arrived.by("operation_id")
        opened = telling_about(evidence, self.vendor).in_state(OPEN)
        for event in scheduled:
            # Scheduled is not made: the breaker may have opened meanwhile. The next attempt tells.
            starts = starts_of.get(event.operation_id, ())
            start = next((each for each in starts if each.at_s >= event.at_s), None)
            if start is None or start.attempt != event.attempt + 1:
                continue
            requests = requests_of.get(event.operation_id, ())
            made = next((each for each in requests if each.at_s >= start.at_s - CLOCKS_S), None)
            if made is None or _was_told_when(requests, event.at_s):
                continue
            # What waits for an open breaker waits for that, and not for its backoff.
            if not any(stretch.overlaps(event.at_s, made.at_s) for stretch in opened):
                yield Wait(made.at_s, event.operation_id, event.attempt, made.at_s - event.at_s)

    def _told(self, evidence: Evidence, kind: str) -> Rows[EventRow]:
        events = evidence.events_by_kind.get(kind, Rows.none(EventRow))
        return events.where(pl.col("vendor") == self.vendor)


def _was_told_when(requests: Sequence[LedgerRow], at_s: float) -> bool:
    before = [each for each in requests if each.at_s <= at_s]
    return bool(before) and before[-1].retry_after_s is not None
