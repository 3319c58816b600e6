"""A retry budget that always says yes: a vendor in trouble gets several times the load."""

from brownout_core.compose import Replacements
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Bottomless:
    def answered(self, now_s: float) -> None:
        """Nobody counts."""

    def try_retry(self, now_s: float) -> bool:
        """There is always one more."""
        del now_s
        return True


def _budget(_vendor: str, _config: RetryBudgetConfig) -> _Bottomless:
    return _Bottomless()


MUTANT = Mutant(
    name="retries-without-budget",
    part=Part.BUDGET,
    about="the retry budget always says yes: retries multiply the load of a vendor in trouble",
    scenario="stripe-brownout",
    expectation="amplification",
    replacements=lambda: Replacements(budget=_budget),
)
