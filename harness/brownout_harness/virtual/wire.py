"""Joins the core's transport to the simulators' memory hosts: bytes cross, objects do not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

from brownout_core.transport import Lost, NoConnection, Opened, Request
from brownout_core.transports.memory import OneChunk
from brownout_simulators.hosts.memory import Incoming, MemoryClosed, MemoryHost, MemoryReset


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

    async def close(self) -> None:
        return


class _Exchange:
    """One request and its answer, whole or as it comes."""

    __slots__ = ("_incoming", "_request", "_transport")

    def __init__(self, transport: HostTransport, request: Request) -> None:
        self._transport = transport
        self._request = request
        self._incoming: Incoming | None = None

    async def __aenter__(self) -> Opened:
        transport, request = self._transport, self._request
        if not request.url.startswith(transport.base):
            raise NoConnection(f"{request.url} is not under {transport.base}")
        if transport.wire_s:
            await asyncio.sleep(transport.wire_s)  # who hangs up meanwhile was never heard
        target = request.url[len(transport.base) :]
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
