"""Joins the core's transport to the simulators' memory hosts: bytes cross, objects do not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from brownout_core.sessions import GONE, SessionOver, SessionRefused
from brownout_core.transport import Lost, NoConnection, Opened, Request, Response
from brownout_core.transports.memory import OneChunk
from brownout_simulators.hosts.memory import (
    Incoming,
    MemoryClosed,
    MemoryHost,
    MemoryRefused,
    MemoryReset,
    MemorySession,
    SessionEnded,
)


def base_url_of(vendor: str) -> str:
    """A simulator's address in virtual time. Nothing listens there, and nothing could: the name cannot be resolved."""
    return f"http://{vendor}.invalid"


class HostTransport:
    """Requests under a simulator's base URL, answered by its host; each is `wire_s` on its way."""

    def __init__(self, host: MemoryHost, *, wire_s: float = 0.0) -> None:
        self.host = host
        self.base = host.simulator.base_url
        self.wire_s = wire_s

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _Exchange(self, request)

    @asynccontextmanager
    async def connect(self, request: Request) -> AsyncIterator["HostSession"]:
        """A session of the simulator's."""
        target = self.target_of(request)
        await asyncio.sleep(self.wire_s)
        opening = self.host.connect(target, request.headers)
        try:
            session = await opening.__aenter__()
        except MemoryRefused as refused:
            status, headers, body = refused.answer
            raise SessionRefused(Response(status, _lowered(headers), body)) from None
        except (MemoryReset, MemoryClosed) as lost:
            raise Lost(str(lost)) from None
        try:
            yield HostSession(session, self.wire_s)
        except BaseException:
            session.leave()
            raise
        else:
            await session.close()

    def target_of(self, request: Request) -> str:
        """Path and query. Raises `NoConnection` for what is not under its base."""
        if not request.url.startswith(self.base):
            raise NoConnection(f"{request.url} is not under {self.base}")
        return request.url[len(self.base) :]

    async def close(self) -> None:
        return


class HostSession:
    """A session with a simulator, as the core's clients hold it."""

    def __init__(self, inner: MemorySession, wire_s: float) -> None:
        self._inner = inner
        self._wire_s = wire_s

    async def send(self, text: str) -> None:
        await asyncio.sleep(self._wire_s)
        try:
            await self._inner.send(text)
        except (SessionEnded, MemoryClosed, MemoryReset) as ended:
            raise _over(ended) from None

    async def receive(self) -> str:
        while True:
            try:
                message = await self._inner.receive()
            except (SessionEnded, MemoryClosed, MemoryReset) as ended:
                raise _over(ended) from None
            if isinstance(message, str):
                return message


def _over(ended: ConnectionError) -> SessionOver:
    return SessionOver(*ended.close) if isinstance(ended, SessionEnded) else SessionOver(GONE)


class _Exchange:
    """One request and its answer, whole or as it comes."""

    __slots__ = ("_incoming", "_request", "_transport")

    def __init__(self, transport: HostTransport, request: Request) -> None:
        self._transport = transport
        self._request = request
        self._incoming: Incoming | None = None

    async def __aenter__(self) -> Opened:
        transport, request = self._transport, self._request
        target = transport.target_of(request)
        if transport.wire_s:
            await asyncio.sleep(transport.wire_s)  # who hangs up meanwhile was never heard
        try:
            answer = await transport.host.answer(request.method, target, request.headers, request.body)
        except (MemoryReset, MemoryClosed) as lost:
            raise Lost(str(lost)) from None
        if isinstance(answer, Incoming):
            self._incoming = answer
            return Opened(answer.status, _lowered(answer.headers), _pieces(answer))
        status, headers, body = answer
        return Opened(status, _lowered(headers), OneChunk(body))

    async def __aexit__(self, *_error: object) -> None:
        if self._incoming is not None:
            self._incoming.leave()


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def _pieces(incoming: Incoming) -> AsyncIterator[bytes]:
    try:
        async for chunk in incoming:
            yield chunk
    except (MemoryReset, MemoryClosed) as lost:
        raise Lost(str(lost)) from None
