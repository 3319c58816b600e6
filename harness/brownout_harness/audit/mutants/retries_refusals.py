"""A retry that takes every error for one that passes: a no is asked for again and again."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Stubborn(Retry):
    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        hopeful = judgement._replace(retryable=True)
        return super().delay_s(hopeful, attempt=attempt, idempotent=idempotent, previous_s=previous_s)


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Stubborn(config, rng)


MUTANT = Mutant(
    name="retries-refusals",
    part=Part.RETRY,
    about="a definitive no is asked for again: a declined card is tried four times",
    scenario="card-testers",
    expectation="amplification",
    replacements=lambda: Replacements(retry=_retry),
)
