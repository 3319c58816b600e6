"""A mutant: the core with one known-bad part, put in through the core's public composition points."""

from collections.abc import Callable
from dataclasses import dataclass

from brownout_core.compose import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One known defect. The rest of the core is as it ships."""

    name: str
    about: str
    """What is wrong, in one line, and what it would cost somebody."""
    parts: Callable[[], Parts]
    """Made anew for every run: a part may keep state."""
