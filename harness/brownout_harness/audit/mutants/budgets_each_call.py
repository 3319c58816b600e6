"""A retry budget that is made where the call is made, and not shared by all that ask the same vendor."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.pipeline import Pipeline
from brownout_core.policies.retry_budget import RetryBudget, RetryBudgetConfig
from brownout_core.policies.shapes import Policies
from brownout_core.telemetry import Sink
from brownout_harness.audit.mutant import Mutant, Part

T = TypeVar("T")


class _Apart(Pipeline):
    """The vendor's policies, but for the budget."""

    __slots__ = ("_policies",)

    def __init__(self, vendor: str, policies: Policies, *, sink: Sink | None = None) -> None:
        super().__init__(vendor, policies, sink=sink)
        self._policies = policies

    async def call(self, asking: Asking, name: str, attempt: Callable[[], Awaitable[T]], **options: Any) -> T:
        own = replace(self._policies, budget=RetryBudget(RetryBudgetConfig()))
        return await Pipeline(self.vendor, own, sink=self._sink).call(asking, name, attempt, **options)


MUTANT = Mutant(
    name="budgets-each-call",
    part=Part.BUDGET,
    about="each call has a budget of its own: all of them together multiply the load of a vendor in trouble",
    scenario="stripe-brownout",
    expectation="amplification",
    replacements=lambda: Replacements(pipeline=_Apart),
)
