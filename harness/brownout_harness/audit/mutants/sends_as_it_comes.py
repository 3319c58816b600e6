"""A limiter that holds nobody back: the vendor's own limit is found out by hitting it."""

from brownout_core.compose import Replacements
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Open(Limiter):
    """There is always a token."""

    __slots__ = ()

    def reserve(self, now_s: float, within_s: float) -> float:
        del now_s, within_s
        return 0.0


def _limiter(_vendor: str, config: LimiterConfig) -> Limiter:
    return _Open(config)


MUTANT = Mutant(
    name="sends-as-it-comes",
    part=Part.LIMITER,
    about="no request waits for the client's own limiter",
    scenario="cloudflare-rate-shared",
    expectation="requests",
    replacements=lambda: Replacements(limiter=_limiter),
)
