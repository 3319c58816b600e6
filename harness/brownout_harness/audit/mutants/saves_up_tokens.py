"""A limiter whose bucket has no brim: what a process could not send while it was stopped, it sends all at once."""

from dataclasses import replace
from math import inf

from brownout_core.compose import Replacements
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_harness.audit.mutant import Mutant, Part

BRIM = 1_000_000


class _Brimless(Limiter):
    """Begins with a full bucket, as the good one does, and goes on filling it."""

    __slots__ = ()

    def __init__(self, config: LimiterConfig) -> None:
        super().__init__(replace(config, capacity=BRIM))
        self._tokens = float(config.capacity)

    def reserve(self, now_s: float, within_s: float) -> float:
        """As the good one, from the first asking on."""
        if self._updated_at_s == -inf:
            self._updated_at_s = now_s
        return super().reserve(now_s, within_s)


MUTANT = Mutant(
    name="saves-up-tokens",
    part=Part.LIMITER,
    about="the limiter's bucket has no brim: after a pause everything that waited is sent to the vendor at once",
    scenario="paused-holder",
    expectation="requests",
    replacements=lambda: Replacements(limiter=lambda _vendor, config: _Brimless(config)),
)
