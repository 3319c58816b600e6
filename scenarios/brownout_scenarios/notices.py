"""A vendor's notices (webhooks) to the target: where they are to go, and how long the vendor goes on trying."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Of one vendor."""

    to: str = ""
    """A path on the target, registered with the vendor before the target starts; left out: the target sees to it."""
    time_scale: float = 1.0
    """Squeezes the vendor's own retry schedule, which takes hours: `1%` makes 300 s 3 s."""
