"""Joins the core's transport to the simulators' memory hosts: bytes cross, objects do not."""

import asyncio
from contextlib import AbstractAsyncContextManager

from brownout_core.transport import Lost, NoConnection, Opened, Request
from brownout_core.transports.memory import OneChunk
from brownout_simulators.hosts.memory import MemoryClosed, MemoryHost, MemoryReset


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
    """One request and its answer, which the host gives whole."""

    __slots__ = ("_request", "_transport")

    def __init__(self, transport: HostTransport, request: Request) -> None:
        self._transport = transport
        self._request = request

    async def __aenter__(self) -> Opened:
        transport, request = self._transport, self._request
        if not request.url.startswith(transport.base):
            raise NoConnection(f"{request.url} is not under {transport.base}")
        if transport.wire_s:
            await asyncio.sleep(transport.wire_s)  # who hangs up meanwhile was never heard
        target = request.url[len(transport.base) :]
        try:
            status, headers, body = await transport.host.exchange(request.method, target, request.headers, request.body)
        except (MemoryReset, MemoryClosed) as lost:
            raise Lost(str(lost)) from None
        return Opened(status, {name.lower(): value for name, value in headers.items()}, OneChunk(body))

    async def __aexit__(self, *_error: object) -> None:
        return
