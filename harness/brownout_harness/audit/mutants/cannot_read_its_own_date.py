"""A token bucket that is kept as JSON: after the first asking its date is a text, with which nobody can reckon."""

from typing import Any

import orjson

from brownout_core.compose import Replacements
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Serialised(Limiter):
    """Kept elsewhere between two askings."""

    __slots__ = ()

    def reserve(self, now_s: float, within_s: float) -> float:
        wait_s = super().reserve(now_s, within_s)
        kept: Any = orjson.loads(orjson.dumps({"tokens": self._tokens, "at": str(self._updated_at_s)}))
        self._tokens, self._updated_at_s = kept["tokens"], kept["at"]
        return wait_s


def _limiter(_vendor: str, config: LimiterConfig) -> Limiter:
    return _Serialised(config)


MUTANT = Mutant(
    name="cannot-read-its-own-date",
    part=Part.LIMITER,
    about="the bucket comes back from JSON with a text where a date was: the second asking is an error of the program",
    scenario="healthy",
    expectation="no_defects",
    replacements=lambda: Replacements(limiter=_limiter),
)
