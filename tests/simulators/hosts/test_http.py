"""The host on sockets: what is really on the wire."""

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.hosts.http import HttpHost, PortTaken
from tests.simulators.hosts.conftest import Run
from tests.simulators.serving import Raw, ask, eventually, request_bytes, serving
from tests.simulators.toy import TILL

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


def test_a_whole_stream_arrives_in_chunks_and_keeps_the_connection(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            raw = Raw(host)
            await raw.send(request_bytes("GET", "/v1/stream"))
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
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 200), (None, 200)]
)
def test_a_page_of_another_site_cannot_break_things(run: Run, origin: str | None, status: int) -> None:
    headers = {"Connection": "close"} | ({"Origin": origin} if origin is not None else {})
    got, _, _ = once(run, data=request_bytes("POST", "/_brownout/reset", {}, **headers))
    assert got.startswith(f"HTTP/1.1 {status}".encode())


def test_a_body_beyond_the_limit_is_refused_and_the_simulator_never_sees_it(run: Run) -> None:
    got, _, rows = once(run, data=request_bytes(body=b"x" * 5_000, Connection="close"), body_limit=1_000)
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
        async with serving({"latency": {"fixed_s": 0.05}}) as host:
            leaver, *patient = [Raw(host) for _ in range(5)]
            await leaver.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 1)
            for raw in patient:
                await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 5)
            # The loop is kept busy until the answers are due: it finds the timer's tick and the disconnect in one turn.
            due_s = time.monotonic() + 0.05
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
        async with serving({"latency": {"fixed_s": 0.3}}) as host:
            started_s = time.monotonic()
            answers = await asyncio.gather(*(ask(host, request_bytes(Connection="close")) for _ in range(100)))
            assert all(got.startswith(b"HTTP/1.1 200") for got, _ in answers)
            # One after the other they would take half a minute; ten times the latency is a machine in trouble.
            assert time.monotonic() - started_s < 3.0

    run(main())


def test_stopping_ends_what_hangs(run: Run) -> None:
    async def main() -> None:
        raw: Raw | None = None
        async with serving({"hang": {}}) as host:
            raw = Raw(host)
            await raw.send(request_bytes())
            await eventually(lambda: host.simulator.in_flight == 1)
        with contextlib.suppress(EOFError, ConnectionResetError):
            await raw.to_the_end()
        raw.close()

    run(main())
