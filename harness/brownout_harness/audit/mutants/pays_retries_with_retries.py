"""A retry budget into which every attempt pays, retries included, and whatever failed."""

from brownout_core.compose import Replacements
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_harness.audit.mutant import Mutant, Part


class _SelfPaying(RetryBudget):
    """What was tried is what is counted."""

    __slots__ = ()

    def try_retry(self, now_s: float) -> bool:
        """Who asks has just made an attempt, and will make another."""
        self._deposit(1.0, now_s)
        return super().try_retry(now_s)


def _budget(_vendor: str, config: RetryBudgetConfig) -> RetryBudget:
    return _SelfPaying(config)


MUTANT = Mutant(
    name="pays-retries-with-retries",
    part=Part.BUDGET,
    about="each attempt pays into the budget, and a retry is one: it never runs dry while a vendor fails",
    scenario="stripe-brownout",
    expectation="amplification",
    replacements=lambda: Replacements(budget=_budget),
)
