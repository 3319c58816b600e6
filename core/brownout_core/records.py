"""What must survive a crash, as words that policies and stores share: claims on idempotency keys, and dead letters.

    absent ──begin──▶ in progress ──complete──▶ completed
                        │   ▲  │
              abandon / │   │  └──release──▶ released (as if never asked, but fences keep growing)
           lease is over│   │begin: a takeover, with a higher fence
                        ▼   │
                       unsure (nobody holds it; whether it was done is unknown)

Only the holder of the current fence may complete, release or abandon. Every other finish is refused and changes
nothing, however late it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claimed:
    """The caller holds the key now."""

    fence: int
    """Greater than every fence that this key has had before."""
    taken_over: bool = False
    """An earlier owner stopped without an answer: what it was to do may have been done."""
    age_s: float = 0.0
    """Seconds since that owner began; 0 where nothing was taken over."""


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
    """Keeps one claim per key. Every method is atomic, and safe from several processes where the store is shared."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """Claim `key` for `owner`, unless somebody holds or has completed it.

        `owner` is unique per asking; asking again with the same owner gives the same answer (a lost reply).
        Raises `StoreUnavailable`.
        """
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
    correlation_id: str
    first_attempt_at: float
    """Wall-clock seconds since 1970."""


class LetterState(StrEnum):
    """Where a dead letter stands."""

    WAITING = "waiting"
    REDRIVING = "redriving"  # claimed by one operator, for the length of a lease
    DONE = "done"
    REFUSED = "refused"  # the vendor gave a definitive no when it was redriven
    POISON = "poison"  # failed as often as the cap allows; an operator has to insist
    DISCARDED = "discarded"


OPEN_STATES = (LetterState.WAITING, LetterState.REDRIVING, LetterState.POISON)
"""The states in which somebody still has to do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One parcel set aside. Instants are wall-clock seconds since 1970."""

    id: str
    flow: str
    payload: bytes
    payload_hash: str
    idempotency_key: str
    correlation_id: str
    first_attempt_at: float
    last_attempt_at: float
    error_class: str
    reason: str
    attempts: int = 1
    """How often the whole call was tried: once live, and once for each redrive."""
    generation: int = 0
    """How often a redrive of it has failed."""
    state: LetterState = LetterState.WAITING
    lease_owner: str = ""
    lease_until: float = 0.0
    resolved_at: float | None = None
    outcome: str = field(default="")
    """What the redrive that resolved it came to."""


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
        """Claim a waiting letter (or one whose lease is over) for one redrive. None where there is nothing to
        claim. `insist` claims poison too."""
        ...

    async def settle(self, letter: DeadLetter, owner: str) -> bool:
        """Write back what a redrive came to. False, and nothing changes, unless `owner` holds the lease."""
        ...

    async def discard(self, letter_id: str) -> bool:
        """Give it up. False where there is none that is open, or somebody is redriving it."""
        ...

    async def close(self) -> None: ...
