"""An idempotency key with a timestamp in it: each asking is a new one, to us and to the vendor."""

import asyncio

from brownout_core.compose import Replacements, idempotency_key
from brownout_harness.audit.mutant import Mutant, Part


def _key(flow: str, operation_id: str) -> str:
    return idempotency_key(flow, f"{operation_id}-{asyncio.get_running_loop().time():.6f}")


MUTANT = Mutant(
    name="keys-from-the-clock",
    part=Part.IDEMPOTENCY,
    about="the idempotency key is made from a timestamp: asked again, the money is taken again",
    scenario="commit-then-crash",
    expectation="exactly_once",
    replacements=lambda: Replacements(idempotency_key=_key),
)
