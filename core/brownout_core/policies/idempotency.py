"""One operation, once: the first asker works, the others get what the first one got.

A claim on the idempotency key goes around the work. What becomes of it depends on how the work ended:

    a result, or a definitive refusal     completed: every later asker gets the same, for as long as it is kept
    surely nothing was done               released: the next asker starts anew
    unknown, cancelled, set aside         abandoned: the next asker takes over, with a higher fence, and is in doubt
    the process died                      the lease runs out; then as abandoned

Whether nothing was done is what the `Asking` says, predecessors included. While the work goes on, the claim is asked
before each sending that the vendor could not tell from its repetition: it notes when that was, for whoever may take
over, and it forbids the sending to an owner that has lost the key (a process that slept through its lease).
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson

from brownout_core.asking import Asking
from brownout_core.errors import (
    BrownoutError,
    ClaimsUnavailable,
    ConfigError,
    DeadlineExceeded,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.records import Begun, Busy, Claimed, ClaimStore, Finished, Mismatched, StoreUnavailable
from brownout_core.telemetry import Event, Kind, Sink

Result = dict[str, Any]
"""What work comes to: JSON-able, for it is kept."""
Work = Callable[[], Awaitable[Result]]
TakenOver = Callable[[], Awaitable[None]]
"""Awaited after a takeover, before the work; may raise what is to be told instead."""

MARGIN_S = 2.0
"""By how much a lease outlasts the deadline: for writing down the result, and for a loop that stutters."""

_RESULT = b"D"
_REFUSAL = b"R"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyConfig:
    """How long a claim holds, and how long a second caller waits. Durations in seconds."""

    lease_s: float | None = None
    """How long a claim outlives a crashed owner; longer than the operation's deadline. None: a little longer."""
    wait_s: float = 2.0
    """How long a second caller waits for the first one's result before it is told of the conflict; never longer
    than half the deadline."""
    poll_s: float = 0.05
    """The first pause between two looks; doubles, up to ten times this."""

    def __post_init__(self) -> None:
        if self.lease_s is not None and not 0 < self.lease_s <= 86_400:
            raise ConfigError(f"lease_s must be in (0, 86400] seconds, got {self.lease_s}")
        if not 0 <= self.wait_s < 3600:
            raise ConfigError(f"wait_s must be in [0, 3600) seconds, got {self.wait_s}")
        if not 0 < self.poll_s <= 60:
            raise ConfigError(f"poll_s must be in (0, 60] seconds, got {self.poll_s}")

    def lease_for(self, deadline_s: float) -> float:
        """The lease of an operation that has `deadline_s`; raises `ConfigError` where the lease is not longer."""
        if self.lease_s is None:
            return deadline_s + MARGIN_S
        if self.lease_s <= deadline_s:
            raise ConfigError(
                f"lease_s must be longer than the operation's deadline_s ({deadline_s}), got {self.lease_s}: "
                "a claim that ends while its owner still works lets a second one in"
            )
        return self.lease_s


class Idempotency:
    """Runs work once per key. Safe for concurrent use, and across processes where the store is shared."""

    def __init__(
        self,
        store: ClaimStore,
        config: IdempotencyConfig,
        *,
        deadline_s: float,
        instance: str,
        sink: Sink | None = None,
    ) -> None:
        """`deadline_s` is the longest that one piece of work takes; `instance` names this process, and no other
        one, not even its own predecessor. Raises `ConfigError` for a lease that is not longer than the deadline."""
        self._store = store
        self._lease_s = config.lease_for(deadline_s)
        # Who waits must be told of the conflict before its own deadline strikes, which would tell it less.
        self._wait_s = min(config.wait_s, deadline_s / 2)
        self.config = config
        self._instance = instance
        self._sink = sink
        self._askings = itertools.count(1)

    async def run_once(
        self, asking: Asking, fingerprint: str, work: Work, *, call: str = "", taken_over: TakenOver | None = None
    ) -> Result:
        """Do `work` under the asking's key, or return (raise) what an earlier asker with the same request got.

        Waiting for another asker counts against the asking's deadline; the work keeps its own time.

        Raises:
            KeyReused: the key stands for another request (another fingerprint).
            IdempotencyConflict: somebody works on it, longer than `wait_s`; or took it over meanwhile.
            DeadlineExceeded: the deadline came first.
            ClaimsUnavailable: the store is down: nothing was done now, and nobody can tell whether it was before.
        """
        owner = f"{self._instance}:{next(self._askings)}"
        begun = await self._begin(asking, fingerprint, owner, call)
        if isinstance(begun, Finished):
            self._note("replayed", asking, call)
            asking.settled()  # with a result it is done, and a refusal is kept only where nothing is left of it
            return _opened(begun.result)
        self._note("taken_over" if begun.taken_over else "claimed", asking, call)
        asking.announce = _Announcement(self._store, asking, owner, begun.fence)
        try:
            if begun.taken_over:
                asking.took_over(begun.began_ago_s, begun.sent_ago_s)
                if taken_over is not None:
                    await taken_over()
            result = await work()
        except BaseException as error:
            await self._give_back(asking, owner, begun.fence, error)
            raise
        await self._complete(asking, owner, begun.fence, _RESULT + orjson.dumps(result))
        return result

    async def _begin(self, asking: Asking, fingerprint: str, owner: str, call: str) -> Claimed | Finished:
        try:
            async with asyncio.timeout_at(asking.ends_at_s) as waiting:
                begun = await self._ask(asking.idempotency_key, fingerprint, owner)
                if isinstance(begun, Busy):
                    begun = await self._wait_for_turn(begun, asking, fingerprint, owner, call)
        except TimeoutError:
            if not waiting.expired():
                raise
            asking.may_have_sent = True  # the other caller's work may have its effect
            raise DeadlineExceeded("another caller holds the idempotency key", may_have_effect=True) from None
        if isinstance(begun, Mismatched):
            self._note("conflict", asking, call)
            raise KeyReused("the idempotency key was used for a different request")
        return begun

    async def _wait_for_turn(
        self, begun: Busy, asking: Asking, fingerprint: str, owner: str, call: str
    ) -> Claimed | Finished | Mismatched:
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._wait_s
        pause_s = self.config.poll_s
        if self._wait_s > 0:
            self._note("waited", asking, call)
        while True:
            left_s = give_up_s - loop.time()
            if left_s <= 0:
                self._note("conflict", asking, call)
                asking.may_have_sent = True
                raise IdempotencyConflict(
                    "the idempotency key is in use by another caller",
                    retry_after_s=begun.lease_left_s,
                    may_have_effect=True,
                )
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, 10 * self.config.poll_s)
            answer = await self._ask(asking.idempotency_key, fingerprint, owner)
            if not isinstance(answer, Busy):
                return answer
            begun = answer

    async def _ask(self, key: str, fingerprint: str, owner: str) -> Begun:
        try:
            return await self._store.begin(key, fingerprint, owner, self._lease_s)
        except StoreUnavailable as error:
            # Closed rather than open: without a claim, two askers would both do the work.
            # And an earlier asker may have been served, of whom nobody can tell now.
            raise ClaimsUnavailable(f"idempotency claims cannot be made: {error}", may_have_effect=True) from error

    async def _give_back(self, asking: Asking, owner: str, fence: int, error: BaseException) -> None:
        key = asking.idempotency_key
        surely_nothing = isinstance(error, BrownoutError) and not asking.may_have_effect
        if surely_nothing and isinstance(error, VendorRefused):
            await self._complete(asking, owner, fence, _REFUSAL + packed(error))
            return
        try:
            if surely_nothing:
                await self._store.release(key, owner, fence)
            else:
                await self._store.abandon(key, owner, fence)
        except StoreUnavailable:
            return  # the lease will run out

    async def _complete(self, asking: Asking, owner: str, fence: int, result: bytes) -> None:
        try:
            asking.answer_is_kept = await self._store.complete(asking.idempotency_key, owner, fence, result)
        except StoreUnavailable:
            # The work is done and the caller shall know. Whoever asks again after the lease takes over, and meets
            # the vendor's own idempotency or looks first.
            return

    def _note(self, outcome: str, asking: Asking, call: str) -> None:
        if self._sink is not None:
            now_s = asyncio.get_running_loop().time()
            self._sink(Event(now_s, Kind.IDEMPOTENCY, call=call, operation_id=asking.operation_id, outcome=outcome))


class _Announcement:
    """What is awaited before a sending that the vendor cannot tell from its repetition."""

    __slots__ = ("_asking", "_fence", "_owner", "_store")

    def __init__(self, store: ClaimStore, asking: Asking, owner: str, fence: int) -> None:
        self._store = store
        self._asking = asking
        self._owner = owner
        self._fence = fence

    async def __call__(self) -> None:
        """Raises `IdempotencyConflict` where the key is somebody else's by now, `ClaimsUnavailable` where nobody can
        tell: then nothing may be sent."""
        try:
            is_held = await self._store.sending(self._asking.idempotency_key, self._owner, self._fence)
        except StoreUnavailable as error:
            raise ClaimsUnavailable(f"a sending cannot be announced: {error}") from error
        if not is_held:
            self._asking.may_have_sent = True  # whoever has the key now may do it
            raise IdempotencyConflict("another caller has taken the idempotency key over", may_have_effect=True)


def packed(error: VendorRefused) -> bytes:
    """A definitive no, to be kept."""
    return orjson.dumps(
        {"vendor": error.vendor, "call": error.call, "message": error.text, "status": error.status,
         "code": error.code}
    )  # fmt: skip


def _opened(stored: bytes) -> Result:
    if stored[:1] == _RESULT:
        said: Result = orjson.loads(stored[1:])
        return said
    raise unpacked(stored[1:])


def unpacked(kept: bytes) -> VendorRefused:
    """The definitive no that was kept."""
    said = orjson.loads(kept)
    return VendorRefused(said["vendor"], said["call"], said["message"], status=said["status"], code=said["code"])
