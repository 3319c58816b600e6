"""A timeout that stops waiting and not the work: what nobody waits for holds its connection, and may still be done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part

ITS_OWN_S = 30.0
"""What the HTTP client itself allows for an answer."""


class _Racing:
    """A client whose calls nobody can stop."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._left: set[asyncio.Task[Any]] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def racing(*arguments: Any, **options: Any) -> Any:
            work = asyncio.get_running_loop().create_task(_in_its_own_time(asked(*arguments, **options)))
            self._left.add(work)
            work.add_done_callback(self._ended)
            return await asyncio.shield(work)

        return racing

    def _ended(self, work: asyncio.Task[Any]) -> None:
        self._left.discard(work)
        if not work.cancelled():
            work.exception()  # nobody waits for it any more, so nobody else looks


async def _in_its_own_time(work: Awaitable[Any]) -> Any:
    async with asyncio.timeout(ITS_OWN_S):
        return await work


MUTANT = Mutant(
    name="leaves-attempts-running",
    part=Part.TIMEOUTS,
    about="an attempt that timed out goes on: a vendor that hangs has more calls at once than there are places",
    scenario="stripe-hangs",
    expectation="requests",
    replacements=lambda: Replacements(client=lambda vendor, client: _Racing(client) if vendor == "stripe" else client),
)
