"""A credential that is renewed in its asker's time: as one asker runs out of it, the next one takes over."""

import asyncio
from collections.abc import Awaitable, Callable

from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError
from brownout_core.transport import unsent
from brownout_harness.audit.mutant import Mutant, Part


class _EachForItself:
    """One at a time, but nobody remembers that it failed, and nobody asks whether the breaker is open."""

    def __init__(self, *_settings: object) -> None:
        self._under_way: asyncio.Future[str | ServiceError | None] | None = None

    async def renewed(self, _call: str, fetch: Callable[[], Awaitable[str]]) -> str:
        while self._under_way is not None:
            try:
                ended = await asyncio.shield(self._under_way)
            except asyncio.CancelledError as cancelled:
                raise unsent(cancelled) from None
            if isinstance(ended, ServiceError):
                raise ended.copied()
            if ended is not None:
                return ended
        return await self._in_the_askers_time(fetch)

    async def _in_the_askers_time(self, fetch: Callable[[], Awaitable[str]]) -> str:
        mine = self._under_way = asyncio.get_running_loop().create_future()
        ended: str | ServiceError | None = None
        try:
            ended = await fetch()
        except ServiceError as error:
            error.may_have_effect = False
            ended = error
            raise
        finally:
            self._under_way = None
            mine.set_result(ended)
        return ended

    def begin(self, _call: str, _fetch: Callable[[], Awaitable[str]]) -> None:
        """Whoever needs one sees to it."""


MUTANT = Mutant(
    name="renews-in-the-askers-time",
    part=Part.RENEWAL,
    about="each waiter takes over the renewal of a credential: a token endpoint that hangs is asked by all in turn",
    scenario="token-endpoint-hangs",
    expectation="quiet_while_open",
    replacements=lambda: Replacements(renewal=_EachForItself),
)
