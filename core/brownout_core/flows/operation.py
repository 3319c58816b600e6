"""What every flow does around its one guarded call to a vendor: the claim, the looking first, the dead letter.

    ask ─▶ dead letter ─▶ pipeline: deadline ─▶ claim ─▶ [look first] ─▶ bulkhead ─▶ retry ─▶ … ─▶ attempt

A flow says what to send, whether sending it twice has one effect, how to find out what an earlier sending did, and
which failures are set aside instead of being told to the caller.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import orjson

from brownout_core.clock import WallClock
from brownout_core.errors import (
    BrownoutError,
    DeadLettered,
    IdempotencyConflict,
    ServiceError,
    VendorRefused,
)
from brownout_core.flows import outcome as outcomes
from brownout_core.flows.outcome import Outcome, OutcomeStatus
from brownout_core.flows.requests import OperationRequest
from brownout_core.pipeline import CallContext, Pipeline, VendorParts
from brownout_core.policies.dead_letter import DeadLetters
from brownout_core.policies.idempotency import Idempotency
from brownout_core.records import Claimed, DeadLetter, Parcel, StoreUnavailable
from brownout_core.telemetry import Event, Kind, Sink, outcome_of

R = TypeVar("R", bound=OperationRequest)
T = TypeVar("T")

KeyFunction = Callable[[str, str], str]
"""(flow, operation id) to the idempotency key. The same arguments give the same key, in any process, for ever."""

# What is judged by the request's own content: the answer to the key, whatever became of earlier attempts under it.
ANSWERS_THE_KEY = frozenset({400, 402, 409, 422})


class SetAside(StrEnum):
    """Which failures become dead letters. A definitive refusal never does."""

    UNKNOWN = "unknown"  # what may have had its effect: somebody has to find out
    TRANSIENT = "transient"  # also what surely was not done, but can be later


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a flow works with."""

    parts: VendorParts
    idempotency: Idempotency
    dead_letters: DeadLetters
    key: KeyFunction
    wall_clock: WallClock
    sink: Sink | None
    sets_aside: SetAside


class Operation(ABC, Generic[R]):
    """One flow. Safe for concurrent use; each asking is independent but for the claim on its key."""

    name: str
    vendor: str
    call: str
    idempotent: bool
    """Whether the vendor makes two sendings of the same key one effect."""
    http_status: int = 200
    request: type[R]

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        # Reads made on the way (looking first) go through the same vendor's policies, without claim.
        self._reads = Pipeline(self.vendor, tools.parts, sink=tools.sink)

    async def __call__(self, request: R) -> Outcome:
        """Do it, or return what an earlier asker with the same operation id got. Raises nothing but defects."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        first_attempt_at = self._tools.wall_clock()
        payload = request.payload()
        key = self._tools.key(self.name, request.operation_id)
        try:
            result = await self._once(request, payload, key, None)
            outcome = outcomes.done(request.operation_id, orjson.loads(result), self.http_status)
        except BrownoutError as error:
            parcel = Parcel(
                flow=self.name,
                payload=payload,
                idempotency_key=key,
                correlation_id=request.operation_id,
                first_attempt_at=first_attempt_at,
            )
            outcome = await self._failed(parcel, error)
        if self._tools.sink is not None:
            self._tell_end(outcome, started_s, loop.time())
        return outcome

    async def redrive(self, letter: DeadLetter) -> str:
        """Do a dead letter's work, with its own key; returns its result as text, raises where it failed again."""
        request = self.request.model_validate_json(letter.payload)
        return (await self._once(request, letter.payload, letter.idempotency_key, letter)).decode()

    async def _once(self, request: R, payload: bytes, key: str, letter: DeadLetter | None) -> bytes:
        claims = _Asking(self, request, letter)
        pipeline = Pipeline(self.vendor, self._tools.parts, sink=self._tools.sink, claims=claims)
        context = CallContext(
            request.operation_id,
            self.call,
            self.idempotent,
            idempotency_key=key,
            fingerprint=request.fingerprint(payload),
        )
        claims.context = context

        async def attempt() -> bytes:
            return orjson.dumps(await self.send(request, key))

        return await pipeline.call(attempt, context)

    async def _failed(self, parcel: Parcel, error: BrownoutError) -> Outcome:
        if self._is_set_aside(error):
            try:
                letter_id = await self._tools.dead_letters.set_aside(parcel, error)
            except StoreUnavailable:
                return outcomes.ended(parcel.correlation_id, error)  # not durable, so not acknowledged
            if self._tools.sink is not None:
                self._tools.sink(
                    Event(
                        asyncio.get_running_loop().time(),
                        Kind.DEAD_LETTERED,
                        self.vendor,
                        self.name,
                        parcel.correlation_id,
                        outcome=outcome_of(error),
                        detail=letter_id,
                    )
                )
            return outcomes.accepted(parcel.correlation_id, letter_id)
        return outcomes.ended(parcel.correlation_id, error)

    def _is_set_aside(self, error: BrownoutError) -> bool:
        if isinstance(error, DeadLettered | IdempotencyConflict):
            return False
        if error.may_have_effect:
            return True
        return self._tools.sets_aside is SetAside.TRANSIENT and not isinstance(error, VendorRefused)

    def _tell_end(self, outcome: Outcome, started_s: float, now_s: float) -> None:
        told = {
            OutcomeStatus.ACCEPTED: "dead_lettered",
            OutcomeStatus.IN_PROGRESS: "unknown",
        }.get(outcome.status, outcome.status.value)
        event = Event(
            now_s,
            Kind.OPERATION_FINISHED,
            "",
            self.name,
            outcome.operation_id,
            0,
            told,
            now_s - started_s,
            outcome.dead_letter_id or outcome.code,
        )
        if self._tools.sink is not None:
            self._tools.sink(event)

    async def read(self, call: str, context: CallContext, attempt: Callable[[], Awaitable[T]]) -> T:
        """A guarded read on behalf of an operation, within the operation's own deadline."""
        return await self._reads.call(
            attempt, CallContext(context.operation_id, call, True, deadline_at_s=context.ends_at_s)
        )

    # What a flow says.

    @abstractmethod
    async def send(self, request: R, key: str) -> dict[str, Any]:
        """One attempt: the adapter's call, and its result as JSON. Raises the adapter's errors."""

    async def look(self, request: R, context: CallContext, earlier: "Earlier") -> dict[str, Any] | None:
        """What an earlier sending that ended without an answer did: its result, or None if it is safe to send.

        Raises `NotSettled` where it is too early to tell. By default it is safe: the vendor knows the key.
        """
        del request, context, earlier
        return None

    async def resolve(self, request: R, context: CallContext, error: ServiceError) -> dict[str, Any] | None:
        """A last look after the sending ended in `error`, which may have had its effect; None if it tells nothing."""
        del request, context, error
        return None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of an earlier sending."""

    since: float
    """It began at this wall-clock instant or later."""
    age_s: float
    """Seconds since it was last tried."""


class _Asking(Generic[R]):
    """One asking's way through the idempotency claim: the `Claims` of its pipeline."""

    __slots__ = ("_letter", "_operation", "_request", "_tools", "context")

    def __init__(self, operation: Operation[R], request: R, letter: DeadLetter | None) -> None:
        self._operation = operation
        self._tools = operation._tools
        self._request = request
        self._letter = letter
        self.context: CallContext

    async def run_once(self, key: str, fingerprint: str, work: Callable[[], Awaitable[bytes]]) -> bytes:
        async def look_first(claim: Claimed) -> bytes | None:
            return await self._after_takeover(key, claim)

        return await self._tools.idempotency.run_once(
            key,
            fingerprint,
            lambda: self._work(work),
            # A redrive looks first in any case, for the claim may be forgotten.
            look_first if self._letter is None else None,
            call=self._operation.name,
            operation_id=self._request.operation_id,
        )

    async def _after_takeover(self, key: str, claim: Claimed) -> bytes | None:
        letter = await self._open_letter(key)
        if letter is not None:
            raise DeadLettered(letter.id)
        now = self._tools.wall_clock()
        return await self._look(Earlier(now - claim.age_s, claim.age_s))

    async def _open_letter(self, key: str) -> DeadLetter | None:
        try:
            return await self._tools.dead_letters.find(self._operation.name, key)
        except StoreUnavailable:
            return None  # then there is nobody to say that it was set aside

    async def _look(self, earlier: Earlier) -> bytes | None:
        found = await self._operation.look(self._request, self.context, earlier)
        return None if found is None else orjson.dumps(found)

    async def _work(self, work: Callable[[], Awaitable[bytes]]) -> bytes:
        if self._letter is not None:
            since, until = self._letter.first_attempt_at, self._letter.last_attempt_at
            found = await self._look(Earlier(since, self._tools.wall_clock() - until))
            if found is not None:
                return found
        try:
            return await work()
        except VendorRefused as error:
            if error.status in ANSWERS_THE_KEY and self._operation.idempotent:
                error.may_have_effect = False
            raise
        except ServiceError as error:
            if error.may_have_effect:
                resolved = await self._operation.resolve(self._request, self.context, error)
                if resolved is not None:
                    return orjson.dumps(resolved)
            raise
