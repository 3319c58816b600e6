"""Counts of calls over the last seconds, in time slices: constant memory, constant cost."""

SLICES = 10


class SamplingWindow:
    """Calls, failures and slow calls of the newest `SLICES` slices: between 0.9 and 1 window, never more.

    Slices are counted from the first call: where the clock began (at the machine's start, say) makes no difference.
    The clock may stand still or step back (then the newest slice takes the call); it is never trusted to be the wall's.
    """

    __slots__ = ("_calls", "_failures", "_newest", "_since_s", "_slices_per_s", "_slow", "calls", "failures", "slow")

    def __init__(self, window_s: float) -> None:
        self._slices_per_s = SLICES / window_s
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._calls = [0] * SLICES
        self._failures = [0] * SLICES
        self._slow = [0] * SLICES
        self._newest = -1
        self._since_s = 0.0
        self.calls = 0
        self.failures = 0
        self.slow = 0

    def add(self, now_s: float, *, failed: bool, slow: bool) -> None:
        """Count one call that ended at `now_s`."""
        if self._newest < 0:
            self._since_s = now_s
        index = int((now_s - self._since_s) * self._slices_per_s)
        if index > self._newest:
            self._advance(index)
        slot = self._newest % SLICES
        self._calls[slot] += 1
        self.calls += 1
        if failed:
            self._failures[slot] += 1
            self.failures += 1
        if slow:
            self._slow[slot] += 1
            self.slow += 1

    def _advance(self, index: int) -> None:
        for passed in range(max(self._newest + 1, index - SLICES + 1), index + 1):
            slot = passed % SLICES
            self.calls -= self._calls[slot]
            self.failures -= self._failures[slot]
            self.slow -= self._slow[slot]
            self._calls[slot] = self._failures[slot] = self._slow[slot] = 0
        self._newest = index
