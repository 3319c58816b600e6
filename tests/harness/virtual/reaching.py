"""How the tests of the closed world reach for something."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

from brownout_harness.virtual.closed import closed_world
from tests.support.aio import virtually

EPOCH_S = 1_767_225_600.0

Maker: TypeAlias = Callable[[str], Callable[[], Any]]
"""From `imports; expression` to a function that evaluates the expression in a module of its own."""


def in_virtual_time(do: Callable[[], Any], *, seed: int = 7, at_s: float = 0.0) -> Any:
    """What `do` returns at an instant of a virtual run."""

    async def main() -> Any:
        await asyncio.sleep(at_s)
        return do()

    with closed_world(epoch_s=EPOCH_S, seed=seed):
        return virtually(main())
