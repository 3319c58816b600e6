"""A registry that checks a vendor's health whenever somebody wants to call it: every call is two requests."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from brownout_core.compose import Replacements
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part


class _Checked:
    """First a request for nothing."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    @asynccontextmanager
    async def _checked(self, request: Request) -> AsyncIterator[Opened]:
        async with self._inner.open(Request("GET", request.url, request.headers)) as health:
            await health.whole()
        async with self._inner.open(request) as opened:
            yield opened

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return self._checked(request)

    async def close(self) -> None:
        await self._inner.close()


MUTANT = Mutant(
    name="asks-how-it-is-first",
    part=Part.TRANSPORT,
    about="each call asks first whether the vendor is there: twice the load, and an answer that is out of date",
    scenario="healthy",
    expectation="amplification",
    replacements=lambda: Replacements(
        transport=lambda vendor, transport: _Checked(transport) if vendor == "stripe" else transport
    ),
)
