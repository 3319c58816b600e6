"""Where a process stands after what was done to it, so that what cannot be done is refused, beforehand or meanwhile.

running ──kill, stop──▶ down ──start──▶ running
running ─────pause────▶ paused ──start──▶ running
"""

from typing import Literal, TypeAlias

from brownout_scenarios.phases import Action

State: TypeAlias = Literal["running", "paused", "down"]

NOT_NOW = {"running": "is already running", "paused": "is paused", "down": "is not running"}


class ProcessState:
    """Of one process. It begins by running."""

    def __init__(self) -> None:
        self.state: State = "running"

    def objection(self, action: Action) -> str:
        """Why this cannot be done to it now: `is not running`; empty where it can, or where it is about no process."""
        if action.process is None or (action.start is None) == (self.state == "running"):
            return ""
        return NOT_NOW[self.state]

    def take(self, action: Action) -> None:
        """It was done."""
        if action.process is not None:
            self.state = "running" if action.start else "paused" if action.pause else "down"
