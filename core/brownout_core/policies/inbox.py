"""What vendors tell by themselves (webhooks): of each thing the furthest that it has come to is kept, and nothing else.

    a notice ─▶ further than what is kept ─▶ kept ─▶ acknowledged      a step, and what it says
             └▶ as far, or not so far ─────────────▶ acknowledged      nothing changes

So whatever comes twice, late or in another order leads to the same end, and whoever dies before it was kept has
acknowledged nothing: the vendor sends it again.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from brownout_core.records import ClaimStore
from brownout_core.telemetry import Event, Kind, Sink


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one notice says of one thing."""

    about: str
    """The id of the operation that the thing stems from, as the vendor keeps it."""
    event: str
    """In the vendor's words: `charge.refunded`."""
    step: int
    """How far the thing has come by it; the more the later, whenever the notice arrives."""
    state: str
    """What the thing is by it: `refunded`."""
    says: Mapping[str, Any] = field(default_factory=dict)
    """What else is worth keeping of it, as JSON."""

    def shown(self) -> dict[str, Any]:
        """As it is kept, and shown."""
        return {"about": self.about, "event": self.event, "step": self.step, "state": self.state, "says": self.says}


class Inbox:
    """What was told, in a store that outlives the process. Safe for concurrent use, and across processes."""

    def __init__(self, store: ClaimStore, vendors: Collection[str], *, sink: Sink | None = None) -> None:
        """`vendors` are those that tell anything."""
        self._store = store
        self._vendors = frozenset(vendors)
        self._sink = sink

    def hears(self, vendor: str) -> bool:
        """Whether that vendor tells anything."""
        return vendor in self._vendors

    async def take(self, vendor: str, news: News) -> bool:
        """Keep it, if it is further than what is known; whether it was. Raises `StoreUnavailable`: then it must not be
        acknowledged."""
        is_further = await self._store.advance(_key(vendor, news.about), news.step, orjson.dumps(news.shown()))
        self._tell(vendor, news, "taken" if is_further else "known")
        return is_further

    async def furthest(self, vendor: str, about: str) -> News | None:
        """The furthest that was told of a thing; None: nothing. Raises `StoreUnavailable`."""
        kept = await self._store.furthest(_key(vendor, about))
        return None if kept is None else News(**orjson.loads(kept))

    def _tell(self, vendor: str, news: News, outcome: str) -> None:
        if self._sink is not None:
            now_s = asyncio.get_running_loop().time()
            told = (now_s, Kind.NOTICE, vendor, "", news.about)
            self._sink(Event(*told, outcome=outcome, detail=news.event))


def _key(vendor: str, about: str) -> str:
    return f"{vendor}:{about}"
