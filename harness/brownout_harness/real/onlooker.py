"""Whoever looks on while a run is made, and has no part in it."""

from collections.abc import Sequence
from typing import Final, Protocol

from brownout_harness.progress import ProgressSink
from brownout_harness.real.served import Served
from brownout_scenarios.schema import Scenario


class Onlooker(Protocol):
    """Told of each run in turn; a control run is one, too."""

    notes: Sequence[str]
    """What a reader of the verdict is to know of it."""

    def begins(self, scenario: Scenario, simulators: Sequence[Served]) -> None:
        """All is up, and about to start."""
        ...

    def along_with(self, progress: ProgressSink) -> ProgressSink:
        """A sink that shows the same here as well."""
        ...

    def deed(self, at_s: float, text: str) -> None:
        """Something was done to the run, so many seconds after its start."""
        ...

    def is_over(self) -> None:
        """The simulators are about to be stopped."""
        ...


class _Nobody:
    notes: Sequence[str] = ()

    def begins(self, scenario: Scenario, simulators: Sequence[Served]) -> None:
        pass

    def along_with(self, progress: ProgressSink) -> ProgressSink:
        return progress

    def deed(self, at_s: float, text: str) -> None:
        pass

    def is_over(self) -> None:
        pass


NOBODY: Final[Onlooker] = _Nobody()
