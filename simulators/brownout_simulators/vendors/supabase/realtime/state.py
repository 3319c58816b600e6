"""What realtime holds of a project: who is present, how many messages and joins there were of late."""

from dataclasses import dataclass, field
from typing import Final

from brownout_simulators.account import Ids
from brownout_simulators.vendors.supabase.realtime.presence import Presences

REFUSED_LIMIT: Final = 1_000


@dataclass(slots=True)
class Meter:
    """Counts within the current second."""

    second: int = -1
    count: int = 0

    def passes(self, now_s: float, most: int | None) -> bool:
        """Count one more; whether that is within the quota."""
        if int(now_s) != self.second:
            self.second, self.count = int(now_s), 0
        self.count += 1
        return most is None or self.count <= most


@dataclass(slots=True)
class RealtimeState:
    """One project's."""

    presences: dict[str, Presences] = field(default_factory=dict)
    """By topic, as it is published."""
    messages: Meter = field(default_factory=Meter)
    joins: Meter = field(default_factory=Meter)
    presence: Meter = field(default_factory=Meter)
    numbers: int = 0
    """Of channels and sockets that there were."""
    refused: dict[str, None] = field(default_factory=dict)
    """Topics that refuse once, and did."""

    def number(self) -> int:
        """The next."""
        self.numbers += 1
        return self.numbers

    def refuses(self, topic: str) -> bool:
        """Whether a topic that refuses once refuses now."""
        if topic in self.refused:
            return False
        self.refused[topic] = None
        if len(self.refused) > REFUSED_LIMIT:
            del self.refused[next(iter(self.refused))]
        return True

    def presences_of(self, topic: str) -> Presences:
        """A topic's."""
        return self.presences.setdefault(topic, Presences())

    def forget(self, topic: str) -> None:
        """Nobody says anything there any more."""
        found = self.presences.get(topic)
        if found is not None and not found.by_key:
            del self.presences[topic]


def new_key(ids: Ids) -> str:
    """A presence's key, where a client names none: a UUID of the first version, as far as anybody sees."""
    digits = ids.hexadecimal(32)
    return f"{digits[:8]}-{digits[8:12]}-11{digits[14:16]}-{digits[16:20]}-{digits[20:]}"
