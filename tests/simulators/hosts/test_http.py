"""The host on sockets: what is really on the wire."""

import asyncio
import contextlib
import json
import logging
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import websockets

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.http import HttpHost, PortTaken
from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.tls import Certificate, loopback_certificate
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Route
from tests.simulators.board import BOARD
from tests.simulators.hosts.conftest import Run
from tests.simulators.serving import Raw, ask, eventually, request_bytes, serving
from tests.simulators.toy import TILL, Till

Came = tuple[bytes, str, list[dict[str, Any]]]


def once(run: Run, *rules: dict[str, Any], data: bytes | None = None, **more: Any) -> Came:
    """One request to a till with these faults: what came, how it ended, the books."""
    came: list[Came] = []

    async def main() -> None:
        async with serving(*rules, **more) as host:
            got, end = await ask(host, data or request_bytes(Connection="close"))
            came.append((got, end, list(host.simulator.ledger.rows())))

    run(main())
    return came[0]


def test_a_whole_answer_arrives_and_the_connection_ends_as_the_client_asked(run: Run) -> None:
    got, end, _ = once(run)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert json.loads(body)["amount"] == 5
    assert end == "fin"


def test_a_connection_is_kept_alive_for_the_next_request(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            raw = Raw(host)
            await raw.send(request_bytes() + request_bytes())
            got = b""
            while got.count(b"HTTP/1.1 200 OK") < 2 or not got.endswith(b"}"):
                got += await raw.until(b"}")
            assert got.count(b"HTTP/1.1 ") == 2
            raw.close()

    run(main())


@pytest.mark.parametrize("kind", ["drop_before_effect", "drop_after_effect"])
@pytest.mark.parametrize(("ending", "seen"), [("reset", "rst"), ("close", "fin")])
def test_a_dropped_answer_is_an_rst_or_a_fin_without_a_byte(run: Run, kind: str, ending: str, seen: str) -> None:
    got, end, rows = once(run, {kind: {"ending": ending}}, data=request_bytes())
    assert (got, end) == (b"", seen)
    assert [row["entry"] for row in rows] == ["effect", "request"][kind == "drop_before_effect" :]


@pytest.mark.parametrize("kind", ["hang", "drop_after_effect"])
def test_a_hang_is_silence_until_the_client_goes(run: Run, kind: str) -> None:
    async def main() -> None:
        async with serving({kind: {} if kind == "hang" else {"ending": "hang"}}) as host:
            raw = Raw(host)
            await raw.send(request_bytes())
            assert await raw.is_silent(0.2)
            raw.close(reset=True)
            await eventually(lambda: not host.connections)

    run(main())


@pytest.mark.parametrize(("ending", "seen"), [("close", "fin"), ("reset", "rst")])
def test_a_truncated_answer_announces_more_than_it_sends(run: Run, ending: str, seen: str) -> None:
    got, end, _ = once(run, {"truncate": {"keep": 0.5, "ending": ending}}, data=request_bytes())
    head, _, body = got.partition(b"\r\n\r\n")
    announced = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
    assert len(body) == announced // 2
    assert end == seen


def test_a_malformed_chunk_follows_a_good_one(run: Run) -> None:
    got, end, _ = once(run, {"malform": {"how": "chunk"}}, data=request_bytes())
    assert b"Transfer-Encoding: chunked" in got
    assert got.endswith(b"\r\nzz\r\nthis is no chunk\r\n")
    assert end == "fin"


@pytest.mark.parametrize(("ending", "seen"), [("close", "fin"), ("reset", "rst")])
def test_a_broken_stream_lacks_its_last_chunk(run: Run, ending: str, seen: str) -> None:
    got, end, _ = once(run, {"break_stream": {"keep": 0.4, "ending": ending}}, data=request_bytes("GET", "/v1/stream"))
    assert got.endswith(b"4\r\none \r\n")
    assert end == seen


def brisk(call: Call, account: Account[Till]) -> Reply:
    """The till's stream without its pauses: these wait for a real clock."""
    return Reply(
        200, headers={"content-type": "text/plain"}, stream=[(0.0, b"one "), (0.01, b"two "), (0.01, b"three")]
    )


BRISK = replace(TILL, routes=[*TILL.routes, Route("GET", "/brisk", brisk)])


def test_a_whole_stream_arrives_in_chunks_and_keeps_the_connection(run: Run) -> None:
    async def main() -> None:
        async with serving(vendor=BRISK) as host:
            raw = Raw(host)
            await raw.send(request_bytes("GET", "/brisk"))
            got = await raw.until(b"0\r\n\r\n")
            assert got.endswith(b"4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")
            assert b"Connection: close" not in got
            raw.close()

    run(main())


def test_a_drip_takes_its_time_and_is_whole(run: Run) -> None:
    started_s = time.monotonic()
    got, end, _ = once(run, {"drip": {"over_s": 0.2, "pieces": 5}})
    head, _, body = got.partition(b"\r\n\r\n")
    assert time.monotonic() - started_s >= 0.2
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["amount"] == 5
    assert end == "fin"


def test_latency_is_never_shorter_than_asked_and_the_books_say_how_long_it_was(run: Run) -> None:
    async def main() -> None:
        async with serving({"latency": {"fixed_s": 0.0173}}) as host:
            for _ in range(20):
                started_s = time.monotonic()
                await ask(host, request_bytes(Connection="close"))
                assert time.monotonic() - started_s >= 0.0173
            assert all(row["given_delay_s"] >= 0.0173 for row in host.simulator.ledger.rows() if row["status"])

    run(main())


def test_a_client_that_gives_up_does_not_stop_the_vendor(run: Run) -> None:
    async def main() -> None:
        async with serving({"latency": {"fixed_s": 0.1}}) as host:
            raw = Raw(host)
            await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 1)
            raw.close(reset=True)
            await eventually(lambda: host.simulator.ledger.next_seq == 2)
            assert [row["entry"] for row in host.simulator.ledger.rows()] == ["effect", "request"]

    run(main())


@pytest.mark.parametrize("name", ["evil.example", "", "127.0.0.1.evil.example:80"])
def test_a_foreign_host_name_is_refused(run: Run, name: str) -> None:
    got, _, rows = once(run, data=request_bytes(host=name, Connection="close"))
    assert got.startswith((b"HTTP/1.1 403", b"HTTP/1.1 400"))
    assert rows == []


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 403), (None, 200)]
)
def test_a_page_of_another_site_or_port_cannot_break_things(run: Run, origin: str | None, status: int) -> None:
    headers = {"Connection": "close"} | ({"Origin": origin} if origin is not None else {})
    got, _, _ = once(run, data=request_bytes("POST", "/_brownout/reset", {}, **headers))
    assert got.startswith(f"HTTP/1.1 {status}".encode())


def test_a_body_beyond_the_limit_is_refused_and_the_simulator_never_sees_it(run: Run) -> None:
    got, _, rows = once(
        run, data=request_bytes(body=b"x" * 5_000, Connection="close"), vendor=replace(TILL, body_limit=1_000)
    )
    assert got.startswith(b"HTTP/1.1 413")
    assert rows == []


def test_a_client_that_waits_for_permission_to_send_gets_it(run: Run) -> None:
    got, _, _ = once(run, data=request_bytes(Expect="100-continue", Connection="close"))
    assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_an_encoded_path_and_an_absolute_target_find_their_route(run: Run) -> None:
    got, _, rows = once(run, data=request_bytes("GET", "/v1/charges/a%2Bb", Connection="close"))
    assert got.startswith(b"HTTP/1.1 404")
    assert rows[0]["route"] == "GET /v1/charges/{id}"
    got, _, _ = once(run, data=request_bytes("GET", "http://127.0.0.1/health", Connection="close"))
    assert got.startswith(b"HTTP/1.1 200")


def test_it_can_be_served_on_the_other_loopback_address(run: Run) -> None:
    async def main() -> None:
        try:
            async with serving(host="::1") as host:
                assert host.url.startswith("http://[::1]:")
                reader, writer = await asyncio.open_connection("::1", int(host.url.rsplit(":", 1)[1]))
                writer.write(request_bytes("GET", "/health", host=host.url.removeprefix("http://"), Connection="close"))
                assert (await reader.read()).startswith(b"HTTP/1.1 200")
                writer.close()
        except OSError as error:
            pytest.skip(f"this machine has no such address: {error}")

    run(main())


def test_a_port_that_is_taken_is_named(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            port = int(host.url.rsplit(":", 1)[1])
            with pytest.raises(PortTaken, match=f"port {port} is in use"):
                await HttpHost(host.simulator, port=port).start()

    run(main())


def test_the_first_line_of_the_log_says_that_limits_are_off(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="brownout_simulators.hosts.http"):
        once(run)
    assert caplog.messages[0].endswith("; the vendor's limits are off")


@pytest.mark.parametrize("latency", [[], [{"latency": {"fixed_s": 0.01}}]])
def test_a_defect_outside_the_action_is_the_simulators_problem_and_a_row(
    run: Run, latency: list[dict[str, Any]]
) -> None:
    async def main() -> None:
        async with serving(*latency, vendor=replace(TILL, decorate=_broken)) as host:
            got, _ = await ask(host, request_bytes(Connection="close"))
            assert got.startswith(b"HTTP/1.1 500")
            assert len(host.simulator.problems) == 1
            assert [row["status"] for row in host.simulator.ledger.rows() if row["entry"] == "request"] == [500]

    def _broken(*_given: object) -> None:
        raise KeyError("broken")

    run(main())


def test_a_client_that_leaves_a_stream_frees_its_place_and_is_booked_as_left(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            host.simulator.schedule([], limits={"at-once": {"concurrency": 1}})
            raw = Raw(host)
            await raw.send(request_bytes("GET", "/v1/stream"))
            await raw.until(b"one ")
            assert host.simulator.in_flight == 1
            assert (await ask(host, request_bytes(Connection="close")))[0].startswith(b"HTTP/1.1 429")
            raw.close(reset=True)
            await eventually(lambda: host.simulator.in_flight == 0)
            row = list(host.simulator.ledger.rows())[-1]
            assert (row["route"], row["ending"], row["chunks"]) == ("GET /v1/stream", "left", 1)

    run(main())


def test_one_clients_disconnect_loses_no_other_clients_answer(run: Run) -> None:
    async def main() -> None:
        # Long enough for all five to be there together on a machine that is busy.
        async with serving({"latency": {"fixed_s": 0.3}}) as host:
            leaver, *patient = [Raw(host) for _ in range(5)]
            await leaver.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 1)
            for raw in patient:
                await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 5)
            # The loop is kept busy until the answers are due: it finds the timer's tick and the disconnect in one turn.
            due_s = time.monotonic() + 0.3
            while time.monotonic() < due_s:
                pass
            leaver.close(reset=True)
            for raw in patient:
                assert b"200 OK" in await raw.until(b"}")
                raw.close()
            endings = [row["ending"] for row in host.simulator.ledger.rows() if row["entry"] == "request"]
            assert endings.count("complete") == 4

    run(main())


def test_many_slow_calls_at_once_do_not_hold_each_other_up(run: Run) -> None:
    async def main() -> None:
        async with serving({"latency": {"fixed_s": 300.0}}) as host:
            slow = [Raw(host) for _ in range(100)]
            for raw in slow:
                await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 100)
            for raw in slow:
                raw.close()
        assert not host.simulator.problems

    run(main())


def test_stopping_ends_what_hangs(run: Run) -> None:
    async def main() -> None:
        raw: Raw | None = None
        async with serving({"hang": {}}) as host:
            raw = Raw(host)
            await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 1)
        with contextlib.suppress(EOFError, ConnectionResetError):
            assert (await raw.to_the_end())[0] == b""
        assert host.simulator.in_flight == 0
        raw.close()

    run(main())


@pytest.mark.thorough
def test_half_open_connections_are_closed_and_one_that_waits_for_its_answer_is_not(run: Run) -> None:
    hurried = Patience(head_s=0.1, body_s=0.1, linger_s=0.1, look_s=0.02)

    async def main() -> None:
        async with serving({"latency": {"fixed_s": 0.5}}, patience=hurried) as host:
            silent, heads, bodies = ([Raw(host) for _ in range(10)] for _ in range(3))
            waiting = Raw(host)
            await waiting.send(request_bytes())
            for raw in silent:
                await raw.send(b"")
            for raw in heads:
                await raw.send(b"POST /v1/charges HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            for raw in bodies:
                await raw.send(request_bytes()[:-1])
            assert {await raw.to_the_end() for raw in silent} == {(b"", "fin")}
            for raw in (*heads, *bodies):
                got, end = await raw.to_the_end()
                assert (got[:12], end) == (b"HTTP/1.1 408", "fin")
            await eventually(lambda: host.connections == 1)
            assert b"200 OK" in await waiting.until(b"}")
            for raw in (waiting, *silent, *heads, *bodies):
                raw.close()

    run(main())


# -- TLS --------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def asking_over_tls(host: HttpHost) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client that trusts the authority that the host names, and no other."""
    assert host.certificate is not None
    trust = ssl.create_default_context(cafile=host.certificate.authority)
    port = int(host.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return loopback_certificate(tmp_path_factory.mktemp("cache"))


def test_a_vendor_that_wants_tls_is_served_with_and_without_it_on_one_port(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    both = request_bytes() + request_bytes("GET", "/brisk", Connection="close")

    async def main() -> None:
        async with serving(vendor=replace(BRISK, tls=True)) as host, asking_over_tls(host) as (reader, writer):
            assert host.url.startswith("http://127.0.0.1:")
            assert host.simulator.base_url == host.url
            writer.write(both)
            async with asyncio.timeout(10):
                got = await reader.read()
            assert got.count(b"HTTP/1.1 200 OK") == 2
            assert got.endswith(b"0\r\n\r\n")
            await eventually(lambda: not host.connections)
            plain, _ = await ask(host, both)
            assert plain.count(b"HTTP/1.1 200 OK") == 2
            endings = [row["ending"] for row in host.simulator.ledger.rows() if row["entry"] == "request"]
            assert endings == ["complete"] * 4
            await eventually(lambda: not host.connections)

    run(main())


def test_who_says_nothing_on_a_port_for_both_is_sent_away(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    async def main() -> None:
        patience = Patience(head_s=0.05, idle_s=0.05, look_s=0.02)
        async with serving(vendor=replace(BRISK, tls=True), patience=patience) as host:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(host.url.rsplit(":", 1)[1]))
            await eventually(lambda: host.connections == 1)
            async with asyncio.timeout(10):
                await reader.read()
            writer.close()
            await eventually(lambda: not host.connections)

    run(main())


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_endings_are_true_over_tls(run: Run, certificate: Certificate, ending: str) -> None:
    async def main() -> None:
        async with (
            serving({"truncate": {"keep": 0.5, "ending": ending}}, certificate=certificate) as host,
            asking_over_tls(host) as (reader, writer),
        ):
            writer.write(request_bytes())
            head = await reader.readuntil(b"\r\n\r\n")
            announced = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
            reset = pytest.raises(ConnectionResetError) if ending == "reset" else contextlib.nullcontext()
            with reset:
                async with asyncio.timeout(10):
                    assert len(await reader.readexactly(announced // 2)) == announced // 2
                    assert await reader.read() == b""

    run(main())


def test_an_answer_over_tls_that_nobody_reads_is_still_under_way_and_then_left(
    run: Run, certificate: Certificate
) -> None:
    def large(call: Call, account: Account[Till]) -> Reply:
        return Reply(200, bytes(32 * 1024 * 1024))

    vendor = replace(TILL, routes=[*TILL.routes, Route("GET", "/large", large)])

    async def main() -> None:
        async with serving(vendor=vendor, certificate=certificate) as host:
            async with asking_over_tls(host) as (reader, writer):
                writer.write(request_bytes("GET", "/large"))
                await reader.readexactly(1000)
                assert host.simulator.in_flight == 1
            await eventually(lambda: not host.simulator.in_flight)
            (row,) = host.simulator.ledger.rows()
            assert (row["ending"], row["chunks"]) == ("left", 0)

    run(main())


def test_a_refusal_over_tls_can_be_read(run: Run, certificate: Certificate) -> None:
    async def main() -> None:
        async with (
            serving(vendor=replace(TILL, body_limit=10), certificate=certificate) as host,
            asking_over_tls(host) as (reader, writer),
        ):
            writer.write(request_bytes())
            async with asyncio.timeout(10):
                assert (await reader.read()).startswith(b"HTTP/1.1 413")

    run(main())


def test_who_speaks_no_tls_is_sent_away_without_a_word_in_the_log(
    run: Run, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with serving(certificate=certificate) as host:
            got, _ = await ask(host, request_bytes())
            assert b"HTTP/1.1 200" not in got
            await eventually(lambda: not host.connections)

    run(main())
    assert not [record for record in caplog.records if record.exc_info]


# -- websockets -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def board(*rules: dict[str, Any], certificate: Certificate | None = None) -> AsyncIterator[HttpHost]:
    """The board, served on a free port."""
    simulator: Simulator[Any] = Simulator(BOARD, clock=time.monotonic, epoch_s=1.7e9, seed=7)
    simulator.schedule([rule_from_json({"id": f"r{n}", "vendor": "board", **rule}) for n, rule in enumerate(rules)])
    host = HttpHost(simulator, certificate=certificate)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


def looking_on(host: HttpHost, **more: Any) -> websockets.connect:
    """The official client library, connected to the board."""
    url = host.url.replace("http", "ws", 1) + "/live"
    return websockets.connect(
        url,
        additional_headers={"X-Board-Key": "board_test_a"},
        proxy=None,
        subprotocols=[websockets.Subprotocol("board.1")],
        **more,
    )


async def pin(host: HttpHost, text: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(host.url.rsplit(":", 1)[1]))
    body = json.dumps({"text": text}).encode()
    head = (
        f"POST /notes HTTP/1.1\r\nHost: localhost\r\nX-Board-Key: board_test_a\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 201")
    writer.close()
    await writer.wait_closed()


def test_a_websocket_client_speaks_hears_what_is_published_and_closes(run: Run) -> None:
    async def main() -> None:
        async with board() as host, asyncio.timeout(20):
            async with looking_on(host) as first, looking_on(host) as second:
                assert [await first.recv(), await second.recv()] == ["welcome s1", "welcome s2"]
                await first.send(["follow", " ", "you"])
                assert await first.recv() == "following you"
                await first.send(b"\x01\x02")
                assert await first.recv() == b"\x02\x01"
                await (await first.ping())
                await pin(host, "hello")
                assert [await first.recv(), await second.recv()] == ["hello", "hello"]
                assert host.simulator.in_flight == 2
                await second.send("nonsense")
                with pytest.raises(websockets.ConnectionClosedError) as closed:
                    await second.recv()
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "no such order: nonsense")
            await eventually(lambda: not host.simulator.in_flight)
            sessions = [row for row in host.simulator.ledger.rows() if row["route"] == "GET /live"]
            assert [(row["ending"], row["chunks"], row["received"]) for row in sessions] == [
                ("complete", 2, 1),
                ("complete", 4, 2),
            ]

    run(main())


def test_a_websocket_client_that_vanishes_has_left(run: Run) -> None:
    async def main() -> None:
        async with board() as host, asyncio.timeout(20):
            client = await looking_on(host)
            await client.recv()
            client.transport.abort()
            await eventually(lambda: not host.simulator.in_flight)
            (row,) = host.simulator.ledger.rows()
            assert (row["ending"], row["chunks"]) == ("left", 1)

    run(main())


def test_a_websocket_client_sees_a_fault_on_its_handshake(run: Run) -> None:
    async def main() -> None:
        async with board({"respond": {"status": 503}}) as host, asyncio.timeout(20):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await looking_on(host)
            assert refused.value.response.status_code == 503

    run(main())


def test_a_websocket_over_tls(run: Run, certificate: Certificate) -> None:
    async def main() -> None:
        trust = ssl.create_default_context(cafile=certificate.authority)
        async with board(certificate=certificate) as host, asyncio.timeout(20):
            async with looking_on(host, ssl=trust) as client:
                assert await client.recv() == "welcome s1"
                await client.send("nonsense")
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
            await eventually(lambda: not host.connections)

    run(main())


def test_stopping_ends_open_sessions(run: Run) -> None:
    async def main() -> None:
        async with asyncio.timeout(20):
            async with board() as host:
                client = await looking_on(host)
                await client.recv()
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()

    run(main())


ROUNDING_S = 1e-9


def test_a_queue_is_really_waited_in(run: Run) -> None:
    """Six at once where two are worked on at a time: three rounds of work, and none is begun before its turn."""
    work_s = 0.05

    async def main() -> None:
        async with serving({"serve": {"at_once": 2, "each": {"fixed_s": work_s}}}) as host:
            since_s = time.monotonic()

            async def asked() -> float:
                got, _ = await ask(host, request_bytes(Connection="close"))
                assert got.startswith(b"HTTP/1.1 200 OK")
                return time.monotonic() - since_s

            took_s = sorted(await asyncio.gather(*(asked() for _ in range(6))))
            for place, each_s in enumerate(took_s):
                assert each_s >= (1 + place // 2) * work_s - ROUNDING_S
            requests = [row for row in host.simulator.ledger.rows() if row["entry"] == "request"]
            assert sorted(row["queued_s"] > 0 for row in requests) == [False, False, True, True, True, True]
            # The machine's clock is large after some hours, and a difference of two of its instants is not exact.
            assert [row["asked_work_s"] for row in requests] == [pytest.approx(work_s, abs=ROUNDING_S)] * 6
            assert all(row["given_work_s"] >= work_s - ROUNDING_S for row in requests)
            begun_s = sorted(row["at_s"] + row["queued_s"] for row in requests)
            for begun, two_later in zip(begun_s, begun_s[2:], strict=False):
                # `at_s` is the host's instant, `queued_s` the engine's span: a busy machine lies between them.
                assert two_later - begun >= work_s / 2

    run(main())
