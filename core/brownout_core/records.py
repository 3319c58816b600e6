"""What must survive a crash, as words that policies and stores share: claims on idempotency keys, and dead letters.

    absent ──begin──▶ in progress ──complete──▶ completed
                        │   ▲  │
              abandon / │   │  └──release──▶ released (as if never asked, but fences keep growing)
           lease is over│   │begin: a takeover, with a higher fence
                        ▼   │
                       unsure (nobody holds it; whether it was done is unknown)

Only the holder of the current fence may send, complete, release or abandon. Everybody else is refused and changes
nothing, however late they come. A takeover knows when the work was last sent, by whichever owner, because a sending
that the vendor cannot tell from its repetition is announced before it is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, Protocol

from brownout_core.rows import HIDDEN, JSON


@dataclass(frozen=True, slots=True)
class Claimed:
    """The caller holds the key now."""

    fence: int
    """Greater than every fence that this key has had before."""
    taken_over: bool = False
    """An earlier owner stopped without an answer: what it was to do may have been done."""
    began_ago_s: float = 0.0
    """Seconds since the first such owner began; 0 where nothing was taken over."""
    sent_ago_s: float = 0.0
    """Seconds since the last sending that any of them announced; where none did, since the first of them began."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else holds the key, for `lease_left_s` seconds at most."""

    lease_left_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The key's work is completed; `result` is what its owner left."""

    result: bytes


@dataclass(frozen=True, slots=True)
class Mismatched:
    """The key stands for another request."""


Begun = Claimed | Busy | Finished | Mismatched


class StoreUnavailable(Exception):
    """The store cannot be reached or cannot write; nothing is known about what it did."""


class ClaimStore(Protocol):
    """Keeps one claim per key, and how far something has come by what was told of it. Every method is atomic, and safe
    from several processes where the store is shared."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """Claim `key` for `owner`, unless somebody holds or has completed it.

        `owner` is unique per asking; asking again with the same owner gives the same answer (a lost reply).
        Raises `StoreUnavailable`.
        """
        ...

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        """Note that the work is being sent now. False, and nothing changes, unless `owner` holds the key under
        `fence`: then it must not be sent."""
        ...

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        """Leave the result. False, and nothing changes, unless `owner` holds the key under `fence`."""
        ...

    async def release(self, key: str, owner: str, fence: int) -> bool:
        """Nothing was done: free the key. False, and nothing changes, for anyone but the holder."""
        ...

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        """What was done is unknown: let the next one take over at once. False for anyone but the holder."""
        ...

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        """Keep `value` for `key` if it is a step further than what is kept there; True once it would survive this
        process. False, and nothing changes, where what is kept is as far, or further.

        Steps and claims know nothing of each other. Raises `StoreUnavailable`.
        """
        ...

    async def furthest(self, key: str) -> bytes | None:
        """What is kept for `key` of the furthest step; None: nothing. Raises `StoreUnavailable`."""
        ...

    async def check(self) -> None:
        """Raises `StoreUnavailable` unless the store can be reached."""
        ...

    async def close(self) -> None:
        """Close connections. Idempotent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A call worth keeping: all that is needed to do it again, and nothing that is secret."""

    flow: str
    """Whose request it is: `pay`."""
    payload: bytes
    """The request as JSON, as its flow parses it."""
    idempotency_key: str
    operation_id: str
    first_attempt_at: float
    """Wall-clock seconds since 1970."""


class LetterState(StrEnum):
    """Where a dead letter stands."""

    UNDER_WAY = "under_way"  # written before its work, by whoever does it, for the length of a lease; then as pending
    PENDING = "pending"
    REDRIVING = "redriving"  # claimed by one operator, for the length of a lease
    REDRIVEN = "redriven"
    REFUSED = "refused"  # the vendor gave a definitive no when it was redriven
    POISON = "poison"  # failed as often as the cap allows; an operator has to insist
    INCIDENT = "incident"  # what it has left could not be taken back: a person has to, and it names what that is
    DISCARDED = "discarded"


OPEN_STATES = (
    LetterState.UNDER_WAY, LetterState.PENDING, LetterState.REDRIVING, LetterState.POISON, LetterState.INCIDENT
)  # fmt: skip
"""The states in which somebody still has to do something. One under way is nobody's business while its lease lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One parcel set aside: the one definition of its row in a store, its line in a spill file and its JSON over
    HTTP (`rows`). Instants are wall-clock seconds since 1970."""

    id: str
    flow: str
    state: LetterState = LetterState.PENDING
    operation_id: str
    idempotency_key: str
    payload: Annotated[bytes, JSON]
    payload_hash: str
    error_class: str
    reason: str
    first_attempt_at: float
    last_attempt_at: float
    """When it may have been sent last."""
    attempts: int = 1
    """How often the whole call was tried: once live, and once for each redrive."""
    generation: int = 0
    """How often a redrive of it has failed."""
    resolved_at: float | None = None
    outcome: str = ""
    """What the redrive that resolved it came to."""
    standing: str = ""
    """Of work of several steps that has not ended: what it has left, as `vendor what id, vendor what id`."""
    progress: Annotated[bytes, HIDDEN] = b""
    """How far work of several steps has come: whoever holds the lease writes it, before each step."""
    lease_owner: Annotated[str, HIDDEN] = ""
    lease_until: Annotated[float, HIDDEN] = 0.0


class _Before(NamedTuple):
    """Words that files of an earlier version use."""

    columns: Mapping[str, str]
    states: Mapping[str, str]


BEFORE: Final = _Before(
    columns={"correlation_id": "operation_id"},
    states={"waiting": LetterState.PENDING.value, "done": LetterState.REDRIVEN.value},
)


class DeadLetterStore(Protocol):
    """Keeps dead letters. What a method has returned is durable. Raises `StoreUnavailable`."""

    async def put(self, letter: DeadLetter) -> str:
        """Keep it, and return its id once it would survive a power cut. One row per id: putting it again renews it,
        unless somebody is redriving it."""
        ...

    async def get(self, letter_id: str) -> DeadLetter | None: ...

    async def page(self, states: Sequence[LetterState], limit: int, after: str = "") -> Sequence[DeadLetter]:
        """In the order in which they were set aside, `limit` at most; `after` is the last id of the page before."""
        ...

    async def count(self) -> dict[LetterState, int]: ...

    async def lease(self, letter_id: str, owner: str, lease_s: float, *, insist: bool = False) -> DeadLetter | None:
        """Claim a pending letter (or one whose lease is over) for one redrive. None where there is nothing to
        claim. `insist` claims poison too. Whoever held the lease before may have sent it until the lease was over,
        and `last_attempt_at` says so."""
        ...

    async def undertake(self, letter: DeadLetter, owner: str, lease_s: float) -> DeadLetter:
        """Keep a letter before its work is begun, leased by `owner`, and return it; or the one that is there. That is
        leased by `owner`, too, where whoever did it has ended without a word, or somebody gave it up."""
        ...

    async def note(self, letter_id: str, owner: str, progress: bytes) -> bool:
        """Write down how far it has come. False, and nothing changes, unless `owner` holds a lease that lasts: then
        nothing more may be done."""
        ...

    async def forget(self, letter_id: str, owner: str) -> bool:
        """Its work is done, and somebody else keeps the answer. False for anyone but the holder."""
        ...

    async def settle(self, letter: DeadLetter, owner: str) -> bool:
        """Write back what a redrive came to. False, and nothing changes, unless `owner` holds the lease."""
        ...

    async def discard(self, letter_id: str) -> bool:
        """Give it up. False where there is none that is open, or somebody is redriving it."""
        ...

    async def check(self) -> None:
        """Raises `StoreUnavailable` unless the store can be reached."""
        ...

    async def close(self) -> None: ...


class Spill(Protocol):
    """Where letters go while their store is down. Blocks briefly; raises `StoreUnavailable`."""

    def append(self, letter: DeadLetter) -> None: ...
    def take(self) -> Sequence[DeadLetter]: ...
    def drained(self) -> None: ...
    def check(self) -> None:
        """Raises `StoreUnavailable`, with its place, where something is kept that nobody can read."""
        ...
