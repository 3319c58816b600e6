"""A retry that takes Retry-After for the whole wait: told zero, or a time that is past, it comes back at once."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Obedient(Retry):
    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        own_s = super().delay_s(judgement, attempt=attempt, idempotent=idempotent, previous_s=previous_s)
        return own_s if own_s is None or judgement.retry_after_s is None else judgement.retry_after_s


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Obedient(config, rng)


MUTANT = Mutant(
    name="hurries-as-told",
    part=Part.RETRY,
    about="the vendor's Retry-After is the whole wait, even where it is none",
    scenario="limits-that-lie",
    expectation="success_rate",
    replacements=lambda: Replacements(retry=_retry),
)
