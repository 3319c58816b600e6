"""What somebody would have set up at Resend, or would have against him: domains, and how good his addresses are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Setup


@dataclass(frozen=True, slots=True)
class Team:
    """A team's settings."""

    domains: frozenset[str] | None = None
    """Those that are verified; None: all but those that were added and are not."""
    bounce_share: float = 0.0
    """Of the recipients whose address says nothing else, so many bounce."""


def _read(given: Mapping[str, Any]) -> Team:
    unknown = [name for name in given if name not in SETUP.about]
    if unknown:
        raise ValueError(f"{unknown[0]}: no such key; there are {', '.join(SETUP.about)}")
    domains = given.get("domains")
    if domains is not None:
        if not isinstance(domains, list) or not all(isinstance(each, str) and "." in each for each in domains):
            raise ValueError(f"domains: a list of domains is needed, got {shown(domains)}")
        domains = frozenset(each.lower() for each in domains)
    share = given.get("bounce_share", 0.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"bounce_share: a number from 0 to 1 is needed, got {shown(share)}")
    return Team(domains, float(share))


SETUP: Final = Setup(
    read=_read,
    about={
        "domains": "the domains that are verified; without it all are, but those that were added and are not",
        "bounce_share": "share of the recipients that bounce, of those whose address does not say what becomes of them",
    },
)
