"""A connection that two requests share, and whose answers are handed out in the order of asking, not of answering."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from brownout_core.compose import Replacements
from brownout_core.transport import Opened, Request, Response, Transport
from brownout_core.transports.memory import OneChunk
from brownout_harness.audit.mutant import Mutant, Part


class _Shared:
    """Who has waited longest gets what comes first."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._waiting: deque[asyncio.Future[Response]] = deque()

    @asynccontextmanager
    async def _exchanged(self, request: Request) -> AsyncIterator[Opened]:
        mine: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        async with self._inner.open(request) as opened:
            answer = await opened.whole()
        while (first := self._waiting.popleft()).done():  # who gave up gets none
            pass
        first.set_result(answer)
        got = await mine
        yield Opened(got.status, got.headers, OneChunk(got.body))

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return self._exchanged(request) if request.method == "POST" else self._inner.open(request)

    async def close(self) -> None:
        await self._inner.close()


MUTANT = Mutant(
    name="mixes-up-answers",
    part=Part.TRANSPORT,
    about="two requests at a time get each other's answers: a customer is told of somebody else's payment",
    scenario="slow-payments",
    expectation="as_asked",
    replacements=lambda: Replacements(
        transport=lambda vendor, transport: _Shared(transport) if vendor == "stripe" else transport
    ),
)
