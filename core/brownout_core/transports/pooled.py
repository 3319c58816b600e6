"""As many connections as a client has, around a transport that has no bound of its own."""

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from brownout_core.transport import ClientConfig, Opened, Request, Transport, unsent


class Pooled:
    """A `Transport` that sends over so many connections at once; who comes then waits, first come, first served."""

    def __init__(self, transport: Transport, config: ClientConfig) -> None:
        self._transport = transport
        self._free = asyncio.Semaphore(config.connections)

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _OnOne(self._transport.open(request), self._free)

    async def close(self) -> None:
        await self._transport.close()


class _OnOne:
    """One request on one connection, from its sending to the end of its answer."""

    __slots__ = ("_free", "_opening")

    def __init__(self, opening: AbstractAsyncContextManager[Opened], free: asyncio.Semaphore) -> None:
        self._opening = opening
        self._free = free

    async def __aenter__(self) -> Opened:
        try:
            await self._free.acquire()
        except asyncio.CancelledError as cancelled:
            raise unsent(cancelled) from None
        try:
            return await self._opening.__aenter__()
        except BaseException:
            self._free.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            return await self._opening.__aexit__(kind, error, trace)
        finally:
            self._free.release()
