"""How far a saga has come, as it is written down before each of its steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from brownout_core.errors import VendorRefused
from brownout_core.policies.idempotency import packed, unpacked


@dataclass(slots=True)
class Entry:
    """One step that was begun. Instants are wall-clock seconds since 1970."""

    began_at: float
    sent_at: float
    """When it may have been sent last, as far as that was written down."""
    result: dict[str, Any] | None = None
    """What it came to; None: that is not known, or nothing."""
    is_in_doubt: bool = True
    """A sending may be there of which nobody knows, or may still arrive."""
    is_over: bool = False
    """It was refused, or taken back, and nothing of it is left."""
    stands: list[str] = field(default_factory=list)
    """What it has left, as far as that is known."""


class Journal:
    """The steps that were begun, in order, and which way the saga goes."""

    __slots__ = ("entries", "why")

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.why: VendorRefused | None = None
        """Because of what it goes back; None: it goes forward."""

    @classmethod
    def read(cls, progress: bytes) -> "Journal":
        """As it was written; empty: nothing was begun."""
        journal = cls()
        if progress:
            said = orjson.loads(progress)
            journal.entries = {name: Entry(*values) for name, values in said["steps"].items()}
            journal.why = None if said["why"] is None else unpacked(said["why"].encode())
        return journal

    def written(self) -> bytes:
        """For `read`."""
        steps = {
            name: (each.began_at, each.sent_at, each.result, each.is_in_doubt, each.is_over, each.stands)
            for name, each in self.entries.items()
        }
        return orjson.dumps({"steps": steps, "why": None if self.why is None else packed(self.why).decode()})

    def standing(self) -> str:
        """What is left of it, for whoever has to deal with that; what may be left is named by its step."""
        return ", ".join(self._standing())

    def _standing(self) -> Iterator[str]:
        for name, each in self.entries.items():
            yield from each.stands
            if each.is_in_doubt and not each.is_over and each.result is None:
                yield f"perhaps {name}"
