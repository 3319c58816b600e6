"""A breaker around the retries and not inside them: one sample for each call, and nobody asks it before an attempt."""

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.retry import judge
from brownout_core.policies.shapes import Policies
from brownout_harness.audit.mutant import Mutant, Part

T = TypeVar("T")

NEVER = 1_000_000


class _Around(Pipeline):
    """The vendor's own breaker outside; inside, one that never opens."""

    __slots__ = ("_outer",)

    def __init__(self, vendor: str, policies: Policies, **more: Any) -> None:
        idle = Breaker(BreakerConfig(minimum_calls=NEVER), Random(0))
        super().__init__(vendor, replace(policies, breaker=idle), **more)
        self._outer = policies.breaker

    async def call(self, asking: Asking, name: str, attempt: Callable[[], Awaitable[T]], **options: Any) -> T:
        """Asked once, told once."""
        loop = get_running_loop()
        started_s = loop.time()
        permit = self._outer.acquire(started_s)
        try:
            result = await super().call(asking, name, attempt, **options)
        except BaseException as error:
            now_s = loop.time()
            judgement = judge(error) if isinstance(error, Exception) else None
            if judgement is not None and judgement.is_failure:
                self._outer.failed(permit, now_s, now_s - started_s)
            else:
                self._outer.abandoned(permit, now_s)
            raise
        self._outer.succeeded(permit, loop.time(), loop.time() - started_s)
        return result


MUTANT = Mutant(
    name="counts-calls-not-attempts",
    part=Part.BREAKER,
    about="the breaker stands around the retries: calls of before it opened go on asking a vendor that is down",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(pipeline=_Around),
)
