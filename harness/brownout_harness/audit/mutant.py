"""A mutant: the core with one known-bad part, put in through the core's public composition points."""

from collections.abc import Callable
from dataclasses import dataclass

from brownout_core.compose import Replacements


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One known defect. The rest of the core is as it ships."""

    name: str
    about: str
    """What is wrong, in one line, and what it would cost somebody."""
    replacements: Callable[[], Replacements]
    """Made anew for every run: what replaces may keep state, also across the lives of one run."""
