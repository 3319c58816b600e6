"""A dead letter acknowledged before it is durable: what was promised dies with the process."""

from collections.abc import Sequence
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.records import DeadLetter, DeadLetterStore, LetterState
from brownout_harness.audit.mutant import Mutant, Part

WRITTEN_TOGETHER = 20


class _Buffered:
    """Around a good store: letters are written in batches, for speed, and acknowledged at once."""

    def __init__(self, inner: DeadLetterStore) -> None:
        self._inner = inner
        self._buffer: list[DeadLetter] = []

    async def put(self, letter: DeadLetter) -> str:
        """Keep it in memory for now."""
        self._buffer.append(letter)
        if len(self._buffer) >= WRITTEN_TOGETHER:
            await self._flush()
        return letter.id

    async def _flush(self) -> None:
        while self._buffer:
            await self._inner.put(self._buffer.pop(0))

    async def get(self, letter_id: str) -> DeadLetter | None:
        """As the good store does, of what is written by now."""
        await self._flush()
        return await self._inner.get(letter_id)

    async def page(self, states: Sequence[LetterState], limit: int, after: str = "") -> Sequence[DeadLetter]:
        """As the good store does, of what is written by now."""
        await self._flush()
        return await self._inner.page(states, limit, after)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the good store's."""
        return getattr(self._inner, name)


def _store(inner: DeadLetterStore) -> DeadLetterStore:
    buffered: Any = _Buffered(inner)
    store: DeadLetterStore = buffered
    return store


MUTANT = Mutant(
    name="acknowledges-early",
    part=Part.DEAD_LETTERS,
    about="a dead letter is acknowledged before it is durable: a crash loses what was promised",
    scenario="commit-then-crash",
    expectation="nothing_lost",
    replacements=lambda: Replacements(dead_letter_store=_store),
)
