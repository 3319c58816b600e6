"""Whether the machine's clocks behaved during a run: all evidence is joined by them."""

import time
from collections.abc import Callable

from brownout_core.clock import WallClock, system_wall_clock
from brownout_harness.judging.evidence import Gap, GapKind

DRIFT_LIMIT_S = 0.5
"""By how much wall clock and monotonic clock may part: far more than a clock that is being trimmed ever does."""


class Clocks:
    """Watches both clocks. Reports once that they part."""

    def __init__(self, *, wall: WallClock = system_wall_clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset_s = wall() - monotonic()
        self._drifted = False

    def check_drift(self, at_s: float) -> list[Gap]:
        """Compare the clocks; `at_s` is the run's time, for the report."""
        drift_s = self._wall() - self._monotonic() - self._offset_s
        if self._drifted or abs(drift_s) <= DRIFT_LIMIT_S:
            return []
        self._drifted = True
        return [Gap(GapKind.CLOCK_JUMP, f"the wall clock jumped by {drift_s:+.1f} s against the monotonic one", at_s)]
