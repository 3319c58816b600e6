"""A flow that says "refused" of what a dead predecessor may have done: the customer is told no, and is charged."""

from collections.abc import Awaitable, Callable
from typing import Any

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.idempotency import Idempotency
from brownout_harness.audit.mutant import Mutant, Part


class _Sure(Idempotency):
    """Who takes over believes that nothing was done before, until it finds something."""

    async def run_once(
        self, asking: Asking, fingerprint: str, work: Callable[[], Awaitable[dict[str, Any]]], **options: Any
    ) -> dict[str, Any]:
        async def sure() -> dict[str, Any]:
            asking.settled()
            return await work()

        return await super().run_once(asking, fingerprint, sure, **options)


MUTANT = Mutant(
    name="refuses-in-doubt",
    part=Part.IDEMPOTENCY,
    about="a policy's refusal is told as the operation's, though a dead predecessor may have done it",
    scenario="crash-in-doubt",
    expectation="nothing_lost",
    replacements=lambda: Replacements(idempotency=_Sure),
)
