"""How well a breaker was seen whose state was looked at now and then: who looks sees states, and no steps."""

from typing import Final, NamedTuple

SEEN: Final = "seen"
"""In a transition's detail: nobody told it. It came after the look before, `duration_s` sooner than it is dated."""


class Blind(NamedTuple):
    """Between two looks, or before the first or after the last one, in which the breaker could have opened unseen."""

    since_s: float
    until_s: float


class Looks(NamedTuple):
    """At the breaker of one vendor."""

    seen: int
    """How many of them saw its state."""
    longest_s: float
    """The longest time from one of them to the next."""
    blind: tuple[Blind, ...] = ()

    def blind_before(self, end_s: float) -> Blind | None:
        """The first blind stretch that began before that instant."""
        return next((each for each in self.blind if each.since_s < end_s), None)
