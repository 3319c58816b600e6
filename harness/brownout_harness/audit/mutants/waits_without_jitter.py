"""Backoff without jitter, doubling past its cap: everybody comes back in the same instant, and the last ones never."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Marching(Retry):
    def __init__(self, config: RetryConfig, rng: Random) -> None:
        super().__init__(config, rng)
        self._cap_s = config.max_delay_s

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        good_s = super().delay_s(judgement, attempt=attempt, idempotent=idempotent, previous_s=previous_s)
        if good_s is None or judgement.retry_after_s is not None:
            return good_s
        # The third one is past the cap, as with any growth that nobody clamps.
        return float(self._cap_s * 0.1 * 4 ** (attempt - 1))


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Marching(config, rng)


MUTANT = Mutant(
    name="waits-without-jitter",
    part=Part.RETRY,
    about="backoff has no jitter and grows past its cap",
    scenario="stripe-lost-answers",
    expectation="backoff",
    replacements=lambda: Replacements(retry=_retry),
)
