"""Which fields of an operation's effects are compared: with what was asked for, and with what its answer names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, str]
"""The kind of an effect, and a field of it: `("stripe.charge", "amount")`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Of the operations of one name."""

    holds: Mapping[str, tuple[str, ...]]
    """By the kind of effect, the fields that were asked for: `amount`, `card.brand`."""
    names: Mapping[str, tuple[Place, ...]]
    """By the path in an answer, the fields of effects of which it names one."""
    names_none: Mapping[str, str] = field(default_factory=dict)
    """What an answer says, by its path, that rightly names nothing: that it comes from nobody's books."""

    several: frozenset[str] = frozenset()
    """Of these kinds several are asked for, each other than the others: each has an effect of its own."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of effect that is compared."""
        named = (kind for places in self.names.values() for kind, _ in places)
        return tuple(dict.fromkeys([*self.holds, *named]))
