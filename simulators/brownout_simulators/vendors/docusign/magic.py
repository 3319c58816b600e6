"""Recipients with a fixed fate, by what stands behind a plus sign in their address."""

from collections.abc import Mapping
from typing import Final, NamedTuple

_TAG: Final = "+docusign_"


class Fate(NamedTuple):
    """What a recipient does, where his address says so."""

    deed: str
    """`sign`, `decline`, `auth_failed`, `bounce`, `open`, `never`."""
    after_s: float | None = None
    """Both of his steps take so long; None: as long as people take."""


_SIGNS: Final = Fate("sign")


def fate_of(email: str) -> Fate:
    """Most sign."""
    _, tag, rest = email.partition(_TAG)
    if not tag:
        return _SIGNS
    deed, _, milliseconds = rest.partition("@")[0].partition("-")
    after_s = int(milliseconds) / 1000 if milliseconds.isdecimal() and len(milliseconds) <= 9 else None
    return Fate(deed, after_s) if deed in _DEEDS else _SIGNS


_DEEDS: Final = frozenset({"sign", "decline", "auth_failed", "bounce", "open", "never"})

DOCUMENTED: Final[Mapping[str, str]] = {
    "recipient <name>+docusign_decline@<host>": "opens the envelope, and declines",
    "recipient <name>+docusign_auth_failed@<host>": "fails to prove who he is, and stays sent",
    "recipient <name>+docusign_bounce@<host>": "his mailbox says no: autoresponded",
    "recipient <name>+docusign_open@<host>": "opens the envelope, and never signs",
    "recipient <name>+docusign_never@<host>": "never opens it",
    "recipient <name>+docusign_sign-<ms>@<host>": "takes that long for each step; so with the others, decline-<ms>",
}
