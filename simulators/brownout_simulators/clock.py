"""The machine's clock as it was handed in, and the vendor's own, which can be moved ahead of it."""

from collections.abc import Callable

from brownout_simulators.faults.http_date import http_date


class Clock:
    """Books, faults and waits go by the machine's; tokens, limits, keys and what is deferred by the vendor's."""

    __slots__ = ("_date", "epoch_s", "machine_s", "offset_s")

    def __init__(self, machine_s: Callable[[], float], epoch_s: float) -> None:
        self.machine_s = machine_s
        """Monotonic seconds."""
        self.epoch_s = epoch_s
        """Added to the vendor's monotonic seconds it gives seconds since 1970."""
        self.offset_s = 0.0
        """How far the vendor's clock has been moved ahead."""
        self._date = (-1, "")

    def vendor_s(self) -> float:
        """The vendor's own monotonic seconds."""
        return self.machine_s() + self.offset_s

    def wall_s(self) -> float:
        """The vendor's own seconds since 1970."""
        return self.epoch_s + self.machine_s() + self.offset_s

    def http_date(self, skew_s: float) -> str:
        """Of now, as a vendor's clock shows it that is off by `skew_s`; made once a second."""
        second = int(self.wall_s() + skew_s)
        if self._date[0] != second:
            self._date = (second, http_date(second))
        return self._date[1]
