"""One operation, once: the first asker works, the others get what the first one got.

A claim on the idempotency key goes around the work. What becomes of it depends on how the work ended:

    a result, or a definitive refusal     completed: every later asker gets the same, for as long as it is kept
    surely nothing was done               released: the next asker starts anew
    unknown, cancelled, set aside         abandoned: the next asker takes over, with a higher fence, and looks first
    the process died                      the lease runs out; then as abandoned
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson

from brownout_core.errors import (
    BrownoutError,
    ClaimsUnavailable,
    ConfigError,
    DeadLettered,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.records import Begun, Claimed, ClaimStore, Finished, Mismatched, StoreUnavailable
from brownout_core.telemetry import Event, Kind, Sink

Work = Callable[[], Awaitable[bytes]]
Recover = Callable[[Claimed], Awaitable[bytes | None]]
"""Asked after a takeover, before the work is done again: the result, if the earlier owner's work turns out to be
done; None if it is safe to do it again. May raise, which counts as the work's error."""

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
        self,
        key: str,
        fingerprint: str,
        work: Work,
        recover: Recover | None = None,
        *,
        call: str = "",
        operation_id: str = "",
    ) -> bytes:
        """Do `work` under `key`, or return (raise) what an earlier asker with the same request got.

        Raises:
            KeyReused: the key stands for another request (another fingerprint).
            IdempotencyConflict: somebody works on it, longer than `wait_s`.
            ClaimsUnavailable: the store is down; nothing was done.
        """
        owner = f"{self._instance}:{next(self._askings)}"

        def note(outcome: str) -> None:
            self._note(outcome, call, operation_id)

        begun = await self._begin(key, fingerprint, owner, note)
        if isinstance(begun, Finished):
            note("replayed")
            return _opened(begun.result)
        note("taken_over" if begun.taken_over else "claimed")
        try:
            result = await recover(begun) if begun.taken_over and recover is not None else None
            if result is None:
                result = await work()
        except BaseException as error:
            await self._give_back(key, owner, begun, error)
            raise
        await self._complete(key, owner, begun.fence, _RESULT + result)
        return result

    async def _begin(self, key: str, fingerprint: str, owner: str, note: Callable[[str], None]) -> Claimed | Finished:
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._wait_s
        pause_s = self.config.poll_s
        while True:
            begun = await self._ask(key, fingerprint, owner)
            if isinstance(begun, Claimed | Finished):
                return begun
            if isinstance(begun, Mismatched):
                note("conflict")
                raise KeyReused("the idempotency key was used for a different request")
            left_s = give_up_s - loop.time()
            if left_s <= 0:
                note("conflict")
                raise IdempotencyConflict(
                    "the idempotency key is in use by another caller",
                    retry_after_s=begun.lease_left_s,
                    may_have_effect=True,
                )
            if pause_s == self.config.poll_s:
                note("waited")
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, 10 * self.config.poll_s)

    async def _ask(self, key: str, fingerprint: str, owner: str) -> Begun:
        try:
            return await self._store.begin(key, fingerprint, owner, self._lease_s)
        except StoreUnavailable as error:
            # Closed rather than open: without a claim, two askers would both do the work.
            raise ClaimsUnavailable(f"idempotency claims cannot be made: {error}") from error

    async def _give_back(self, key: str, owner: str, held: Claimed, error: BaseException) -> None:
        if isinstance(error, VendorRefused) and not error.may_have_effect:
            await self._complete(key, owner, held.fence, _REFUSAL + _packed(error))
            return
        surely_nothing = isinstance(error, BrownoutError) and not (
            error.may_have_effect or isinstance(error, DeadLettered)
        )
        try:
            # Who took over does not know what its predecessor did, whatever it did itself.
            if surely_nothing and not held.taken_over:
                await self._store.release(key, owner, held.fence)
            else:
                await self._store.abandon(key, owner, held.fence)
        except StoreUnavailable:
            return  # the lease will run out

    async def _complete(self, key: str, owner: str, fence: int, result: bytes) -> None:
        try:
            await self._store.complete(key, owner, fence, result)
        except StoreUnavailable:
            # The work is done and the caller shall know. Whoever asks again after the lease takes over, and meets
            # the vendor's own idempotency or looks first.
            return

    def _note(self, outcome: str, call: str, operation_id: str) -> None:
        if self._sink is not None:
            now_s = asyncio.get_running_loop().time()
            self._sink(Event(now_s, Kind.IDEMPOTENCY, call=call, operation_id=operation_id, outcome=outcome))


def _packed(error: VendorRefused) -> bytes:
    return orjson.dumps(
        {"service": error.service, "operation": error.operation, "message": error.text, "status": error.status,
         "code": error.code}
    )  # fmt: skip


def _opened(stored: bytes) -> bytes:
    if stored[:1] == _RESULT:
        return stored[1:]
    said = orjson.loads(stored[1:])
    raise VendorRefused(said["service"], said["operation"], said["message"], status=said["status"], code=said["code"])
