"""Secrets, whoever keeps them.

    secret = await secrets.read("app/db", operation_id="order-7")         # held for a while: mostly no request
    lent = await secrets.credentials("reporting", operation_id="order-7")  # a user of its own, renewed while it may be
    version = await secrets.write("app/db", {…}, expected_version=3, operation_id="order-7")

What is held goes on being used while its keeper cannot be asked, for as long as it is good: a secret until it is too
old to be relied on, what was lent until its lease ends. After that the keeper's error is told, and nothing else: who
went on with it would be refused by somebody who does not say why.

No value is ever in a message, nor in what `repr` shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from brownout_core.errors import VendorBusy

Data = Mapping[str, Any]


class VersionConflict(VendorBusy):
    """It was written since, by somebody else or by an earlier sending of the same: the next attempt will see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret as it was at one time."""

    path: str
    version: int
    """0: there is none."""
    data: Data = field(repr=False)
    """Empty where there is none, and where its newest version was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What was lent: it ends with its lease."""

    username: str
    password: str = field(repr=False)
    lease_id: str


class Applied(NamedTuple):
    """What became of a change."""

    version: int
    """That the change has made; 0 where it was an earlier sending's, and which one is not known."""
    was_there: bool
    """An earlier sending had made it."""


class SecretStore(Protocol):
    """What the adapters of such vendors have in common."""

    async def read(self, path: str, *, operation_id: str) -> Secret:
        """The newest version, as it was not long ago."""
        ...

    async def write(self, path: str, data: Data, *, expected_version: int, operation_id: str) -> int:
        """A new version, if the newest is still the expected one (0: there is none); its number. Raises
        `VersionConflict`, also where an earlier sending of the same has succeeded."""
        ...

    async def change_once(
        self, path: str, change: Callable[[Data], Data], *, operation_id: str, since_s: float | None
    ) -> Applied:
        """Read, change, write, unless somebody comes in between; once for each operation, however often it is sent.
        Raises `VersionConflict`, which is worth another attempt, and `NotSettled` where nobody can tell any more
        whether it was done since `since_s`, the wall-clock second since when it may have been sent; None: it surely was
        not."""
        ...

    async def credentials(self, role: str, *, operation_id: str) -> Credentials:
        """Those that are held of that role, renewed in time; new ones where they cannot be renewed any longer."""
        ...
