"""Where a process stands after what was done to it, so that what cannot be done is refused, beforehand or meanwhile.

running ──kill, stop──▶ down ──start──▶ running
running ─────pause────▶ paused ──start──▶ running
running ─empty, restore▶ running
running ────starve─────▶ starved ──feed───▶ running
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from brownout_scenarios import spelling, units
from brownout_scenarios.phases import PROCESSES, Action

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""Of a process of the application's own, in `targets`; its log is called so, too."""
State: TypeAlias = Literal["running", "paused", "down", "starved"]

GRACE_S: Final = 3.0
"""What was told to stop may take so long to end, where nobody says otherwise."""
KILLED_AFTER_S: Final = 2.0
"""It is killed so long after its grace: what it cut off itself is still to be written down."""
NOT_NOW = {
    "running": "is already running",
    "paused": "is paused",
    "down": "is not running",
    "starved": "is starved, and is to be fed first",
}


def read_name(text: str) -> str:
    """The name of a process, or of all of a kind: `gateway.1`, `gateway`, `worker`. Raises `ValueError` where it can be
    none; whether there is one, the scenario knows."""
    if not re.fullmatch(rf"{NAME.pattern}(\.(0|[1-9]\d?))?", text):
        known = (*PROCESSES, f"{PROCESSES[0]}.0")
        raise ValueError(f"{units.shown(text)} is not allowed{spelling.hint(text, known)}")
    return text


def means(name: str, process: str) -> bool:
    """Whether what is written as `name` is, or is among others, that process."""
    return process == name or process.startswith(f"{name}.")


class ProcessState:
    """Of one process. It begins by running."""

    def __init__(self) -> None:
        self.state: State = "running"

    def objection(self, action: Action) -> str:
        """Why this cannot be done to it now: `is not running`; empty where it can, or where it is about no process."""
        if action.process is None:
            return ""
        if action.feed is not None:
            return "" if self.state == "starved" else "is not starved"
        return "" if (action.start is None) == (self.state == "running") else NOT_NOW[self.state]

    def take(self, action: Action) -> None:
        """It was done."""
        if action.process is not None and action.empty is None and action.restore is None:
            taken: dict[State, object] = {
                "paused": action.pause,
                "down": action.kill or action.stop,
                "starved": action.starve,
            }
            self.state = next((state for state, done in taken.items() if done), "running")


class ProcessStates:
    """Of several processes, by name."""

    def __init__(self, names: Iterable[str]) -> None:
        self._states = {name: ProcessState() for name in names}

    def meant(self, action: Action) -> tuple[str, ...]:
        """The processes that it is done to."""
        written = action.process
        return () if written is None else tuple(name for name in self._states if means(written, name))

    def objection(self, action: Action) -> str:
        """Why this cannot be done now, to one of those that are meant: `gateway.1 is not running`."""
        objections = ((name, self._states[name].objection(action)) for name in self.meant(action))
        return next((f"{name} {why}" for name, why in objections if why), "")

    def take(self, action: Action) -> None:
        """It was done, to each of them."""
        for name in self.meant(action):
            self._states[name].take(action)

    def state(self, name: str) -> State:
        """Where that one stands."""
        return self._states[name].state

    def away(self) -> tuple[tuple[str, State], ...]:
        """Those that do not run."""
        return tuple((name, each.state) for name, each in self._states.items() if each.state != "running")
