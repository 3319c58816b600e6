"""The till on a real socket, and a client that sees what is really on the wire."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.simulators.toy import TILL, Till

PATIENCE_S = 10.0


@asynccontextmanager
async def serving(*rules: dict[str, Any], vendor: Vendor[Till] = TILL, **more: Any) -> AsyncIterator[HttpHost]:
    """The till, served on a free port."""
    simulator: Simulator[Till] = Simulator(vendor, clock=time.monotonic, epoch_s=1.7e9, seed=7)
    simulator.schedule([rule_from_json({"id": f"r{n}", "vendor": "till", **rule}) for n, rule in enumerate(rules)])
    host = HttpHost(simulator, **more)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


def request_bytes(
    method: str = "POST", path: str = "/v1/charges", body: Any = None, *, host: str = "127.0.0.1", **headers: str
) -> bytes:
    """A request as it goes over the wire."""
    raw = body if isinstance(body, bytes) else json.dumps({"amount": 5} if body is None else body).encode()
    raw = b"" if method in ("GET", "DELETE", "HEAD") and body is None else raw
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Authorization: Bearer till_test_a"]
    lines += [f"Content-Length: {len(raw)}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw


class Raw:
    """One TCP connection: bytes, and how it ended."""

    def __init__(self, host: HttpHost) -> None:
        self._port = int(host.url.rsplit(":", 1)[1])
        self.socket = socket.socket()
        self.socket.setblocking(False)

    async def send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(self.socket, data)

    async def until(self, mark: bytes) -> bytes:
        """What arrives up to and including `mark`."""
        got = b""
        async with asyncio.timeout(PATIENCE_S):
            while mark not in got:
                piece = await asyncio.get_running_loop().sock_recv(self.socket, 65_536)
                if not piece:
                    raise EOFError(got)
                got += piece
        return got

    async def to_the_end(self) -> tuple[bytes, str]:
        """Everything that arrives, and how it ended: `fin` or `rst`."""
        got = b""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    piece = await asyncio.get_running_loop().sock_recv(self.socket, 65_536)
                except ConnectionResetError:
                    return got, "rst"
                if not piece:
                    return got, "fin"
                got += piece

    async def is_silent(self, seconds: float) -> bool:
        """Whether nothing at all happens on the connection for so long."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_recv(self.socket, 1)
        except TimeoutError:
            return True
        return False

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


async def eventually(condition: Any) -> None:
    """Return as soon as `condition()` holds; fail if it never does."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for knows nothing of events
            await asyncio.sleep(0.002)


async def ask(host: HttpHost, data: bytes) -> tuple[bytes, str]:
    """One request on a connection of its own, and all that came back."""
    raw = Raw(host)
    try:
        await raw.send(data)
        return await raw.to_the_end()
    finally:
        raw.close()
