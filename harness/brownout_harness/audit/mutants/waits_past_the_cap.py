"""A retry whose jitter comes on top of the cap, and whose cap is looked at by nobody."""

from dataclasses import replace
from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_harness.audit.mutant import Mutant, Part

NO_CAP_S = 86_400.0


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return Retry(replace(config, max_delay_s=NO_CAP_S), rng)


MUTANT = Mutant(
    name="waits-past-the-cap",
    part=Part.RETRY,
    about="a delay grows past its cap: who could have been served waits for nothing",
    scenario="short-delays",
    expectation="backoff",
    replacements=lambda: Replacements(retry=_retry),
)
