"""By which statuses a vendor says that a credential is no good."""

from typing import NamedTuple


class Refusals(NamedTuple):
    """The statuses by which a vendor says that a credential is no good."""

    expired: frozenset[int] = frozenset({401})
    """Of one that was: it is renewed, and what was refused is sent again."""
    bad: frozenset[int] = frozenset({401, 403})
    """Of any; by some vendors a login that is none is a mistake like others."""
