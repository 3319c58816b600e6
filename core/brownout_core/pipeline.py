"""The order of the policies: the one module that knows it.

Outside in: fallback / dead letter -> deadline -> idempotency claim -> bulkhead -> retry with its budget -> breaker
-> limiter -> attempt timeout -> the attempt. What follows from that order:

- attempts, not calls, are the breaker's samples, and each pays a token of the limiter;
- a local rejection is nobody's sample; with the breaker open nothing is sent and nothing is waited for;
- the timeout is innermost, so the breaker sees a vendor that hangs;
- the idempotency key is fixed outside the retries.

How a call ends badly: with the policy's rejection if nothing was sent; else with the last attempt's own error,
unwrapped, or with `RetrySuppressed` caused by it. An error says `may_have_effect` if any attempt of the call may have
had one, also where the last attempt surely had none.
"""

import asyncio
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar, cast

from brownout_core.errors import (
    AttemptTimeout,
    BrownoutError,
    CallRejected,
    DeadLettered,
    DeadlineExceeded,
    RetrySuppressed,
)
from brownout_core.policies.breaker import Permit, Transition
from brownout_core.policies.fallback import Fallback, is_rejection
from brownout_core.policies.parts import (
    BreakerPart,
    BudgetPart,
    BulkheadPart,
    Claims,
    DeadLetters,
    LimiterPart,
    RetryPart,
    TimeoutsPart,
    VendorParts,
)
from brownout_core.policies.retry import Judgement, judge
from brownout_core.telemetry import Event, Kind, Sink, outcome_of

__all__ = [
    "BreakerPart",
    "BudgetPart",
    "BulkheadPart",
    "CallContext",
    "Claims",
    "DeadLetters",
    "LimiterPart",
    "Pipeline",
    "RetryPart",
    "TimeoutsPart",
    "VendorParts",
    "may_be_redriven",
    "transition_events",
]

T = TypeVar("T")


@dataclass(slots=True)
class CallContext:
    """One call: what it is, and what the policies need to know of it. Not for two calls at once."""

    operation_id: str
    call: str
    idempotent: bool
    """Whether doing it twice has one effect: it is a read, or the vendor sees the same idempotency key each time."""
    deadline_at_s: float | None = None
    """The caller's deadline in loop time; None = the vendor's own. The earlier of the two counts."""
    idempotency_key: str | None = None
    """With `claims`: the key under which the call is done once. Its result is then `bytes`."""
    fingerprint: str = ""
    """What the key stands for: another fingerprint under the same key is a conflict."""
    parcel: Any = None
    """With `dead_letters`: what is set aside if the call cannot be done now; None = nothing."""
    ends_at_s: float = field(default=0.0, init=False)
    """Set by the pipeline: when the call must end, in loop time."""
    attempt: int = field(default=0, init=False)
    """Set by the pipeline: the attempt that is being made, from 1; 0 = none was."""
    attempt_ends_at_s: float = field(default=0.0, init=False)
    """Set by the pipeline before each attempt: when it must end, in loop time, to be passed on to the vendor."""
    may_have_effect: bool = field(default=False, init=False)
    """Set by the pipeline: whether a failed attempt so far may have had its effect."""


class Pipeline:
    """Guards the calls to one vendor. Safe for concurrent use on one event loop.

    Several pipelines may share one vendor's `parts`: the state is in the parts.
    """

    __slots__ = (
        "_breaker", "_budget", "_bulkhead", "_claims", "_dead_letters", "_limiter", "_retry", "_sink", "_timeouts",
        "vendor",
    )  # fmt: skip

    def __init__(
        self,
        vendor: str,
        parts: VendorParts,
        *,
        sink: Sink | None = None,
        claims: Claims | None = None,
        dead_letters: DeadLetters | None = None,
    ) -> None:
        self.vendor = vendor
        self._retry = parts.retry
        self._breaker = parts.breaker
        self._timeouts = parts.timeouts
        self._budget = parts.budget
        self._limiter = parts.limiter
        self._bulkhead = parts.bulkhead
        self._sink = sink
        self._claims = claims
        self._dead_letters = dead_letters

    async def guard(
        self,
        attempt: Callable[[], Awaitable[T]],
        *,
        call: str = "guarded",
        operation_id: str = "",
        idempotent: bool = False,
        deadline_at_s: float | None = None,
        fallback: Fallback[T] | None = None,
    ) -> T:
        """Guard any coroutine in one line: `await pipeline.guard(lambda: client.charge(...))`.

        The SDK's own retries must be off. Its `TimeoutError`, `ConnectionError` and other `OSError`s count as
        failures that may have had an effect; any other exception of its own is re-raised untouched, is no sample of
        the breaker and is not retried. Say `idempotent=True` for reads, and where the vendor sees the same
        idempotency key each time.
        """
        context = CallContext(operation_id, call, idempotent, deadline_at_s)
        return await self.call(attempt, context, fallback=fallback)

    async def call(
        self, attempt: Callable[[], Awaitable[T]], context: CallContext, *, fallback: Fallback[T] | None = None
    ) -> T:
        """Make the call: `attempt` is awaited once per attempt and must be cancellable.

        Raises:
            CallRejected: a policy refused and nothing was sent; or, as `RetrySuppressed`, the last attempt failed and
                the retry budget was empty.
            DeadLettered: it could not be done now and was set aside durably.
            Exception: the last attempt's own error, unwrapped.
        """
        started_s = get_running_loop().time()
        context.attempt = 0
        context.may_have_effect = False
        context.ends_at_s = self._timeouts.deadline_at_s(started_s, context.deadline_at_s)
        try:
            if self._claims is not None and context.idempotency_key is not None:
                result = await self._once(self._claims, context.idempotency_key, attempt, context)
            else:
                result = await self._in_bulkhead(attempt, context, started_s)
        except BaseException as error:
            if self._sink is not None:
                now_s = get_running_loop().time()
                if context.attempt == 0:
                    self._emit_rejection(error, context, now_s)
                self._emit(Kind.CALL_FINISHED, context, now_s, outcome_of(error), took_s=now_s - started_s)
            if not isinstance(error, Exception):
                raise
            return await self._instead(error, context, fallback)
        if self._sink is not None:
            now_s = get_running_loop().time()
            self._emit(Kind.CALL_FINISHED, context, now_s, "ok", took_s=now_s - started_s)
        return result

    async def _once(self, claims: Claims, key: str, attempt: Callable[[], Awaitable[T]], context: CallContext) -> T:
        """Under the idempotency claim. Waiting for another caller's claim counts against the deadline."""
        waiting = asyncio.timeout_at(context.ends_at_s)

        async def work() -> bytes:
            waiting.reschedule(None)  # from here on the call keeps its own time
            result = await self._in_bulkhead(attempt, context, get_running_loop().time())
            if not isinstance(result, bytes):
                raise TypeError(f"{context.call}: a call with an idempotency key returns bytes, got {type(result)}")
            return result

        try:
            async with waiting:
                return cast("T", await claims.run_once(key, context.fingerprint, work))
        except TimeoutError:
            if not waiting.expired():
                raise
            raise DeadlineExceeded("another caller holds the idempotency key", may_have_effect=True) from None

    async def _in_bulkhead(self, attempt: Callable[[], Awaitable[T]], context: CallContext, now_s: float) -> T:
        bulkhead = self._bulkhead
        if bulkhead is None:
            return await self._retrying(attempt, context, now_s)
        if not bulkhead.try_enter():
            # Calls that wait for the breaker to let probes through may hold every place: do not queue behind them.
            if self._breaker.open_remaining_s(now_s) > 0.0:
                self._breaker.acquire(now_s)
            await bulkhead.enter(context.ends_at_s)
            now_s = get_running_loop().time()
        try:
            return await self._retrying(attempt, context, now_s)
        finally:
            bulkhead.leave()

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], context: CallContext, now_s: float) -> T:
        failed: Exception | None = None
        delay_s = 0.0
        while True:
            made = context.attempt
            try:
                return await self._attempt(attempt, context, now_s)
            except Exception as error:
                now_s = get_running_loop().time()
                if context.attempt == made:  # a policy refused this attempt: it was not made
                    if failed is None:
                        raise
                    # Something was sent before, so what the caller needs to know is how that ended.
                    self._emit_rejection(error, context, now_s)
                    raise failed from failed.__cause__
                delay_s = self._next_delay_s(error, context, now_s, delay_s)
                failed = error
            await asyncio.sleep(delay_s)
            now_s = get_running_loop().time()

    async def _attempt(self, attempt: Callable[[], Awaitable[T]], context: CallContext, now_s: float) -> T:
        """Breaker, limiter, attempt timeout, attempt; the result goes to the breaker."""
        breaker = self._breaker
        permit = breaker.acquire(now_s)
        if self._limiter is not None:
            try:
                wait_s = self._limiter.reserve(now_s, context.ends_at_s - now_s)
            except CallRejected:
                breaker.abandoned(permit, now_s)
                raise
            if wait_s > 0.0:
                # No permit is held while waiting; afterwards the breaker may have opened.
                breaker.abandoned(permit, now_s)
                await asyncio.sleep(wait_s)
                now_s = get_running_loop().time()
                permit = breaker.acquire(now_s)
        ends_at_s = self._timeouts.attempt_ends_at_s(now_s, context.ends_at_s)
        if ends_at_s is None:
            breaker.abandoned(permit, now_s)
            raise DeadlineExceeded("no time is left for an attempt")
        if context.attempt == 0 and self._budget is not None:
            self._budget.first_attempt(now_s)
        context.attempt += 1
        context.attempt_ends_at_s = ends_at_s
        if self._sink is not None:
            self._emit(Kind.ATTEMPT_STARTED, context, now_s)
        timeout = asyncio.timeout_at(ends_at_s)
        try:
            async with timeout:
                result = await attempt()
        except BaseException as error:
            if isinstance(error, TimeoutError) and timeout.expired():
                late = AttemptTimeout(self.vendor, context.call, f"no answer within {ends_at_s - now_s:.3g} s")
                self._record(late, permit, context, now_s)
                raise late from error
            self._record(error, permit, context, now_s)
            raise
        ended_s = get_running_loop().time()
        breaker.succeeded(permit, ended_s, ended_s - now_s)
        if self._sink is not None:
            self._emit(Kind.ATTEMPT_FINISHED, context, ended_s, "ok", took_s=ended_s - now_s)
        return result

    def _record(self, error: BaseException, permit: Permit, context: CallContext, started_s: float) -> None:
        """Tell the breaker and the sink how an attempt ended that did not succeed."""
        now_s = get_running_loop().time()
        judgement = judge(error) if isinstance(error, Exception) else None
        if judgement is None:
            self._breaker.abandoned(permit, now_s)  # the caller gave up, or a defect: no word on the vendor's health
        elif judgement.is_failure:
            self._breaker.failed(permit, now_s, now_s - started_s)
        else:
            self._breaker.ignored(permit, now_s)
        if self._sink is not None:
            self._emit(Kind.ATTEMPT_FINISHED, context, now_s, outcome_of(error), took_s=now_s - started_s)

    def _next_delay_s(self, error: Exception, context: CallContext, now_s: float, previous_s: float) -> float:
        """Seconds until the next attempt. Raises where there will be none, before anything is waited for."""
        judgement = judge(error)
        if judgement is None or judgement.may_have_effect:
            context.may_have_effect = True
        if judgement is None:
            raise error
        if context.may_have_effect and isinstance(error, BrownoutError):
            # This attempt may surely have done nothing, but an earlier one may not: the call's error says so.
            error.may_have_effect = True
        delay_s = self._retry.delay_s(
            judgement, attempt=context.attempt, idempotent=context.idempotent, previous_s=previous_s
        )
        if delay_s is None:
            raise error
        # An open breaker ends the call, unless probes are let through while there is still time for one.
        delay_s = max(delay_s, self._breaker.open_remaining_s(now_s))
        if not self._timeouts.allows_attempt_at(now_s + delay_s, context.ends_at_s):
            raise error
        if self._budget is not None and not self._budget.try_retry(now_s):
            self._suppress(error, judgement, context, now_s)
        if self._sink is not None:
            self._emit(Kind.RETRY_SCHEDULED, context, now_s, outcome_of(error), detail=f"{delay_s:.6f}")
        return delay_s

    def _suppress(self, error: Exception, judgement: Judgement, context: CallContext, now_s: float) -> NoReturn:
        if self._sink is not None:
            self._emit(Kind.RETRY_SUPPRESSED, context, now_s, outcome_of(error))
        raise RetrySuppressed(
            f"{self.vendor} {context.call}: the retry budget is empty",
            retry_after_s=judgement.retry_after_s,
            may_have_effect=context.may_have_effect,
        ) from error

    async def _instead(self, error: Exception, context: CallContext, fallback: Fallback[T] | None) -> T:
        """What is left when the call has failed: the fallback's answer, a dead letter, or the error itself."""
        if fallback is not None and fallback.serves(error):
            answer = await fallback.answer(error)
            if self._sink is not None:
                self._emit(Kind.FALLBACK_SERVED, context, get_running_loop().time(), outcome_of(error))
            return answer
        if self._dead_letters is None or context.parcel is None or not may_be_redriven(error, context):
            raise error
        try:
            dead_letter_id = await self._dead_letters.set_aside(context.parcel, error)
        except Exception as lost:
            raise error from lost  # not durable, so not acknowledged
        if self._sink is not None:
            self._emit(Kind.DEAD_LETTERED, context, get_running_loop().time(), outcome_of(error), detail=dead_letter_id)
        raise DeadLettered(dead_letter_id) from error

    def _emit_rejection(self, error: BaseException, context: CallContext, now_s: float) -> None:
        if self._sink is not None and isinstance(error, CallRejected) and not isinstance(error, RetrySuppressed):
            self._emit(Kind.CALL_REJECTED, context, now_s, error.policy)

    def _emit(
        self, kind: Kind, context: CallContext, at_s: float, outcome: str = "", *, took_s: float = 0.0, detail: str = ""
    ) -> None:
        self._sink(  # type: ignore[misc]  # callers look first: this is the hot path
            Event(
                at_s,
                kind,
                self.vendor,
                context.call,
                context.operation_id,
                context.attempt,
                outcome,
                took_s,
                detail,
            )
        )


def may_be_redriven(error: Exception, context: CallContext) -> bool:
    """Whether doing the call again later makes sense and is safe.

    Not after a definitive no; and a call that is not idempotent only where it surely had no effect.
    """
    if not isinstance(error, BrownoutError):
        return isinstance(error, OSError) and context.idempotent
    if error.may_have_effect and not context.idempotent:
        return False
    return error.retryable or is_rejection(error)


def transition_events(vendor: str, sink: Sink) -> Callable[[Transition], None]:
    """What a breaker's `on_transition` is set to, once per breaker, so that each change is told once."""

    def emit(transition: Transition) -> None:
        old, new = transition.old.value, transition.new.value
        detail = f"{old}->{new}: {transition.event.value}"
        sink(Event(transition.at_s, Kind.BREAKER_TRANSITION, vendor, outcome=new, detail=detail))

    return emit
