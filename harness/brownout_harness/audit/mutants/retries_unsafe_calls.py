"""A retry that does not ask whether doing it twice has one effect: the customer gets the message twice."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Careless(Retry):
    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        del idempotent
        return super().delay_s(judgement, attempt=attempt, idempotent=True, previous_s=previous_s)


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Careless(config, rng)


MUTANT = Mutant(
    name="retries-unsafe-calls",
    part=Part.RETRY,
    about="a call that is not idempotent is retried though it may have had its effect",
    scenario="impatient-callers",
    expectation="exactly_once",
    replacements=lambda: Replacements(retry=_retry),
)
