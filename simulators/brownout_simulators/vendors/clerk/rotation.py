"""Which signing keys are in force, and when: the newest signs, earlier ones are published until their overlap ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rotation:
    """An instance's keys by number, the first of them 0. Instants are on the wall clock."""

    ends_s: list[float] = field(default_factory=list)
    """For each key that was replaced: until when it is still published."""

    def rotate(self, overlap_s: float, now_s: float) -> int:
        """The next key signs from now on; the one before is published for `overlap_s` more. Its number."""
        self.ends_s.append(now_s + overlap_s)
        return len(self.ends_s)

    @property
    def signs(self) -> int:
        """The number of the key that signs."""
        return len(self.ends_s)

    def published(self, now_s: float) -> Sequence[int]:
        """The numbers of the keys in the key set, the newest first."""
        earlier = [nth for nth, end_s in enumerate(self.ends_s) if now_s < end_s]
        return (self.signs, *reversed(earlier))
