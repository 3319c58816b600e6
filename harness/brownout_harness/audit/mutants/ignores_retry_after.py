"""A retry that ignores Retry-After: it comes back while it is still unwelcome."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Deaf(Retry):
    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        deaf = judgement._replace(retry_after_s=None)
        return super().delay_s(deaf, attempt=attempt, idempotent=idempotent, previous_s=previous_s)


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Deaf(config, rng)


MUTANT = Mutant(
    name="ignores-retry-after",
    part=Part.RETRY,
    about="the vendor's Retry-After is ignored",
    scenario="twilio-rate-limited",
    expectation="retry_after_respected",
    replacements=lambda: Replacements(retry=_retry),
)
