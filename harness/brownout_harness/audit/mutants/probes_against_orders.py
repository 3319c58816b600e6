"""A breaker that a person opens as failures do: after a few seconds it lets probes through, whatever was ordered."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part


class _Impatient(Breaker):
    """Open by hand for as long as by itself."""

    __slots__ = ()

    def open_by_hand(self, now_s: float) -> None:
        super().open_by_hand(now_s)
        self._reopens_at_s = now_s + self._config.open_for_s


def _breaker(_vendor: str, config: BreakerConfig, rng: Random, tell: OnTransition | None) -> Breaker:
    return _Impatient(config, rng, tell)


MUTANT = Mutant(
    name="probes-against-orders",
    part=Part.BREAKER,
    about="a breaker that a person has opened lets probes through after a while: nobody had wanted the vendor asked",
    scenario="breaker-by-hand",
    expectation="desk_true",
    replacements=lambda: Replacements(breaker=_breaker),
)
