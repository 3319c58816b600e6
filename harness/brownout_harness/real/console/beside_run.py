"""The console beside real runs: it looks on, from one run to the next."""

from collections.abc import Sequence
from typing import Final

from brownout_harness.progress import Progress, ProgressSink
from brownout_harness.real.console.run_view import RunView
from brownout_harness.real.console.web_console import CALLS_KEPT, WebConsole
from brownout_harness.real.served import Served
from brownout_scenarios.schema import Scenario

NOTE: Final = (
    f"a web console looked on: it asked each simulator every half second, and had it keep its last {CALLS_KEPT} calls"
)


class BesideRun:
    """An onlooker with a console."""

    notes: Sequence[str] = (NOTE,)

    def __init__(self) -> None:
        self._view = RunView()
        self.console = WebConsole(self._view)

    def begins(self, scenario: Scenario, simulators: Sequence[Served]) -> None:
        """See `Onlooker`."""
        self._view.begin(scenario)
        self.console.over(simulators)

    def deed(self, at_s: float, text: str) -> None:
        """See `Onlooker`."""
        self._view.deed(at_s, text)

    def is_over(self) -> None:
        """See `Onlooker`."""
        self._view.is_over()
        self.console.over(())

    def along_with(self, progress: ProgressSink) -> ProgressSink:
        """See `Onlooker`."""

        def show(look: Progress) -> None:
            progress(look)
            self._view.progress(look)

        return show
