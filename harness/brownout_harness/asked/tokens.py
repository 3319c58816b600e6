"""Session tokens, as the users' browsers come with them: each user has one of his own, made when it is sent.

A token lives for a minute, so none can be drawn before the run. A request is made with `MINTED` in its place, and
`Minter` puts it there.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendors import load_vendor

MINTED: Final = "brownout-minted"

Text = TypeVar("Text", str, bytes)


class Kind(NamedTuple):
    """How a token is made."""

    age_s: float = 0.0
    """Since when it is out; below zero: by a clock that is ahead."""
    nth: int = 0
    """Of the vendor's signing keys, the one that it names: the first is 0."""
    forged: bool = False
    """Signed with another key than it says."""
    permissions: tuple[str, ...] = ()
    """In the organization that its bearer acts for; none: he acts for himself."""
    is_compact: bool = True
    """Whether these are told as bits, as tokens of the newer version do, or one by one."""


GOOD: Final = "good"
# Each of the two may something that the other may not, and both may something in each of two features.
WRITES: Final = ("org:invoices:read", "org:jobs:read", "org:jobs:write")
READS: Final = ("org:invoices:read", "org:invoices:write", "org:jobs:read")
KINDS: Final[Mapping[str, Kind]] = {
    GOOD: Kind(),
    # Two instants that no clock is exact enough to tell from good ones: readers allow five seconds of difference.
    "early": Kind(age_s=-2.0),
    "just_expired": Kind(age_s=61.0),
    "expired": Kind(age_s=70.0),
    "forged": Kind(forged=True),
    "next_key": Kind(nth=1),
    "unknown_key": Kind(nth=1_000),
    "writer": Kind(permissions=WRITES),
    "reader": Kind(permissions=READS),
    "flat_writer": Kind(permissions=WRITES, is_compact=False),
    "flat_reader": Kind(permissions=READS, is_compact=False),
}
"""By what scenarios call them."""


class Minter:
    """Makes the tokens of one account."""

    def __init__(self, vendor: str, secret_key: str, wall_clock: Callable[[], float]) -> None:
        """`vendor` keeps the users; `wall_clock` is the true one, in seconds since 1970."""
        self._vendor = vendor
        self._secret_key = secret_key
        self._wall_clock = wall_clock

    def filled(self, text: Text, kind: str, operation_id: str) -> Text:
        """A body with the token that its operation's user has now."""
        mint = load_vendor(self._vendor).session_token
        assert mint is not None  # noqa: S101 - it was chosen for that
        made = KINDS[kind]
        token = mint(
            self._secret_key,
            operation_id,
            issued_s=self._wall_clock() - made.age_s,
            nth=made.nth,
            forged=made.forged,
            permissions=made.permissions,
            is_compact=made.is_compact,
        )
        return text.replace(MINTED, token) if isinstance(text, str) else text.replace(MINTED.encode(), token.encode())


def keeper_of(holders: Mapping[str, KeyHolder]) -> tuple[str, str]:
    """The vendor that keeps the users, and the target's secret key to it; empty where the run has none such."""
    for name, holder in holders.items():
        if load_vendor(name).session_token is not None:
            return name, holder.authorization.removeprefix("Bearer ")
    return "", ""
