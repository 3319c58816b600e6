"""A simulator on sockets: aiohttp's low-level server, with endings that are true on the wire.

A reset is a TCP RST, a close is a FIN, a truncated answer announces more than it sends. What the client gives up is
handled to its end all the same. Binds to loopback and answers only to loopback names, so that a web page cannot reach
it by DNS rebinding. Webhooks go out from one pump, never inside a call.
"""

import asyncio
import contextlib
import errno
import json
import logging
import socket
import struct
import time
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from brownout_simulators.call import Call, Ending, Sending
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.hosts.head import answer_bytes, head_bytes
from brownout_simulators.hosts.pump import Pump
from brownout_simulators.hosts.timers import NO_TIMERS, Timers, make_timers
from brownout_simulators.hosts.webhook_sender import WebhookSender
from brownout_simulators.safety import is_loopback_host
from brownout_simulators.simulator import Simulator

BODY_LIMIT = 4 * 1024 * 1024
_LINGER_OFF = struct.pack("ii", 1, 0)
_KNOWN_HOSTS_LIMIT = 64
_UNSENT_LIMIT = 256 * 1024

_log = logging.getLogger(__name__)


class PortTaken(OSError):
    """The port that was asked for is in use."""


class Connection(RequestHandler):
    """A server connection that tells when its client has gone."""

    __slots__ = ("_gone",)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        gone: asyncio.Event | None = getattr(self, "_gone", None)
        if gone is not None:
            gone.set()

    async def wait_gone(self) -> None:
        """Until the client, or the server's end, closes the connection."""
        if self.transport is None:
            return
        self._gone = asyncio.Event()
        await self._gone.wait()


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)

    @property
    def count(self) -> int:
        """How many connections are open; `connections` makes a list of them."""
        return len(self._connections)


class HttpHost:
    """Serves one simulator on one port. The simulator's clock must be `time.monotonic`."""

    def __init__(
        self,
        simulator: Simulator[Any],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        body_limit: int = BODY_LIMIT,
        webhooks_leave_loopback: bool = False,
    ) -> None:
        self.simulator = simulator
        self.url = ""
        self._host = host
        self._port = port
        self._body_limit = body_limit
        self._known_hosts: set[str] = set()
        self._server: asyncio.Server | None = None
        self._connections: _Server | None = None
        self._timers: Timers = NO_TIMERS
        self._pump: Pump | None = None
        self._unsent: list[tuple[asyncio.Transport, bytes, Sending]] = []
        self._sender = WebhookSender(leave_loopback=webhooks_leave_loopback)

    async def start(self) -> str:
        """Bind and serve; returns the base URL. Raises `PortTaken`."""
        loop = asyncio.get_running_loop()
        self._timers = make_timers(loop)
        self._connections = _Server(
            self._handle, request_factory=self._make_request, access_log=None, keepalive_timeout=3600.0
        )
        try:
            self._server = await loop.create_server(self._connections, self._host, self._port, backlog=4096)
        except OSError as error:
            self._timers.close()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(errno.EADDRINUSE, f"port {self._port} is in use") from None
            raise
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{self._host}:{port}"
        self.simulator.base_url = self.url
        self._pump = Pump(self.simulator, call_at=self._timers.call_at, send=self._sender.send)
        self._pump.start()
        limits = ", ".join(self.simulator.limiter.limits) if self.simulator.limiter is not None else "off"
        _log.info("%s on %s; the vendor's limits are %s", self.simulator.vendor.name, self.url, limits)
        return self.url

    @property
    def connections(self) -> int:
        """How many are open."""
        return 0 if self._connections is None else self._connections.count

    async def stop(self) -> None:
        """Close every connection, whatever is under way on it."""
        if self._server is not None:
            self._server.close()
        if self._pump is not None:
            await self._pump.stop()
        await self._sender.close()
        if self._connections is not None:
            await self._connections.shutdown(0.1)
        self._timers.close()

    def _make_request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = protocol._loop  # asking for the running one is a system call (getpid), once per request
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=self._body_limit)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        at_s = time.monotonic()
        headers = {name.lower(): value for name, value in request.headers.items()}
        host = headers.get("host", "")
        if host not in self._known_hosts and not self._admit_host(host):
            return _plain(403, "this simulator answers to loopback names only")
        if "expect" in headers and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._read(request)
        if body is None:
            response = _plain(413, f"the body is larger than {self._body_limit} bytes")
            response.force_close()
            return response
        target = request.raw_path
        if not target.startswith("/"):
            split = urlsplit(target)
            target = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
        path, _, query = target.partition("?")
        if path.startswith(PREFIX):
            origin = headers.get("origin")
            if origin is not None and not is_loopback_host(urlsplit(origin).netloc):
                return _plain(403, "the control API takes no orders from a page of another site")
            status, answer = control(self.simulator, request.method, path, query, body)
            return web.Response(status=status, body=answer, content_type="application/json")
        call = Call(request.method, unquote(path) if "%" in path else path, query, headers, body, at_s)
        return await self._deliver(request, await self._simulate(call))

    async def _read(self, request: web.BaseRequest) -> bytes | None:
        """The body; None if it is too large. Mostly it is all there already, and reading it need not wait."""
        if not request.body_exists:
            return b""
        content = request.content
        if content.is_eof():
            body = content.read_nowait()
            return body if len(body) <= self._body_limit else None
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge:
            return None

    async def _simulate(self, call: Call) -> Sending:
        steps = self.simulator.handle(call)
        try:
            while True:
                delay_s = next(steps)
                await self._timers.sleep_until(time.monotonic() + delay_s)
        except StopIteration as stop:
            sending: Sending = stop.value
        return sending

    def _admit_host(self, host: str) -> bool:
        if not is_loopback_host(host):
            return False
        if len(self._known_hosts) < _KNOWN_HOSTS_LIMIT:
            self._known_hosts.add(host)
        return True

    # -- what goes on the wire ------------------------------------------------------------------------------------

    async def _deliver(self, request: web.BaseRequest, sending: Sending) -> web.StreamResponse:
        """Write it on the transport by hand: a whole answer in one go, a broken one as broken as it is meant to be."""
        connection = request.protocol
        transport = request.transport
        if transport is None or transport.is_closing() or not isinstance(connection, Connection):
            self.simulator.sent(sending, chunks=0, left=True)
            return CLOSES
        whole = sending.ending is Ending.COMPLETE and not sending.bad_chunk
        keep_alive = whole and request.keep_alive
        if whole and sending.stream is None:
            answer = answer_bytes(sending, request.method, request.version, keep_alive=keep_alive)
            if keep_alive and self.connections > 1 and transport.get_write_buffer_size() == 0:
                self._write_soon(transport, answer, sending, connection._loop)
                return KEEPS
            self._flush()
            transport.write(answer)
            self.simulator.sent(sending, chunks=1, left=False)
            if transport.get_write_buffer_size() > _UNSENT_LIMIT:
                with contextlib.suppress(ConnectionError):
                    await connection._drain_helper()
            return KEEPS if keep_alive else CLOSES
        self._flush()
        chunks, left = 0, True
        try:
            if sending.status:
                async for _ in self._write(transport, connection, sending, keep_alive=keep_alive):
                    chunks += 1
            left = transport.is_closing()
            if sending.ending is Ending.HANG:
                left = True
                await connection.wait_gone()
        finally:
            self.simulator.sent(sending, chunks=chunks, left=left)
        if sending.ending is Ending.RESET:
            _reset(transport)
        return KEEPS if keep_alive else CLOSES

    def _write_soon(
        self, transport: asyncio.Transport, answer: bytes, sending: Sending, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Write at the end of this turn of the loop, with the other answers of the turn.

        A client that sleeps is woken by a write, which costs the writer more than the write does; woken once, it is
        awake for the answers that follow at once. Order on a connection is kept: whatever writes flushes first.
        """
        if not self._unsent:
            loop.call_soon(self._flush)
        self._unsent.append((transport, answer, sending))

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        for transport, answer, sending in unsent:
            left = transport.is_closing()
            if not left:
                transport.write(answer)
            self.simulator.sent(sending, chunks=0 if left else 1, left=left)

    async def _write(
        self, transport: asyncio.Transport, connection: Connection, sending: Sending, *, keep_alive: bool
    ) -> AsyncIterator[None]:
        """Status line, headers, and the body in its chunks; yields after each chunk that went out."""
        chunks = sending.stream if sending.stream is not None else ((0.0, sending.body),)
        length = sending.content_length
        if length is None and sending.stream is None and not sending.bad_chunk:
            length = len(sending.body)
        transport.write(head_bytes(sending, length, "" if keep_alive else "close"))
        due_s = time.monotonic()
        for delay_s, chunk in chunks:
            due_s += delay_s
            if delay_s > 0:
                await self._timers.sleep_until(due_s)
            if transport.is_closing():
                return  # the client has gone
            if chunk:
                transport.write(chunk if length is not None else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            yield
        if sending.bad_chunk:
            transport.write(b"zz\r\nthis is no chunk\r\n")
        elif length is None and sending.ending is Ending.COMPLETE:
            transport.write(b"0\r\n\r\n")
        if sending.ending is Ending.RESET:
            # A reset throws away what the kernel has not sent; let what was written go out first.
            with contextlib.suppress(ConnectionError):
                await connection._drain_helper()


class _Written(web.StreamResponse):
    """Tells aiohttp that the answer is on the wire already, and whether the connection goes on."""

    def __init__(self, *, keeps: bool) -> None:
        super().__init__()
        self._keeps = keeps

    @property
    def keep_alive(self) -> bool | None:
        return self._keeps

    async def prepare(self, request: web.BaseRequest) -> None:
        del request

    async def write_eof(self, data: bytes = b"") -> None:
        del data


KEEPS: Final = _Written(keeps=True)
CLOSES: Final = _Written(keeps=False)


def _reset(transport: asyncio.Transport) -> None:
    """End with RST instead of FIN."""
    handle = transport.get_extra_info("socket")
    if handle is not None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
    transport.abort()


def _plain(status: int, message: str) -> web.Response:
    return web.Response(
        status=status, body=json.dumps({"error": {"message": message}}).encode(), content_type="application/json"
    )
