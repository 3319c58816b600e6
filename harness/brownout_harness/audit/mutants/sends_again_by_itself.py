"""A transport that repairs a broken connection by sending the request once more, whatever it was."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from brownout_core.compose import Replacements
from brownout_core.transport import Lost, Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part


class _Mending:
    """A broken connection is nobody's business."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    @asynccontextmanager
    async def _mended(self, request: Request) -> AsyncIterator[Opened]:
        try:
            async with self._inner.open(request) as opened:
                yield opened
                return
        except Lost:
            pass
        async with self._inner.open(request) as opened:
            yield opened

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return self._mended(request)

    async def close(self) -> None:
        await self._inner.close()


MUTANT = Mutant(
    name="sends-again-by-itself",
    part=Part.TRANSPORT,
    about="the HTTP client sends a request again whose connection broke: the customer gets the message twice",
    scenario="impatient-callers",
    expectation="exactly_once",
    replacements=lambda: Replacements(transport=lambda _vendor, transport: _Mending(transport)),
)
