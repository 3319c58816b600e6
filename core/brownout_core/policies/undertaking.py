"""A letter that is kept while its work is done: what is there of an operation of several steps, should its process die.

    under way ──the work has ended──▶ forgotten, once its answer is kept elsewhere
      │  │
      │  └───it came no further─────▶ pending, or an incident
      └──its process has died: the lease runs out, and whoever redrives it, or is asked again, goes on from `progress`

The lease is the fence: whoever has lost it can write nothing down, and what cannot be written down is not done.
"""

from brownout_core.errors import ClaimsUnavailable, IdempotencyConflict
from brownout_core.records import DeadLetter, DeadLetterStore, StoreUnavailable


class Undertaking:
    """One letter, and who holds it. For one piece of work, which makes one step at a time."""

    __slots__ = ("_store", "letter", "owner", "progress", "standing")

    def __init__(self, store: DeadLetterStore, letter: DeadLetter, owner: str) -> None:
        self._store = store
        self.letter = letter
        self.owner = owner
        self.progress = letter.progress
        self.standing = letter.standing

    @property
    def is_held(self) -> bool:
        """Whether the work is `owner`'s to do; else the letter says whose it is, or what came of it."""
        return self.letter.lease_owner == self.owner

    @property
    def last_attempt_at(self) -> float:
        """When somebody before us may have been at work last."""
        return self.letter.last_attempt_at

    async def note(self, progress: bytes) -> None:
        """Write down how far it has come. Raises `IdempotencyConflict` where it is somebody else's by now,
        `ClaimsUnavailable` where nobody can tell: then nothing more may be done."""
        try:
            is_held = await self._store.note(self.letter.id, self.owner, progress)
        except StoreUnavailable as error:
            raise ClaimsUnavailable(f"a step cannot be written down: {error}") from error
        if not is_held:
            raise IdempotencyConflict("somebody else does it by now", may_have_effect=True)
        self.progress = progress
