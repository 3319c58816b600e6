"""Which operations have changed a secret, kept in the secret itself: with the change, or not at all.

    {"value": …, "changed_by": [{"operation": "op-7", "version": 3, "at": 1750000000.0}, …]}

A write without an answer may have been done, and Vault knows nothing by which to tell. The next reading does: the
operation is in the list, or its writing has not happened; and as each writing names the version before it, one that
arrives late does not happen either. The list is bounded. Where it may have lost an operation nobody claims to know.

Whoever writes the secret past this application takes the list away, and with it what it knew.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

from brownout_core.errors import NotSettled
from brownout_core.services.secrets import Data

FIELD: Final = "changed_by"
KEPT: Final = 100
"""Operations."""
SLACK_S: Final = 60.0
"""By how much the clocks of two machines may differ."""


class _Change(NamedTuple):
    operation: str
    version: int
    at: float
    """Wall-clock seconds of whoever wrote it."""


class Record(NamedTuple):
    """The list, oldest first."""

    changes: Sequence[_Change]

    @classmethod
    def of(cls, data: Data) -> Self:
        """As it stands in a secret, if it does. Raises `ValueError` where it cannot be read: an operation that is
        passed over would make its change again."""
        rows = data.get(FIELD, [])
        if not isinstance(rows, list):
            raise ValueError(f"{FIELD} is not a list")  # noqa: TRY004 - a mistake of the secret's, not of the caller's
        return cls([_read(row) for row in rows])

    def has(self, operation: str) -> bool:
        """Whether it has made its change."""
        return any(each.operation == operation for each in self.changes)

    def version_of(self, operation: str) -> int:
        """The version that it has made."""
        return next((each.version for each in self.changes if each.operation == operation), 0)

    def check_reaches(self, since_s: float | None) -> None:
        """Raises `NotSettled` where the list may have lost what was written since that instant; None: nothing was."""
        if since_s is None:
            return
        if len(self.changes) >= KEPT and self.changes[0].at > since_s - SLACK_S:
            raise NotSettled("too much was written since to tell whether this was", may_have_effect=True)

    def with_one(self, operation: str, version: int, at_s: float) -> dict[str, Any]:
        """What the secret says of its changes from now on."""
        changes = [*self.changes, _Change(operation, version, at_s)][-KEPT:]
        return {FIELD: [each._asdict() for each in changes]}


def _read(row: Any) -> _Change:
    operation, version, at = (row.get(name) if isinstance(row, dict) else None for name in _Change._fields)
    if not isinstance(operation, str) or type(version) is not int or not isinstance(at, int | float):
        raise ValueError(f"{FIELD} holds what is no change")
    return _Change(operation, version, float(at))
