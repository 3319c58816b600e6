"""A retry budget that takes seconds for minutes: its reserve is full again as soon as it is spent."""

from dataclasses import replace

from brownout_core.compose import Replacements
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_harness.audit.mutant import Mutant, Part


def _budget(_vendor: str, config: RetryBudgetConfig) -> RetryBudget:
    return RetryBudget(replace(config, window_s=1.0))


MUTANT = Mutant(
    name="refills-by-the-second",
    part=Part.BUDGET,
    about="the reserve meant for a minute is there each second: retries double the load of a vendor that is down",
    scenario="stripe-lost-answers",
    expectation="amplification",
    replacements=lambda: Replacements(budget=_budget),
)
