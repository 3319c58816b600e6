"""What was changed by hand: faults put in force and taken out of it while calls came in, by whom, from when until when.

A simulator writes it down itself, whoever asks for the change, so that none is missed. What a schedule brought is no
change; a rule of its that somebody takes away, or puts another one in place of, is.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from brownout_simulators.faults.kinds import rule_to_json
from brownout_simulators.faults.rule import Rule
from brownout_simulators.spelling import shown

LIMIT: Final = 10_000
"""Changes that are kept: the newest."""
NOBODY: Final = "api"
"""Who did not say who it is."""
_NAME: Final = re.compile(r"[a-z][a-z-]{0,19}")


class Counted(Protocol):
    """A rule in force, with its counts."""

    @property
    def rule(self) -> Rule: ...
    @property
    def matched(self) -> int: ...
    @property
    def struck(self) -> int: ...


@dataclass(slots=True, eq=False)
class Change:
    """One rule, from when it was changed until it was changed again. Instants are those of the machine's clock."""

    standing: Counted
    by: str
    """Who put it in force; empty: the schedule did."""
    on_s: float | None
    """None: it came with the schedule."""
    off_s: float | None = None
    """None: it is in force."""
    off_by: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the control API tells it."""
        return {
            "rule": rule_to_json(self.standing.rule),
            "by": self.by,
            "on_s": self.on_s,
            "off_s": self.off_s,
            "off_by": self.off_by,
            "matched": self.standing.matched,
            "struck": self.standing.struck,
        }


class LiveFaults:
    """The changes of one simulator since its schedule, in order."""

    def __init__(self) -> None:
        self.dropped = 0
        """How many there were before those that are kept."""
        self._changes: deque[Change] = deque()
        self._open: dict[str, Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def put_in_force(self, standing: Counted, now_s: float, by: str) -> None:
        """Somebody has added it."""
        change = Change(standing, by, now_s)
        self._open[standing.rule.id] = change
        self._write(change)

    def taken_out(self, before: Mapping[str, Counted], now_s: float, by: str) -> None:
        """Somebody has taken these away, or is about to put others in their places."""
        for rule_id, standing in before.items():
            change = self._open.pop(rule_id, None)
            if change is None:
                change = Change(standing, "", None)
                self._write(change)
            change.off_s, change.off_by = now_s, by

    def begin_anew(self) -> None:
        """There is another schedule: what is changed from now on is changed in that."""
        self.dropped = 0
        self._changes.clear()
        self._open.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Each of them, as the control API tells it."""
        return [change.as_json() for change in self._changes]

    def _write(self, change: Change) -> None:
        self._changes.append(change)
        if len(self._changes) > LIMIT:
            self._changes.popleft()
            self.dropped += 1


def name_of(by: str) -> str:
    """Who makes a change, checked. Raises `ValueError`."""
    if not _NAME.fullmatch(by):
        raise ValueError(f"by: who makes the change, up to 20 lower-case letters, got {shown(by)}")
    return by
