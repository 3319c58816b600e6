"""The calls that telemetry tells to have been turned away, and by which policy, held against what that policy can do.

What each policy is set to is known of the reference application (`Evidence.policies`); of others only what is told.

    breaker       not while every breaker of the vendor is told closed
    limiter       not with a token to spare beside the one that was asked for
    retry_budget  nor that
    bulkhead      not with a place free during all of the call's wait
    deadline      not before the operation's time was over
    settling      not where nobody had sent anything before
    renewal       not where nothing had failed at the vendor for longer than a pause can last
    any           not where it is switched off, and not one that there is not

A token was taken before an attempt is told to begin, and a place is held by a call that is told when it has ended. So
what may have been taken at an instant is known once every call of that time has ended; a process that did not live on
for so long is not judged by it. Of several processes each is judged by its own. What was taken counts for all lives of
one together, what flows in only once: each of them had no less.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter
from typing import Final

import polars as pl

from brownout_core.errors import RenewalPaused
from brownout_core.policies.settings import VendorPolicies
from brownout_core.telemetry import Kind, outcome_name
from brownout_harness.judging.by_process import each_process
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, seconds
from brownout_harness.judging.expectations.telling import CLOCKS_S, CLOSED
from brownout_reports.rows import EventRow
from brownout_reports.tables import Rows

SPARE: Final = 2.0
"""Tokens: the one that was asked for, and a whole one more, so that no rounding and no timer makes a liar."""
PAUSED: Final = outcome_name(RenewalPaused)
AT_ONCE: Final = (pl.col("outcome") == "breaker_open") & (pl.col("duration_s") <= CLOCKS_S)
TOOK_NOTHING: Final = (pl.col("attempt") == 0) & (pl.col("outcome").is_in(["limiter_full", "bulkhead_full"]) | AT_ONCE)
"""Of a call that has ended: it had neither a token nor, for longer than an instant, a place."""


def rejections_against_policies(evidence: Evidence) -> Iterator[Violation]:
    """Where what is told cannot have been. Each process has policies of its own."""
    for own in each_process(evidence).values():
        rejected = own.events.where(pl.col("kind").is_in([Kind.CALL_REJECTED, Kind.RETRY_SUPPRESSED]))
        for vendor, of_vendor in rejected.split("vendor").items():
            yield from _of_vendor(own, vendor, of_vendor)


def _of_vendor(evidence: Evidence, vendor: str, rejected: Rows[EventRow]) -> Iterator[Violation]:
    policies = evidence.policies.get(vendor)
    yield from _while_closed(evidence, vendor)
    by_policy: dict[str, list[EventRow]] = {}
    for each in rejected:
        policy = "retry_budget" if each.kind == Kind.RETRY_SUPPRESSED else each.outcome
        by_policy.setdefault(policy, []).append(each)
    told = _Told(evidence, vendor, policies) if policies is not None else None
    for policy, events in by_policy.items():
        judge = JUDGES.get(policy)
        if judge is None:
            yield from (_turned_away(each, policy, "there is no such policy") for each in events)
        elif told is not None:
            yield from judge(told, events)


def _turned_away(event: EventRow, policy: str, yet: str) -> Violation:
    whose = f"{policy} of {event.process}" if event.process else policy
    return Violation(event.at_s, event.operation_id, f"{event.vendor} was told to be kept away by the {whose}: {yet}")


def _while_closed(evidence: Evidence, vendor: str) -> Iterator[Violation]:
    """In the order of the telling, not by the clock: one instant may hold a rejection and the step before it. A process
    that was killed takes its breaker's state with it untold, so as many may be open as were, and no fewer.
    """
    step = pl.col("kind") == Kind.BREAKER_TRANSITION
    turned_away = (pl.col("kind") == Kind.CALL_REJECTED) & (pl.col("outcome") == "breaker")
    not_closed = 0
    for each in evidence.events.where(pl.col("vendor") == vendor, step | turned_away):
        if each.kind == Kind.CALL_REJECTED:
            if not_closed <= 0:
                yield _turned_away(each, "breaker", "it was told closed")
            continue
        before = each.detail.partition("->")[0]
        not_closed += (each.outcome != CLOSED) - (before != CLOSED)


class _Told:
    """What is told of one vendor's calls, as far as a policy may have to do with it."""

    def __init__(self, evidence: Evidence, vendor: str, policies: VendorPolicies) -> None:
        self.evidence = evidence
        self.policies = policies
        self._vendor = vendor
        self._last_s = float(evidence.events.figure(pl.max("at_s")))
        started = evidence.events_by_kind.get(Kind.STARTED, Rows.none(EventRow))
        self._starts_s: list[float] = started.values(pl.col("at_s")).to_list()

    def of(self, kind: Kind) -> Rows[EventRow]:
        """The vendor's events of a kind."""
        return self.evidence.events_by_kind.get(kind, Rows.none(EventRow)).where(pl.col("vendor") == self._vendor)

    def calls(self) -> "_Spans":
        """Those that may have held a place, or a token that they had not used yet."""
        ended = self.of(Kind.CALL_FINISHED).where(~TOOK_NOTHING)
        return _Spans(
            ended.values(pl.col("at_s") - pl.col("duration_s")).to_list(), ended.values(pl.col("at_s")).to_list()
        )

    def turned_away(self) -> set[tuple[float, str, str]]:
        """The calls that are told to have ended, and not well: instant, operation, call."""
        ended = self.of(Kind.CALL_FINISHED).where(pl.col("outcome") != "ok")
        return {(each.at_s, each.operation_id, each.call) for each in ended}

    def draws(self) -> list[float]:
        """When a token had been taken at the latest: as an attempt began, or as a call ended that had waited for its
        turn and made no use of it; ascending."""
        ended, scheduled = self.of(Kind.CALL_FINISHED), self.of(Kind.RETRY_SCHEDULED)
        unused = [
            ended.where(pl.col("attempt") == 0, ~TOOK_NOTHING),
            ended.where(pl.col("attempt") > 0).among(scheduled.frame, "operation_id", "call", "attempt"),
        ]
        rows = [self.of(Kind.ATTEMPT_STARTED), *unused]
        return sorted(at_s for some in rows for at_s in some.values(pl.col("at_s")))

    def failures_s(self) -> list[float]:
        """When something may have failed: requests came that were not answered well, or in an answer that a fault had
        changed, or attempts were told to have failed; ascending."""
        is_whole = (pl.col("ending") == "complete") & (pl.col("fields") == "")
        answered = pl.col("status").is_between(200, 399) & is_whole
        requests = self.evidence.requests_at(self._vendor).where(~answered)
        attempts = self.of(Kind.ATTEMPT_FINISHED).where(~pl.col("outcome").is_in(["ok", PAUSED]))
        return sorted(at_s for some in (requests, attempts) for at_s in some.values(pl.col("at_s")))

    def lives_on(self, at_s: float) -> bool:
        """Whether the process told anything after that instant."""
        next_start = bisect_right(self._starts_s, at_s)
        until_s = self._starts_s[next_start] if next_start < len(self._starts_s) else inf
        later = self.evidence.events.within(nextafter(at_s, inf), until_s)
        return bool(later.count(pl.col("kind") != Kind.STARTED))

    def tells_all_about(self, at_s: float) -> bool:
        """Whether every call that was under way then has been told of since: the process lived on for as long as one
        may take, and told something after that."""
        over_s = at_s + self.policies.timeout.deadline_s
        next_start = bisect_right(self._starts_s, at_s)
        if next_start == len(self._starts_s):
            return self._last_s > over_s
        return bool(
            self.evidence.events.within(over_s, self._starts_s[next_start]).count(pl.col("kind") != Kind.STARTED)
        )


@dataclass(frozen=True, slots=True)
class _Spans:
    """Calls by their begins and by their ends, each ascending."""

    starts_s: list[float]
    ends_s: list[float]

    def overlapping(self, start_s: float, end_s: float) -> int:
        """How many of them share an instant with `[start_s, end_s]`."""
        return bisect_right(self.starts_s, end_s + CLOCKS_S) - bisect_left(self.ends_s, start_s - CLOCKS_S)


def _levels(capacity: float, refill_per_s: float, draws_s: Iterable[float], at_s: Iterable[float]) -> Iterator[float]:
    """What a full bucket that gains so much holds at each of these instants, after each of these draws; ascending."""
    draws = deque(draws_s)
    level, since_s = capacity, draws[0] if draws else 0.0
    for now_s in at_s:
        while draws and draws[0] <= now_s:
            level = min(capacity, level + (draws[0] - since_s) * refill_per_s) - 1
            since_s = draws.popleft()
        yield min(capacity, level + max(0.0, now_s - since_s) * refill_per_s)


def _of_calls_that_went_on(told: _Told, rejected: Sequence[EventRow], policy: str) -> Iterator[Violation]:
    """One that is turned away ends at that instant. A process that was killed may have told the one, not the other; and
    of what was told a part may be lost."""
    if not told.evidence.absence_is_proof:
        return
    ended = told.turned_away()
    for each in rejected:
        if (each.at_s, each.operation_id, each.call) not in ended and told.lives_on(each.at_s):
            yield _turned_away(each, policy, "the call is not told to have ended so")


def _by_limiter(told: _Told, rejected: Sequence[EventRow]) -> Iterator[Violation]:
    yield from _of_calls_that_went_on(told, rejected, "limiter")
    limiter = told.policies.limiter
    if limiter is None:
        yield from (_turned_away(each, "limiter", "it is switched off") for each in rejected)
        return
    calls = told.calls()
    levels = _levels(limiter.capacity, limiter.refill_per_s, told.draws(), (each.at_s for each in rejected))
    for each, level in zip(rejected, levels, strict=True):
        left = level - calls.overlapping(each.at_s, each.at_s)
        if left >= SPARE and told.tells_all_about(each.at_s):
            yield _turned_away(each, "limiter", f"it had {int(left)} tokens left, at least")


def _by_budget(told: _Told, suppressed: Sequence[EventRow]) -> Iterator[Violation]:
    """What answered calls pay in is left out: it is known, but not into which process' budget."""
    budget = told.policies.budget
    if budget is None:
        yield from (_turned_away(each, "retry budget", "it is switched off") for each in suppressed)
        return
    capacity = max(1.0, budget.reserve / 2)
    refill_per_s = (budget.reserve - capacity) / budget.window_s
    draws_s = told.of(Kind.RETRY_SCHEDULED).values(pl.col("at_s")).to_list()
    levels = _levels(capacity, refill_per_s, draws_s, (each.at_s for each in suppressed))
    for each, level in zip(suppressed, levels, strict=True):
        if level >= SPARE:
            yield _turned_away(each, "retry budget", f"it had {int(level)} retries left, at least")


def _by_bulkhead(told: _Told, rejected: Sequence[EventRow]) -> Iterator[Violation]:
    yield from _of_calls_that_went_on(told, rejected, "bulkhead")
    bulkhead = told.policies.bulkhead
    if bulkhead is None:
        yield from (_turned_away(each, "bulkhead", "it is switched off") for each in rejected)
        return
    calls = told.calls()
    for each in rejected:
        taken = calls.overlapping(each.at_s - bulkhead.max_wait_s, each.at_s)
        if taken < bulkhead.max_in_flight and told.tells_all_about(each.at_s):
            yield _turned_away(each, "bulkhead", f"{taken} of its {bulkhead.max_in_flight} places were taken, at most")


def _by_deadline(told: _Told, rejected: Sequence[EventRow]) -> Iterator[Violation]:
    timeout = told.policies.timeout
    least_s = timeout.deadline_s - timeout.minimum_attempt_s
    for each in rejected:
        operation = told.evidence.operation(each.operation_id)
        if operation is not None and (after_s := each.at_s - operation.sent_s) < least_s - CLOCKS_S:
            yield _turned_away(each, "deadline", f"only {seconds(after_s)} after it was asked for")


def _by_settling(told: _Told, rejected: Sequence[EventRow]) -> Iterator[Violation]:
    for each in rejected:
        operation = told.evidence.operation(each.operation_id)
        once = operation is not None and operation.asks == 1 and told.evidence.dead_letters is not None
        if once and each.operation_id not in told.evidence.dead_letters_of:
            yield _turned_away(each, "settling", "it was asked for once, and never sent before")


def _by_renewal(told: _Told, rejected: Sequence[EventRow]) -> Iterator[Violation]:
    """A pause follows a renewal that failed: the vendor's books show it, or an attempt that waited for it tells."""
    renewal = told.policies.renewal
    longest_s = renewal.attempt_s + max(renewal.max_delay_s, renewal.retry_after_cap_s)
    failed_s = told.failures_s()
    for each in rejected:
        before = bisect_right(failed_s, each.at_s + CLOCKS_S)
        if not before or failed_s[before - 1] < each.at_s - longest_s - CLOCKS_S:
            yield _turned_away(each, "renewal", f"nothing had failed there for {seconds(longest_s)}")


def _by_anything(_told: _Told, _rejected: Sequence[EventRow]) -> Iterator[Violation]:
    """Nothing outside of the target shows whether it can have been."""
    return iter(())


JUDGES: Final[Mapping[str, Callable[[_Told, Sequence[EventRow]], Iterator[Violation]]]] = {
    "breaker": _by_anything,  # judged by its own telling
    "bulkhead": _by_bulkhead,
    "deadline": _by_deadline,
    "idempotency": _by_anything,
    "limiter": _by_limiter,
    "renewal": _by_renewal,
    "retry_budget": _by_budget,
    "settling": _by_settling,
}
