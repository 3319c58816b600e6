"""What could not be done now is set aside durably, and done later: through the same flow, with the same key.

set_aside ──▶ pending ──redrive──▶ redriving ──┬─▶ redriven
                 ▲  ▲                          ├─▶ refused   (the vendor's definitive no)
                 │  └─ failed, not sent, ended ┤
         insist: │                             └─▶ poison    (failed as often as the cap allows)
                 └──────────────────────────────────┘        discard ends pending and poison

A letter knows when its work may have been sent last: when it was set aside, by a redrive that failed, by one that was
ended while it was at work, or by one that died, which its lease bounds.
"""

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from brownout_core.asking import Asking, Earlier
from brownout_core.clock import WallClock
from brownout_core.errors import (
    BrownoutError,
    CallRejected,
    ConfigError,
    IdempotencyConflict,
    KeyReused,
    LeftStanding,
    VendorRefused,
)
from brownout_core.policies.undertaking import Undertaking
from brownout_core.records import (
    OPEN_STATES,
    DeadLetter,
    DeadLetterStore,
    LetterState,
    Parcel,
    Spill,
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
    """How many letters a lot starts per second, at most."""
    canary: int = 3
    """The first letters of a lot (all of them, where there are fewer) decide: when all fail, the lot stops."""
    stop_ratio: float = 0.2
    """After the canaries, a lot stops when more than this share of it has failed."""

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
    NOT_SENT = "not_sent"  # a policy refused it: the letter is pending, no worse than before
    BUSY = "busy"  # somebody else is redriving it, or there is nothing open under this id


@dataclass(frozen=True, slots=True)
class Redriven:
    """One letter's redrive."""

    id: str
    outcome: Redrive
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Some letters' redrives, one after the other."""

    redriven: tuple[Redriven, ...]
    next_after: str | None
    """The last letter looked at, for the next lot to go on behind it; None where none waits there."""
    stopped: bool
    """It was no use yet, so the rest of the lot was left alone."""


Again = Callable[[DeadLetter, Asking], Awaitable[str]]
"""Does a letter's work again, with its own key, and says what came of it; raises where it failed. The asking knows
when it may have been sent before, and is told what is done now."""


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

    async def undertake(self, parcel: Parcel, lease_s: float) -> Undertaking:
        """Keep the parcel before its work is begun, for as long as that may take. Raises `StoreUnavailable`: then it
        must not be begun."""
        await self.drain()
        owner = self._owner()
        letter = replace(
            self._letter(parcel, None), state=LetterState.UNDER_WAY, reason="whoever did it ended without a word"
        )
        return Undertaking(self._store, await self._store.undertake(letter, owner, lease_s), owner)

    async def leave(self, kept: Undertaking, error: BaseException) -> str:
        """It has come no further: set it aside, as far as it is, and return its id."""
        state = LetterState.INCIDENT if isinstance(error, LeftStanding) else LetterState.PENDING
        with suppress(StoreUnavailable):  # it is kept, and its lease will run out
            await self._store.settle(self._stopped(kept, error, state), kept.owner)
        return kept.letter.id

    async def let_go(self, kept: Undertaking, came_to: str, *, refused: bool, answer_is_kept: bool) -> None:
        """It has ended; where nobody else keeps its answer, it stays for whoever asks again."""
        now = self._wall_clock()
        state = LetterState.REFUSED if refused else LetterState.REDRIVEN
        ended = replace(kept.letter, state=state, resolved_at=now, outcome=came_to)
        with suppress(StoreUnavailable):  # its lease will run out, and whoever redrives it finds that it is over
            if answer_is_kept:
                await self._store.forget(kept.letter.id, kept.owner)
            else:
                await self._store.settle(ended, kept.owner)

    def _stopped(self, kept: Undertaking, error: BaseException, state: LetterState) -> DeadLetter:
        return replace(
            kept.letter,
            state=state,
            last_attempt_at=self._wall_clock(),
            error_class=outcome_of(error),
            reason=self._reason(error),
            standing=kept.standing,
        )

    def _owner(self) -> str:
        return f"{self._instance}:{next(self._leases)}"

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

    async def check(self) -> None:
        """Raises `StoreUnavailable` where letters cannot be kept, or where some are that nobody can read."""
        await self._store.check()
        if self._spill is not None:
            self._spill.check()

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
        owner = self._owner()
        letter = await self._store.lease(letter_id, owner, self.config.lease_s, insist=insist)
        if letter is None:
            return Redriven(letter_id, Redrive.BUSY)
        asking = self._asking(letter)
        asking.kept = kept = Undertaking(self._store, letter, owner)
        try:
            came_to = await again(letter, asking)
        except Exception as error:  # noqa: BLE001 - whatever it was, the letter has to go back
            outcome = _outcome_of(error, asking)
            settled = self._given_back(kept, error, outcome, was_sent=outcome is not Redrive.NOT_SENT)
            return await self._settle(settled, owner, Redriven(letter.id, outcome, settled.reason))
        except BaseException as error:
            # Ended while it was at work: no fault of the letter's, but it may have been sent.
            settled = self._given_back(kept, error, Redrive.NOT_SENT, was_sent=asking.may_have_sent)
            await self._settle(settled, owner, Redriven(letter.id, Redrive.NOT_SENT))
            raise
        now = self._wall_clock()
        done = replace(
            letter,
            state=LetterState.REDRIVEN,
            attempts=letter.attempts + 1,
            last_attempt_at=now,
            resolved_at=now,
            outcome=came_to,
            standing="",
        )
        return await self._settle(done, owner, Redriven(letter.id, Redrive.DONE, came_to))

    async def redrive_lot(self, again: Again, *, limit: int = 1000, after: str = "", insist: bool = False) -> Lot:
        """Redrive what is pending behind the letter `after`, oldest first, each once, at the configured rate; stops
        early where the first ones show that it is no use yet.

        Every lot has canaries of its own, so that a vendor that goes down between two lots is noticed by the next.
        """
        loop = asyncio.get_running_loop()
        passing = (LetterState.UNDER_WAY, LetterState.PENDING, LetterState.REDRIVING)
        states = OPEN_STATES if insist else passing
        page = await self.page(states=states, limit=limit + 1, after=after)
        outcomes: list[Redriven] = []
        for letter in page[:limit]:
            next_at_s = loop.time() + 1 / self.config.rate_per_s
            outcomes.append(await self.redrive(letter.id, again, insist=insist))
            is_last = len(outcomes) == len(page)
            if stopped := self._is_no_use(outcomes, min(limit, len(page))):
                return Lot(tuple(outcomes), None if is_last else letter.id, stopped)
            # Also behind the last one of the lot: the next lot begins where this one ends.
            if not is_last and loop.time() < next_at_s:
                await asyncio.sleep(next_at_s - loop.time())
        return Lot(tuple(outcomes), page[limit - 1].id if len(page) > limit else None, stopped=False)

    def _asking(self, letter: DeadLetter) -> Asking:
        now = self._wall_clock()
        earlier = Earlier(now - letter.first_attempt_at, now - letter.last_attempt_at)
        return Asking(letter.operation_id, letter.idempotency_key, earlier=earlier)

    def _is_no_use(self, outcomes: Sequence[Redriven], lot: int) -> bool:
        failed = sum(each.outcome in {Redrive.FAILED, Redrive.NOT_SENT} for each in outcomes)
        canaries = min(self.config.canary, lot)
        if len(outcomes) <= canaries:
            return len(outcomes) == canaries and failed == len(outcomes)
        return failed > self.config.stop_ratio * len(outcomes)

    def _given_back(self, kept: Undertaking, error: BaseException, outcome: Redrive, *, was_sent: bool) -> DeadLetter:
        """The letter after a redrive that did not do it."""
        now, letter = self._wall_clock(), kept.letter
        generation = letter.generation + (outcome is Redrive.FAILED)
        state = LetterState.PENDING
        if outcome is Redrive.REFUSED:
            state = LetterState.REFUSED
        elif isinstance(error, LeftStanding) or (kept.standing and generation >= self.config.generation_cap):
            state = LetterState.INCIDENT
        elif generation >= self.config.generation_cap:
            state = LetterState.POISON
        return replace(
            letter,
            state=state,
            generation=generation,
            attempts=letter.attempts + was_sent,
            last_attempt_at=now if was_sent else letter.last_attempt_at,
            error_class=outcome_of(error),
            reason=self._reason(error),
            resolved_at=now if outcome is Redrive.REFUSED else None,
            outcome=outcome.value,
            standing=kept.standing,
        )

    async def _settle(self, settled: DeadLetter, owner: str, redriven: Redriven) -> Redriven:
        await self._store.settle(settled, owner)
        self._note(Kind.REDRIVEN, settled, "done" if redriven.outcome is Redrive.DONE else "failed")
        return redriven

    def _letter(self, parcel: Parcel, error: BaseException | None) -> DeadLetter:
        return DeadLetter(
            id=letter_id(parcel.flow, parcel.idempotency_key),
            flow=parcel.flow,
            payload=parcel.payload,
            payload_hash=hashlib.sha256(parcel.payload).hexdigest(),
            idempotency_key=parcel.idempotency_key,
            operation_id=parcel.operation_id,
            first_attempt_at=parcel.first_attempt_at,
            last_attempt_at=self._wall_clock(),
            error_class=LetterState.UNDER_WAY.value if error is None else outcome_of(error),
            reason="" if error is None else self._reason(error),
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
                    now_s, kind, call=letter.flow, operation_id=letter.operation_id, outcome=outcome, detail=letter.id
                )
            )

    async def close(self) -> None:
        """Drain what can be drained and close the store."""
        await self.drain()
        await self._store.close()


def _outcome_of(error: Exception, asking: Asking) -> Redrive:
    if isinstance(error, VendorRefused) and not asking.may_have_effect:
        return Redrive.REFUSED
    if isinstance(error, KeyReused):
        return Redrive.FAILED
    # A live caller holds the key, or a policy refused before anything went out: no fault of the letter's.
    if isinstance(error, IdempotencyConflict) or (isinstance(error, CallRejected) and not asking.may_have_sent):
        return Redrive.NOT_SENT
    return Redrive.FAILED
