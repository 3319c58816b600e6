"""A timeout of each read, as an HTTP client has by default, and none of the whole attempt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from brownout_core.compose import Replacements
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part

READ_S = 5.0
FAR_OFF_S = 600.0


class _Reading:
    """A transport that gives up a read, and never an answer."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _Read(self._inner.open(request))

    async def close(self) -> None:
        await self._inner.close()


class _Read:
    def __init__(self, opening: AbstractAsyncContextManager[Opened]) -> None:
        self._opening = opening

    async def __aenter__(self) -> Opened:
        async with asyncio.timeout(READ_S):
            opened = await self._opening.__aenter__()
        return opened._replace(chunks=_each_in_time(opened.chunks))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, trace)


async def _each_in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(READ_S):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        yield chunk


class _Far(Timeouts):
    """Whoever reads looks at the clock."""

    __slots__ = ()

    def attempt_ends_at_s(self, now_s: float, deadline_at_s: float, within_s: float | None = None) -> float | None:
        begins = super().attempt_ends_at_s(now_s, deadline_at_s, within_s)
        return None if begins is None else now_s + FAR_OFF_S


def _timeouts(_vendor: str, config: TimeoutConfig) -> Timeouts:
    return _Far(config)


MUTANT = Mutant(
    name="times-each-read",
    part=Part.TIMEOUTS,
    about="an attempt's time begins anew with every byte: an answer that drips is waited for to its end",
    scenario="dripping-answers",
    expectation="deadline_respected",
    replacements=lambda: Replacements(timeouts=_timeouts, transport=lambda _vendor, transport: _Reading(transport)),
)
