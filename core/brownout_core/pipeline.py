"""The order of the policies around one call to a vendor: the one module that knows it.

Outside in: bulkhead -> retry with its budget -> breaker -> limiter -> attempt timeout -> the attempt. What follows
from that order:

- attempts, not calls, are the breaker's samples, and each pays a token of the limiter;
- a local rejection is nobody's sample, also where it strikes inside of an attempt (`RenewalPaused`);
- with the breaker open nothing is sent and nothing is waited for;
- the timeout is innermost, so the breaker sees a vendor that hangs.

What stands outside of a call stands around it in the code, too: `policies.fallback`, `policies.idempotency`, and
dead letters, which are a flow's business (`flows.flow`). So the idempotency key is fixed outside the retries.

How a call ends badly: with the policy's rejection if nothing was sent; else with the last attempt's own error,
unwrapped, or with `RetrySuppressed` caused by it. Whether any attempt may have had its effect is in the `Asking`.
"""

import asyncio
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from math import inf
from typing import NoReturn, TypeVar

from brownout_core.asking import Asking
from brownout_core.errors import (
    AttemptTimeout,
    CallRejected,
    ConnectFailed,
    DeadlineExceeded,
    RetrySuppressed,
    VendorError,
    VendorRefused,
)
from brownout_core.policies.breaker import Permit
from brownout_core.policies.renewal import was_paused
from brownout_core.policies.retry import Judgement, judge
from brownout_core.policies.shapes import BulkheadShape, Policies
from brownout_core.streaming import Ended, Stream
from brownout_core.telemetry import Event, Kind, Sink, outcome_of
from brownout_core.transport import was_unsent

T = TypeVar("T")

# What is judged by the request's own content: the answer to the key, whatever became of earlier attempts under it.
ANSWERS_THE_KEY = frozenset({400, 402, 409, 422})


class Call:
    """One guarded request, and what became of its attempts so far."""

    __slots__ = (
        "asking", "attempt", "ends_at_s", "first_within_s", "idempotent", "is_read", "may_have_effect", "name",
        "open_attempt",
    )  # fmt: skip

    def __init__(self, asking: Asking, name: str, ends_at_s: float, idempotent: bool, is_read: bool = False) -> None:
        if not is_read:
            asking.writes += 1
        self.asking = asking
        self.name = name
        self.ends_at_s = ends_at_s
        self.idempotent = idempotent
        self.is_read = is_read
        self.attempt = 0
        """The attempt that is being made, from 1; 0 = none was."""
        self.may_have_effect = False
        self.first_within_s: float | None = None
        """Of a stream: how long its first piece may take. Only then is there an `open_attempt`."""
        self.open_attempt: tuple[Permit, float]
        """The permit of the attempt whose pieces are being read, and when it began."""

    def failed(self, error: BaseException) -> None:
        """Write down what the call's failure says about its effect. A read has none."""
        if self.is_read:
            return
        if self.idempotent and isinstance(error, VendorRefused) and error.status in ANSWERS_THE_KEY:
            self.asking.answered_no()
        elif self.may_have_effect:
            self.asking.may_have_sent = True


class Pipeline:
    """Guards the calls to one vendor. Safe for concurrent use on one event loop.

    Several pipelines may share one vendor's `policies`: the state is in the policies.
    """

    __slots__ = ("_breaker", "_budget", "_bulkhead", "_limiter", "_retry", "_sink", "_timeouts", "vendor")

    def __init__(self, vendor: str, policies: Policies, *, sink: Sink | None = None) -> None:
        self.vendor = vendor
        self._retry = policies.retry
        self._breaker = policies.breaker
        self._timeouts = policies.timeouts
        self._budget = policies.budget
        self._limiter = policies.limiter
        self._bulkhead = policies.bulkhead
        self._sink = sink

    def guard(
        self,
        attempt: Callable[[], Awaitable[T]],
        *,
        call: str = "guarded",
        operation_id: str = "",
        idempotent: bool = False,
        deadline_at_s: float = inf,
    ) -> Awaitable[T]:
        """Guard any coroutine in one line: `await pipeline.guard(lambda: client.charge(...))`.

        The SDK's own retries must be off. Its `TimeoutError`, `ConnectionError` and other `OSError`s count as
        failures that may have had an effect; any other exception of its own is re-raised untouched, is no sample of
        the breaker and is not retried. Say `idempotent=True` for reads, and where the vendor sees the same
        idempotency key each time.
        """
        return self.call(Asking(operation_id, ends_at_s=deadline_at_s), call, attempt, idempotent=idempotent)

    async def call(
        self,
        asking: Asking,
        name: str,
        attempt: Callable[[], Awaitable[T]],
        *,
        idempotent: bool,
        is_read: bool = False,
    ) -> T:
        """Make the call: `attempt` is awaited once per attempt and must be cancellable.

        `idempotent`: doing it twice has one effect. `is_read`: doing it has none, so nothing of it is written into
        `asking`.

        Raises:
            CallRejected: a policy refused and nothing was sent; or, as `RetrySuppressed`, the last attempt failed and
                the retry budget was empty.
            Exception: the last attempt's own error, unwrapped.
        """
        started_s = now_s = get_running_loop().time()
        call = Call(asking, name, self._timeouts.deadline_at_s(now_s, asking.ends_at_s), idempotent, is_read)
        bulkhead = self._bulkhead
        try:
            if bulkhead is not None and not bulkhead.try_enter():
                now_s = await self._wait_for_place(bulkhead, call, now_s)
            try:
                result = await self._retrying(attempt, call, now_s)
            finally:
                if bulkhead is not None:
                    bulkhead.leave()
        except BaseException as error:
            self._end(call, started_s, error)
            raise
        self._end(call, started_s)
        return result

    @asynccontextmanager
    async def stream(
        self,
        asking: Asking,
        name: str,
        attempt: Callable[[], AbstractAsyncContextManager[AsyncIterator[T]]],
        *,
        first_within_s: float,
        idle_s: float,
        idempotent: bool = False,
        is_read: bool = False,
    ) -> AsyncIterator[AsyncIterator[T]]:
        """Make a call whose answer comes in pieces: retried until the first one is there, and not afterwards.

        `first_within_s` bounds an attempt's wait for its first piece, `idle_s` the silence before each of the others,
        the caller's deadline the whole. The breaker's sample is taken at the end: a failure where the stream breaks or
        falls silent, none where the caller leaves before it is over. The place in the bulkhead is held to the end. A
        stream that has not come to its end raises; it never just stops.
        """
        started_s = now_s = get_running_loop().time()
        ends_at_s = self._timeouts.deadline_at_s(now_s, asking.ends_at_s)
        call = Call(asking, name, ends_at_s, idempotent or is_read, is_read)
        call.first_within_s = first_within_s
        bulkhead = self._bulkhead
        stream: Stream[T] | None = None

        async def opened() -> Stream[T]:
            return await Stream(attempt(), idle_s=idle_s, ends_at_s=asking.ends_at_s).open()

        try:
            if bulkhead is not None and not bulkhead.try_enter():
                now_s = await self._wait_for_place(bulkhead, call, now_s)
            try:
                stream = await self._retrying(opened, call, now_s)
                stream.tell_end(self._sampled_at_the_end(call))
                async with stream:
                    yield stream
            finally:
                if bulkhead is not None:
                    bulkhead.leave()
        except BaseException as error:
            if stream is None:  # else it is the reader's own, and says nothing about the call
                self._end(call, started_s, error)
            raise
        finally:
            if stream is not None:
                self._end(call, started_s, stream.error)

    def _sampled_at_the_end(self, call: Call) -> Ended:
        """What takes the sample of a stream that is under way. It is as slow as its first piece was."""
        permit, started_s = call.open_attempt
        first_s = get_running_loop().time() - started_s

        def ended(error: BaseException | None, timeout: asyncio.Timeout | None) -> Exception | None:
            if error is not None:
                return self._failed(error, timeout, permit, call, started_s)
            now_s = get_running_loop().time()
            self._breaker.succeeded(permit, now_s, first_s)
            if self._sink is not None:
                self._tell(Kind.ATTEMPT_FINISHED, call, now_s, "ok", took_s=now_s - started_s)
            return None

        return ended

    def _end(self, call: Call, started_s: float, error: BaseException | None = None) -> None:
        """Write down what the call's end says, and tell of it."""
        if error is not None:
            call.failed(error)
        elif not call.is_read:
            call.asking.may_have_sent = True
        if self._sink is None:
            return
        now_s = get_running_loop().time()
        if error is not None and call.attempt == 0:
            self._tell_rejection(error, call, now_s)
        outcome = "ok" if error is None else outcome_of(error)
        self._tell(Kind.CALL_FINISHED, call, now_s, outcome, took_s=now_s - started_s)

    async def _wait_for_place(self, bulkhead: BulkheadShape, call: Call, now_s: float) -> float:
        # Calls that wait for the breaker to let probes through may hold every place: do not queue behind them.
        if self._breaker.open_remaining_s(now_s) > 0.0:
            self._breaker.acquire(now_s)
        await bulkhead.enter(call.ends_at_s)
        return get_running_loop().time()

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], call: Call, now_s: float) -> T:
        """Until an attempt succeeds, or there will be no other."""
        failed: Exception | None = None
        delay_s = 0.0
        while True:
            made = call.attempt
            try:
                return await self._attempt(attempt, call, now_s)
            except Exception as error:
                now_s = get_running_loop().time()
                if call.attempt == made:  # a policy refused this attempt: it was not made
                    if failed is None:
                        raise
                    # Something was sent before, so what the caller needs to know is how that ended.
                    self._tell_rejection(error, call, now_s)
                    raise failed from failed.__cause__
                delay_s = self._next_delay_s(error, call, now_s, delay_s)
                failed = error
            await asyncio.sleep(delay_s)
            now_s = get_running_loop().time()

    async def _attempt(self, attempt: Callable[[], Awaitable[T]], call: Call, now_s: float) -> T:
        """Breaker, limiter, announcement, attempt timeout, attempt; the result goes to the breaker."""
        breaker = self._breaker
        permit = breaker.acquire(now_s)
        wait_s = self._reserve(permit, call, now_s)
        if wait_s > 0.0:
            # No permit is held while waiting; afterwards the breaker may have opened.
            breaker.abandoned(permit, now_s)
            await asyncio.sleep(wait_s)
            now_s = get_running_loop().time()
            permit = breaker.acquire(now_s)
        if not call.idempotent and call.asking.announce is not None:
            now_s = await self._announced(call.asking.announce, permit, call)
        ends_at_s = self._timeouts.attempt_ends_at_s(now_s, call.ends_at_s, call.first_within_s)
        if ends_at_s is None:
            breaker.abandoned(permit, now_s)
            raise DeadlineExceeded("no time is left for an attempt")
        call.attempt += 1
        call.asking.attempt_ends_at_s = ends_at_s
        if self._sink is not None:
            self._tell(Kind.ATTEMPT_STARTED, call, now_s)
        timeout = asyncio.timeout_at(ends_at_s)
        try:
            async with timeout:
                result = await attempt()
        except BaseException as error:
            late = self._failed(error, timeout, permit, call, now_s)
            if late is not None:
                raise late from error
            raise
        ended_s = get_running_loop().time()
        if self._budget is not None:
            self._budget.answered(ended_s)
        if call.first_within_s is not None:
            call.open_attempt = permit, now_s
            return result
        breaker.succeeded(permit, ended_s, ended_s - now_s)
        if self._sink is not None:
            self._tell(Kind.ATTEMPT_FINISHED, call, ended_s, "ok", took_s=ended_s - now_s)
        return result

    def _reserve(self, permit: Permit, call: Call, now_s: float) -> float:
        """Seconds to wait for the limiter's token."""
        if self._limiter is None:
            return 0.0
        try:
            return self._limiter.reserve(now_s, call.ends_at_s - now_s)
        except CallRejected:
            self._breaker.abandoned(permit, now_s)
            raise

    async def _announced(self, announce: Callable[[], Awaitable[None]], permit: Permit, call: Call) -> float:
        """Say that it is going to be sent; returns the time. What keeps it from being said keeps it from being sent."""
        try:
            async with asyncio.timeout_at(call.ends_at_s) as waiting:
                await announce()
        except BaseException as error:
            self._breaker.abandoned(permit, get_running_loop().time())
            if isinstance(error, TimeoutError) and waiting.expired():
                raise DeadlineExceeded("the deadline passed before the sending could be announced") from None
            raise
        return get_running_loop().time()

    def _failed(
        self, error: BaseException, timeout: asyncio.Timeout | None, permit: Permit, call: Call, started_s: float
    ) -> Exception | None:
        """Write down how an attempt ended badly, and tell the breaker and the sink.

        Returns the error that takes its place if it was too late, else None.
        """
        now_s = get_running_loop().time()
        late = None
        if timeout is not None and isinstance(error, TimeoutError) and timeout.expired():
            error = late = self._late(error, call, now_s - started_s)
        judgement = judge(error) if isinstance(error, Exception) else None
        if judgement is None:
            # The caller gave up, or a defect: no word on the vendor's health.
            self._breaker.abandoned(permit, now_s)
            call.may_have_effect |= not was_unsent(error)
        else:
            call.may_have_effect |= judgement.may_have_effect
            if was_paused(error):
                self._breaker.abandoned(permit, now_s)
                self._tell_rejection(error, call, now_s)
            elif judgement.is_failure:
                self._breaker.failed(permit, now_s, now_s - started_s)
            else:
                self._breaker.ignored(permit, now_s)
                if self._budget is not None and isinstance(error, VendorError) and not judgement.retryable:
                    self._budget.answered(now_s)
        if self._sink is not None:
            self._tell(Kind.ATTEMPT_FINISHED, call, now_s, outcome_of(error), took_s=now_s - started_s)
        return late

    def _late(self, error: TimeoutError, call: Call, after_s: float) -> AttemptTimeout | ConnectFailed:
        if was_unsent(error.__cause__):
            return ConnectFailed(self.vendor, call.name, f"no connection within {after_s:.3g} s")
        return AttemptTimeout(self.vendor, call.name, f"no answer within {after_s:.3g} s")

    def _next_delay_s(self, error: Exception, call: Call, now_s: float, previous_s: float) -> float:
        """Seconds until the next attempt. Raises where there will be none, before anything is waited for."""
        judgement = judge(error)
        if judgement is None:
            raise error
        delay_s = self._retry.delay_s(
            judgement, attempt=call.attempt, idempotent=call.idempotent, previous_s=previous_s
        )
        if delay_s is None:
            raise error
        # An open breaker ends the call, unless probes are let through while there is still time for one.
        delay_s = max(delay_s, self._breaker.open_remaining_s(now_s))
        if not self._timeouts.allows_attempt_at(now_s + delay_s, call.ends_at_s):
            raise error
        # An attempt that sent nothing is no load, and to make up for it is no repetition.
        if self._budget is not None and not was_paused(error) and not self._budget.try_retry(now_s):
            self._suppress(error, judgement, call, now_s)
        if self._sink is not None:
            self._tell(Kind.RETRY_SCHEDULED, call, now_s, outcome_of(error), detail=f"{delay_s:.6f}")
        return delay_s

    def _suppress(self, error: Exception, judgement: Judgement, call: Call, now_s: float) -> NoReturn:
        if self._sink is not None:
            self._tell(Kind.RETRY_SUPPRESSED, call, now_s, outcome_of(error))
        raise RetrySuppressed(
            f"{self.vendor} {call.name}: the retry budget is empty",
            retry_after_s=judgement.retry_after_s,
            may_have_effect=call.may_have_effect,
        ) from error

    def _tell_rejection(self, error: BaseException, call: Call, now_s: float) -> None:
        if self._sink is not None and isinstance(error, CallRejected) and not isinstance(error, RetrySuppressed):
            call.asking.told = error
            self._tell(Kind.CALL_REJECTED, call, now_s, error.policy)

    def _tell(
        self, kind: Kind, call: Call, at_s: float, outcome: str = "", *, took_s: float = 0.0, detail: str = ""
    ) -> None:
        self._sink(  # type: ignore[misc]  # callers look first: this is the hot path
            Event(at_s, kind, self.vendor, call.name, call.asking.operation_id, call.attempt, outcome, took_s, detail)
        )
