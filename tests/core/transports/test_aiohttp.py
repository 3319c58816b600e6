"""Requests over real sockets, against a server that ends connections in every way that a server can."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Self

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import ConfigError, ConnectFailed
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.retry import Retry, RetryConfig
from brownout_core.policies.shapes import Policies
from brownout_core.sessions import GONE, SessionOver, SessionRefused
from brownout_core.transport import (
    MAX_BODY_BYTES,
    ClientConfig,
    Lost,
    NoConnection,
    Request,
    Response,
    Unreadable,
    was_unsent,
)
from brownout_core.transports.aiohttp import AiohttpTransport
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.support.aio import really
from tests.support.redis_server import free_port
from tests.support.wire import send

Script = Callable[["Server", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name: Value\r\n\r\nok"


class Server:
    """Answers each request with a script; keeps what arrived, and notices clients that go away."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.heads: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.client_left = asyncio.Event()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                self.asked.set()
                await self.script(self, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.client_left.set()
        finally:
            writer.close()


def writes(data: bytes, *, closes: bool = False) -> Script:
    async def script(_server: Server, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if closes:
            writer.close()

    return script


async def resets(_server: Server, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock: Any = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hangs(server: Server, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()
    server.client_left.set()


def exchange(script: Script, request: Mapping[str, Any] | None = None) -> tuple[Response | Exception, Server]:
    """One request to a server that follows `script`: what came of it, and what the server saw."""

    async def main() -> tuple[Response | Exception, Server]:
        async with Server(script) as server:
            transport = AiohttpTransport()
            try:
                return await send(transport, Request("GET", server.url + "/path", **(request or {}))), server
            except (NoConnection, Lost, Unreadable) as error:
                return error, server
            finally:
                await transport.close()

    return really(main())


def test_an_answer_comes_back_whole_with_names_in_lower_case() -> None:
    response, _ = exchange(writes(OK))
    assert response == Response(200, {"content-length": "2", "x-name": "Value"}, b"ok")


def test_only_what_the_adapter_says_is_sent() -> None:
    _, server = exchange(writes(OK), {"headers": {"X-Correlation-ID": "op-1"}})
    names = {line.partition(b":")[0] for line in server.heads[0].splitlines()[1:] if line}
    assert names == {b"Host", b"X-Correlation-ID", b"Accept"}


def test_a_path_that_is_encoded_is_sent_as_it_is() -> None:
    async def main() -> None:
        async with Server(writes(OK)) as server:
            transport = AiohttpTransport()
            await send(transport, Request("GET", server.url + "/a%2Fb?x=%2B1&y=a+b&m%5Bk%5D=%27"))
            await transport.close()
            assert server.heads[0].split(b"\r\n")[0] == b"GET /a%2Fb?x=%2B1&y=a+b&m%5Bk%5D=%27 HTTP/1.1"

    really(main())


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    response, server = exchange(writes(head))
    assert isinstance(response, Response)
    assert (response.status, len(server.heads)) == (302, 1)


def test_connections_are_kept_and_cookies_are_not() -> None:
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"

    async def main() -> None:
        async with Server(writes(head)) as server:
            transport = AiohttpTransport()
            for _ in range(5):
                await send(transport, Request("GET", server.url))
            await transport.close()
            assert (server.connections, len(server.heads)) == (1, 5)
            assert not any(b"ookie" in each for each in server.heads)

    really(main())


@pytest.mark.parametrize(
    "script",
    [
        resets,
        writes(b"", closes=True),
        writes(b"HTTP/1.1 200 OK\r\nContent-Le", closes=True),
        writes(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", closes=True),
        writes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", closes=True),
    ],
    ids=["reset", "closed", "closed in the head", "closed in the body", "closed between chunks"],
)
def test_a_connection_that_ends_early_is_lost_and_the_request_is_not_sent_again(script: Script) -> None:
    error, server = exchange(script)
    assert type(error) is Lost
    assert len(server.heads) == 1


def test_a_post_on_a_kept_connection_that_dies_is_not_sent_again() -> None:
    async def one_answer_then_reset(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(server.heads) == 1:
            await writes(OK)(server, reader, writer)
        else:
            await resets(server, reader, writer)

    async def main() -> None:
        async with Server(one_answer_then_reset) as server:
            transport = AiohttpTransport()
            await send(transport, Request("GET", server.url))
            for method in ("POST", "GET"):
                before = len(server.heads)
                with pytest.raises(Lost):
                    await send(transport, Request(method, server.url))
                assert len(server.heads) == before + 1
            await transport.close()

    really(main())


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n"]
)
def test_what_is_not_http_is_unreadable(garbage: bytes) -> None:
    error, _ = exchange(writes(garbage, closes=True))
    assert type(error) is Unreadable


def test_an_endless_body_is_not_read_to_its_end() -> None:
    async def endless(_server: Server, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(10 * MAX_BODY_BYTES // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()

    error, _ = exchange(endless)
    assert type(error) is Lost


def test_nobody_there_is_no_connection() -> None:
    async def main() -> None:
        transport = AiohttpTransport()
        with pytest.raises(NoConnection):
            await send(transport, Request("GET", f"http://127.0.0.1:{free_port()}/"))
        for url in ("nonsense", "http://", "http://[::"):
            with pytest.raises(NoConnection):
                await send(transport, Request("GET", url))
        await transport.close()

    really(main())


def test_giving_up_closes_the_socket() -> None:
    async def main() -> None:
        async with Server(hangs) as server:
            transport = AiohttpTransport()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await send(transport, Request("GET", server.url))
            async with asyncio.timeout(5):
                await server.client_left.wait()
            await transport.close()

    really(main())


def test_a_stream_arrives_piece_by_piece_and_leaving_it_closes_the_socket() -> None:
    async def drips(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await writer.drain()
        await hangs(server, reader, writer)

    async def main() -> None:
        async with Server(drips) as server:
            transport = AiohttpTransport()
            async with transport.open(Request("GET", server.url)) as opened:
                assert await anext(opened.chunks) == b"first"
                assert not server.client_left.is_set()
            async with asyncio.timeout(5):
                await server.client_left.wait()
            await transport.close()

    really(main())


def test_a_stream_that_is_cut_is_lost_and_one_that_is_read_keeps_its_connection() -> None:
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"

    async def scripted(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await writes(OK if len(server.heads) < 3 else cut, closes=len(server.heads) >= 3)(server, reader, writer)

    async def main() -> None:
        async with Server(scripted) as server:
            transport = AiohttpTransport()
            for _ in range(2):
                async with transport.open(Request("GET", server.url)) as opened:
                    assert [chunk async for chunk in opened.chunks] == [b"ok"]
            async with transport.open(Request("GET", server.url)) as opened:
                assert await anext(opened.chunks) == b"first"
                with pytest.raises(Lost):
                    await anext(opened.chunks)
            assert server.connections == 1
            await transport.close()

    really(main())


def test_an_error_of_the_reader_is_not_taken_for_the_connections() -> None:
    async def main() -> None:
        async with Server(writes(OK)) as server:
            transport = AiohttpTransport()
            with pytest.raises(OSError, match="the reader's own"):
                async with transport.open(Request("GET", server.url)):
                    raise OSError("the reader's own")
            await transport.close()

    really(main())


def test_who_stops_waiting_for_a_free_connection_has_sent_nothing() -> None:
    """A pool of one connection, and a vendor that hangs on it."""

    async def main() -> None:
        async with Server(hangs) as server:
            transport = AiohttpTransport(ClientConfig(connections=1))
            async with asyncio.TaskGroup() as group:
                first = group.create_task(send(transport, Request("POST", server.url)))
                await server.asked.wait()
                second = group.create_task(send(transport, Request("POST", server.url)))
                with pytest.raises(TimeoutError) as caught:
                    async with asyncio.timeout(0.2):
                        await second
                assert was_unsent(caught.value.__cause__)
                first.cancel()
                with pytest.raises(asyncio.CancelledError) as cancelled:
                    await first
                assert not was_unsent(cancelled.value)
            assert len(server.heads) == 1
            await transport.close()

    really(main())


def test_a_guarded_call_that_got_no_connection_in_its_time_surely_had_no_effect() -> None:
    async def main() -> None:
        async with Server(hangs) as server:
            transport = AiohttpTransport(ClientConfig(connections=1))
            policies = Policies(
                retry=Retry(RetryConfig(max_retries=0), Random(1)),
                breaker=Breaker(BreakerConfig(), Random(1)),
                timeouts=Timeouts(TimeoutConfig(attempt_s=0.3)),
            )
            pipeline = Pipeline("acme", policies)

            async def charge() -> Response:
                return await send(transport, Request("POST", server.url))

            async with asyncio.TaskGroup() as group:
                first = group.create_task(charge())
                await server.asked.wait()
                asking = Asking("op-1")
                with pytest.raises(ConnectFailed):
                    await pipeline.call(asking, "charge", charge, idempotent=False)
                assert not asking.may_have_effect
                first.cancel()
            await transport.close()

    really(main())


def test_a_closed_transport_sends_nothing() -> None:
    async def main() -> None:
        transport = AiohttpTransport()
        await transport.close()
        await transport.close()
        with pytest.raises(NoConnection, match="closed"):
            await send(transport, Request("GET", "http://127.0.0.1:1/"))

    really(main())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    response, _ = exchange(writes(OK))
    assert isinstance(response, Response)


def test_an_impossible_setting_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="connect_s"):
        AiohttpTransport(connect_s=0)


@asynccontextmanager
async def project(*rules: dict[str, Any]) -> AsyncIterator[tuple[str, HttpHost]]:
    """Supabase's simulator, and where a session with it is opened."""
    vendor = load_vendor("supabase")
    simulator: Simulator[Any] = Simulator(vendor, clock=time.monotonic, epoch_s=1.7e9, seed=7)
    simulator.schedule([rule_from_json({"id": f"r{n}", "vendor": "supabase", **each}) for n, each in enumerate(rules)])
    host = HttpHost(simulator)
    await host.start()
    key = vendor.environment("", vendor.test_key("sessions"))["SUPABASE_ANON_KEY"]
    try:
        yield f"{host.url}/realtime/v1/websocket?apikey={key}", host
    finally:
        await host.stop()


HEARTBEAT = '{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"}'


def test_a_session_speaks_both_ways_and_ends_when_it_is_left() -> None:
    async def main() -> None:
        transport = AiohttpTransport()
        async with project() as (url, host):
            async with transport.connect(Request("GET", url)) as session:
                await session.send(HEARTBEAT)
                assert '"ok"' in await session.receive()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await session.receive()
                await session.send(HEARTBEAT)
                assert '"ok"' in await session.receive()  # who gave up waiting lost nothing
            await transport.close()
        (row,) = host.simulator.ledger.rows()
        assert (row["status"], row["received"], row["chunks"]) == (101, 2, 2)

    really(main())


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"after_messages": 1, "code": 1012, "reason": "restart"}, 1012),
        ({"after_messages": 1, "ending": "reset"}, GONE),
    ],
)
def test_a_session_that_is_cut_is_over(broken: dict[str, Any], code: int) -> None:
    async def main() -> None:
        transport = AiohttpTransport()
        async with project({"break_session": broken}) as (url, _):
            async with transport.connect(Request("GET", url)) as session:
                await session.send(HEARTBEAT)
                await session.receive()
                with pytest.raises(SessionOver) as over:
                    await session.receive()
                assert over.value.code == code
                assert over.value.reason == broken.get("reason", "")
                with pytest.raises(SessionOver):
                    await session.send(HEARTBEAT)
            await transport.close()

    really(main())


def test_a_handshake_that_is_refused_broken_or_nowhere_is_said_so() -> None:
    async def main() -> None:
        transport = AiohttpTransport()
        async with project({"respond": {"error": "realtime_too_many_users"}}) as (url, _):
            with pytest.raises(SessionRefused) as refused:
                async with transport.connect(Request("GET", url)):
                    pass
            assert refused.value.response.status == 429
        switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: nothing\r\nConnection: upgrade\r\n\r\n"
        for script, error in ((writes(switched, closes=True), Unreadable), (writes(b"", closes=True), Lost)):
            async with Server(script) as server:
                with pytest.raises(error):
                    async with transport.connect(Request("GET", server.url)):
                        pass
        with pytest.raises(NoConnection):
            async with transport.connect(Request("GET", f"http://127.0.0.1:{free_port()}/")):
                pass
        await transport.close()
        with pytest.raises(NoConnection):
            async with transport.connect(Request("GET", "http://127.0.0.1/")):
                pass

    really(main())
