"""Who is not the application: a person at the vendor's dashboard, whose call says so and under which id it is booked.

What it asks for is done. But no fault strikes it, and it is no moment that anybody waits for: both are meant for the
application's calls, and would be spent on somebody else's.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

HEADER: Final = "brownout-outsider"
"""Holds the id."""


class KeyHolder(NamedTuple):
    """Somebody who has a key and nothing else."""

    authorization: str
    """The header of that name, as such a call carries it."""
    account: str = ""
    """How the account is named in the paths of routes, where it is."""


def outsider_of(headers: Mapping[str, str]) -> str:
    """Under which id the call is booked; empty for one of the application's. Names of headers are in lower case."""
    return headers.get(HEADER, "")
