"""What could not be done now is set aside durably, and done later: through the same flow, with the same key.

set_aside ──▶ waiting ──redrive──▶ redriving ──┬─▶ done
                 ▲  ▲                          ├─▶ refused   (the vendor's definitive no)
                 │  └──── failed, or not sent ─┤
         insist: │                             └─▶ poison    (failed as often as the cap allows)
                 └──────────────────────────────────┘        discard ends waiting and poison
"""

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from brownout_core.clock import WallClock
from brownout_core.errors import (
    BrownoutError,
    CallRejected,
    ConfigError,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.records import (
    OPEN_STATES,
    DeadLetter,
    DeadLetterStore,
    LetterState,
    Parcel,
    StoreUnavailable,
)
from brownout_core.redaction import Redactor
from brownout_core.telemetry import Event, Kind, Sink, outcome_of

MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterConfig:
    """How redriving goes about it. Durations in seconds."""

    generation_cap: int = 5
    """A letter whose redrive failed this often is poison."""
    lease_s: float = 300.0
    """How long one redrive holds a letter; longer than the operation's deadline."""
    rate_per_s: float = 20.0
    """How many letters `redrive_all` starts per second, at most."""
    canary: int = 3
    """The first letters decide: when all of them fail, `redrive_all` stops."""
    stop_ratio: float = 0.2
    """After the canaries, `redrive_all` stops when more than this share has failed."""

    def __post_init__(self) -> None:
        if self.generation_cap < 1:
            raise ConfigError(f"generation_cap must be >= 1, got {self.generation_cap}")
        if self.lease_s <= 0:
            raise ConfigError(f"lease_s must be > 0 seconds, got {self.lease_s}")
        if self.rate_per_s <= 0:
            raise ConfigError(f"rate_per_s must be > 0 per second, got {self.rate_per_s}")
        if self.canary < 1:
            raise ConfigError(f"canary must be >= 1, got {self.canary}")
        if not 0 < self.stop_ratio <= 1:
            raise ConfigError(f"stop_ratio must be in (0, 1], got {self.stop_ratio}")


class Redrive(StrEnum):
    """What came of redriving one letter."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_SENT = "not_sent"  # a policy refused it: the letter waits, no worse than before
    BUSY = "busy"  # somebody else is redriving it, or there is nothing open under this id


@dataclass(frozen=True, slots=True)
class Redriven:
    """One letter's redrive."""

    id: str
    outcome: Redrive
    detail: str = ""


Again = Callable[[DeadLetter], Awaitable[str]]
"""Does a letter's work again, with its own key, and says what came of it; raises where it failed."""


class Spill(Protocol):
    """Where letters go while their store is down. Blocks briefly; raises `StoreUnavailable`."""

    def append(self, letter: DeadLetter) -> None: ...
    def take(self) -> Sequence[DeadLetter]: ...
    def drained(self) -> None: ...


def letter_id(flow: str, idempotency_key: str) -> str:
    """The id under which a flow's work with this key is set aside: the same work has the same id."""
    return "dl_" + hashlib.sha256(f"{flow}\n{idempotency_key}".encode()).hexdigest()[:24]


class DeadLetters:
    """Sets calls aside and redrives them. Safe for concurrent use, and across processes that share the store."""

    def __init__(
        self,
        store: DeadLetterStore,
        config: DeadLetterConfig,
        *,
        wall_clock: WallClock,
        instance: str,
        spill: Spill | None = None,
        sink: Sink | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self._store = store
        self.config = config
        self._wall_clock = wall_clock
        self._instance = instance
        self._spill = spill
        self._spilled = spill is not None  # a predecessor may have left something
        self._sink = sink
        self._redactor = redactor or Redactor()
        self._leases = itertools.count(1)
        self._draining = asyncio.Lock()

    async def set_aside(self, parcel: Parcel, error: BaseException) -> str:
        """Keep the parcel and return its dead letter's id, once it is durable.

        Raises `StoreUnavailable` where neither the store nor the spill file could keep it: then it is not kept.
        """
        letter = self._letter(parcel, error)
        try:
            kept = await self._store.put(letter)
        except StoreUnavailable:
            if self._spill is None:
                raise
            self._spill.append(letter)
            self._spilled = True
            return letter.id
        await self.drain()
        return kept

    async def drain(self) -> int:
        """Move what was spilled into the store; returns how many. Does nothing while the store is down."""
        if self._spill is None or not self._spilled:
            return 0
        # One at a time: `drained` must never end what another one has taken and not yet stored.
        async with self._draining:
            return await self._drain(self._spill)

    async def _drain(self, spill: Spill) -> int:
        try:
            letters = spill.take()
            for letter in letters:
                await self._store.put(letter)
            spill.drained()
        except StoreUnavailable:
            return 0
        # What was appended meanwhile is in a new file: only an empty look ends it.
        self._spilled = bool(letters)
        return len(letters)

    async def find(self, flow: str, idempotency_key: str) -> DeadLetter | None:
        """The open letter of this work, if it was set aside."""
        await self.drain()
        letter = await self._store.get(letter_id(flow, idempotency_key))
        return letter if letter is not None and letter.state in OPEN_STATES else None

    async def page(
        self, *, states: Sequence[LetterState] = OPEN_STATES, limit: int = 100, after: str = ""
    ) -> Sequence[DeadLetter]:
        """Letters in the order in which they were set aside."""
        await self.drain()
        return await self._store.page(states, limit, after)

    async def show(self, letter_id: str) -> DeadLetter | None:
        """One letter, in whatever state."""
        await self.drain()
        return await self._store.get(letter_id)

    async def count(self) -> dict[LetterState, int]:
        """How many letters are in each state."""
        await self.drain()
        return await self._store.count()

    async def discard(self, letter_id: str) -> bool:
        """Give a letter up. False where it is not open, or is being redriven."""
        letter = await self.show(letter_id)
        gone = letter is not None and await self._store.discard(letter_id)
        if gone and letter is not None:
            self._note(Kind.REDRIVEN, letter, "discarded")
        return gone

    async def redrive(self, letter_id: str, again: Again, *, insist: bool = False) -> Redriven:
        """Do one letter's work again. Two operators at once do it once: the second one is told `busy`.

        `insist` redrives poison too. Raises `StoreUnavailable`.
        """
        await self.drain()
        owner = f"{self._instance}:{next(self._leases)}"
        letter = await self._store.lease(letter_id, owner, self.config.lease_s, insist=insist)
        if letter is None:
            return Redriven(letter_id, Redrive.BUSY)
        try:
            came_to = await again(letter)
        except Exception as error:  # noqa: BLE001 - whatever it was, the letter has to go back
            return await self._settle(letter, owner, _outcome_of(error), error)
        except BaseException as error:
            await self._settle(letter, owner, Redrive.NOT_SENT, error)
            raise
        return await self._settle(letter, owner, Redrive.DONE, None, came_to)

    async def redrive_all(self, again: Again, *, limit: int = 1000, insist: bool = False) -> list[Redriven]:
        """Redrive waiting letters, oldest first, one at a time and at the configured rate; stops early where the
        first ones show that it is no use yet."""
        loop = asyncio.get_running_loop()
        states = OPEN_STATES if insist else (LetterState.WAITING, LetterState.REDRIVING)
        outcomes: list[Redriven] = []
        for letter in await self.page(states=states, limit=limit):
            next_at_s = loop.time() + 1 / self.config.rate_per_s
            outcomes.append(await self.redrive(letter.id, again, insist=insist))
            if self._is_no_use(outcomes):
                break
            if loop.time() < next_at_s:
                await asyncio.sleep(next_at_s - loop.time())
        return outcomes

    def _is_no_use(self, outcomes: Sequence[Redriven]) -> bool:
        failed = sum(each.outcome in {Redrive.FAILED, Redrive.NOT_SENT} for each in outcomes)
        if len(outcomes) <= self.config.canary:
            return len(outcomes) == self.config.canary and failed == len(outcomes)
        return failed > self.config.stop_ratio * len(outcomes)

    async def _settle(
        self, letter: DeadLetter, owner: str, outcome: Redrive, error: BaseException | None, came_to: str = ""
    ) -> Redriven:
        now = self._wall_clock()
        tried = outcome is not Redrive.NOT_SENT
        generation = letter.generation + (outcome is Redrive.FAILED)
        settled = replace(
            letter,
            state=self._state_after(outcome, generation),
            generation=generation,
            attempts=letter.attempts + tried,
            last_attempt_at=now if tried else letter.last_attempt_at,
            error_class=letter.error_class if error is None else outcome_of(error),
            reason=letter.reason if error is None else self._reason(error),
            resolved_at=now if outcome in {Redrive.DONE, Redrive.REFUSED} else None,
            outcome=came_to or outcome.value,
        )
        await self._store.settle(settled, owner)
        self._note(Kind.REDRIVEN, letter, "done" if outcome is Redrive.DONE else "failed")
        return Redriven(letter.id, outcome, settled.reason if error is not None else came_to)

    def _state_after(self, outcome: Redrive, generation: int) -> LetterState:
        if outcome is Redrive.DONE:
            return LetterState.DONE
        if outcome is Redrive.REFUSED:
            return LetterState.REFUSED
        return LetterState.POISON if generation >= self.config.generation_cap else LetterState.WAITING

    def _letter(self, parcel: Parcel, error: BaseException) -> DeadLetter:
        return DeadLetter(
            id=letter_id(parcel.flow, parcel.idempotency_key),
            flow=parcel.flow,
            payload=parcel.payload,
            payload_hash=hashlib.sha256(parcel.payload).hexdigest(),
            idempotency_key=parcel.idempotency_key,
            correlation_id=parcel.correlation_id,
            first_attempt_at=parcel.first_attempt_at,
            last_attempt_at=self._wall_clock(),
            error_class=outcome_of(error),
            reason=self._reason(error),
        )

    def _reason(self, error: BaseException) -> str:
        # A stranger's exception may quote anything; only this package's own messages are known to be clean.
        text = str(error) if isinstance(error, BrownoutError) else type(error).__name__
        return self._redactor.text(text)[:MAX_REASON]

    def _note(self, kind: Kind, letter: DeadLetter, outcome: str) -> None:
        if self._sink is not None:
            now_s = asyncio.get_running_loop().time()
            self._sink(
                Event(
                    now_s, kind, call=letter.flow, operation_id=letter.correlation_id, outcome=outcome, detail=letter.id
                )
            )

    async def close(self) -> None:
        """Drain what can be drained and close the store."""
        await self.drain()
        await self._store.close()


def _outcome_of(error: Exception) -> Redrive:
    if isinstance(error, VendorRefused) and not error.may_have_effect:
        return Redrive.REFUSED
    if isinstance(error, KeyReused):
        return Redrive.FAILED
    # A live caller holds the key, or a policy refused before anything went out: no fault of the letter's.
    if isinstance(error, IdempotencyConflict) or (isinstance(error, CallRejected) and not error.may_have_effect):
        return Redrive.NOT_SENT
    return Redrive.FAILED
