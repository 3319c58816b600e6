"""A token bucket in a store, read and then written: whoever asks meanwhile takes the same tokens."""

import asyncio

from brownout_core.compose import Replacements
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_harness.audit.mutant import Mutant, Part

ROUND_TRIP_S = 0.005


class _Racing(Limiter):
    """What was taken is written down a round trip later."""

    __slots__ = ()

    def reserve(self, now_s: float, within_s: float) -> float:
        before = self._tokens
        wait_s = super().reserve(now_s, within_s)
        left = self._tokens
        self._tokens = before
        asyncio.get_running_loop().call_later(ROUND_TRIP_S, self._write, left)
        return wait_s

    def _write(self, left: float) -> None:
        """The last one to write is right."""
        self._tokens = left


def _limiter(_vendor: str, config: LimiterConfig) -> Limiter:
    return _Racing(config)


MUTANT = Mutant(
    name="reads-then-writes-tokens",
    part=Part.LIMITER,
    about="the bucket is read, and written later: all who ask at once find the same tokens",
    scenario="paused-holder",
    expectation="requests",
    replacements=lambda: Replacements(limiter=_limiter),
)
