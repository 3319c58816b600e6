"""What both servers do to bytes. Never more is claimed of a duration than that it is at least as long."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.toxiproxies import Behind, Toxiproxy, answers, connect, ending, received, round_trip

pytestmark = pytest.mark.real

BULK = bytes(range(256)) * 400
EARLY_S = 0.002
"""Toxiproxy's timers may be a little early."""


@pytest.fixture
def port(server: Toxiproxy, behind: Behind) -> int:
    return server.proxy("a", behind.port)


@pytest.fixture
def client(port: int) -> Iterator[socket.socket]:
    """Open before a toxic is set."""
    with connect(port) as made:
        round_trip(made)
        yield made


def test_bytes_pass_in_both_directions_and_in_order(client: socket.socket) -> None:
    round_trip(client, BULK)


def test_a_server_that_speaks_first_is_heard(server: Toxiproxy) -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"hello")
        connection.recv(1)

    behind = Behind(greet)
    port = server.proxy("b", behind.port)
    for _ in range(20):
        with connect(port) as made:
            assert received(made, 5) == b"hello"
    behind.close()


def test_who_is_not_read_from_has_to_wait(server: Toxiproxy) -> None:
    said: list[int] = []
    is_over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            while sum(said) < 2**26:
                said.append(connection.send(BULK))
        is_over.set()

    behind = Behind(talk)
    with connect(server.proxy("b", behind.port)):
        assert is_over.wait(20)
    behind.close()
    assert sum(said) < 2**26, "64 MiB went to somebody who read nothing"


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_latency_on_an_open_connection_and_on_a_new_one(
    server: Toxiproxy, port: int, client: socket.socket, stream: str
) -> None:
    name = server.toxic("a", "latency", stream=stream, latency=60)
    with connect(port) as another:
        assert min(round_trip(client), round_trip(another)) >= 0.06 - EARLY_S
    server.call("DELETE", f"/proxies/a/toxics/{name}")
    round_trip(client)


def test_latencies_add(server: Toxiproxy, client: socket.socket) -> None:
    server.toxic("a", "latency", stream="upstream", latency=30)
    server.toxic("a", "latency", latency=30)
    server.call("POST", "/proxies/a/toxics", {"name": "more", "type": "latency", "attributes": {"latency": 30}})
    assert round_trip(client) >= 0.09 - 3 * EARLY_S


def test_bandwidth(server: Toxiproxy, client: socket.socket) -> None:
    server.toxic("a", "bandwidth", rate=400)
    assert round_trip(client, BULK) >= len(BULK) / 400_000 * 0.95


def test_at_bandwidth_0_nothing_comes_until_it_is_raised(server: Toxiproxy, client: socket.socket) -> None:
    server.toxic("a", "bandwidth", rate=0)
    client.sendall(b"ping")
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(10)
    server.call("POST", "/proxies/a/toxics/bandwidth_downstream", {"attributes": {"rate": 1000}})
    assert received(client, 4) == b"ping"


def test_slow_close_delays_the_end_only(server: Toxiproxy, client: socket.socket) -> None:
    server.toxic("a", "slow_close", delay=100)
    round_trip(client)
    began_s = time.monotonic()
    client.shutdown(socket.SHUT_WR)
    assert ending(client) == "eof"
    assert time.monotonic() - began_s >= 0.1 - EARLY_S


def test_a_timeout_closes_who_is_silent(server: Toxiproxy, client: socket.socket) -> None:
    began_s = time.monotonic()
    server.toxic("a", "timeout", timeout=100)
    assert ending(client) == "eof"
    assert time.monotonic() - began_s >= 0.1 - EARLY_S


def test_a_timeout_of_0_lets_nothing_pass_and_closes_when_it_is_removed(
    server: Toxiproxy, client: socket.socket
) -> None:
    name = server.toxic("a", "timeout", timeout=0)
    client.sendall(b"ping")
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(10)
    server.call("DELETE", f"/proxies/a/toxics/{name}")
    assert ending(client) == "eof"


@pytest.mark.parametrize("timeout", [0, 100])
def test_reset_peer_resets_a_new_connection(server: Toxiproxy, port: int, timeout: int) -> None:
    server.toxic("a", "reset_peer", timeout=timeout)
    with connect(port) as made:
        began_s = time.monotonic()
        made.sendall(b"ping")
        assert ending(made) == "reset"
        assert time.monotonic() - began_s >= timeout / 1000 - EARLY_S


def test_slices_come_one_by_one_and_whole(server: Toxiproxy, client: socket.socket) -> None:
    server.toxic("a", "slicer", average_size=250, size_variation=50, delay=100_000)
    began_s = time.monotonic()
    client.sendall(BULK[:1000])
    first = client.recv(65536)
    assert 0 < len(first) < 1000
    assert first + received(client, 1000 - len(first)) == BULK[:1000]
    assert time.monotonic() - began_s >= 0.2


@pytest.mark.parametrize("limit", [0, 100])
def test_limit_data_passes_so_many_bytes_and_closes(server: Toxiproxy, port: int, limit: int) -> None:
    server.toxic("a", "limit_data", bytes=limit)
    with connect(port) as made:
        made.sendall(BULK[:150])
        assert received(made, 150) == BULK[:limit]


def test_a_toxicity_of_0_strikes_no_connection(server: Toxiproxy, port: int, client: socket.socket) -> None:
    server.toxic("a", "timeout", toxicity=0, timeout=0)
    with connect(port) as another:
        round_trip(client)
        round_trip(another)


def test_a_toxicity_between_strikes_some_connections(server: Toxiproxy, port: int) -> None:
    server.toxic("a", "limit_data", toxicity=0.5, bytes=0)
    struck = 0
    for _ in range(40):
        with connect(port) as made:
            made.sendall(b"ping")
            struck += received(made, 4) == b""
    assert 5 < struck < 35


def test_down_closes_what_is_open_and_refuses_the_rest(server: Toxiproxy, port: int, client: socket.socket) -> None:
    server.call("POST", "/proxies/a", {"enabled": False})
    assert ending(client) in {"eof", "reset"}
    assert not answers(port)
    server.call("POST", "/proxies/a", {"enabled": True})
    with connect(port) as another:
        round_trip(another)


def test_a_server_that_is_not_there_ends_the_connection(server: Toxiproxy) -> None:
    with connect(server.proxy("b", 9)) as made:
        assert ending(made) == "eof"


def test_nothing_is_lost_while_toxics_come_and_go(server: Toxiproxy, client: socket.socket) -> None:
    for _ in range(5):
        client.sendall(BULK)
        name = server.toxic("a", "latency", latency=20, jitter=20)
        server.call("PATCH", f"/proxies/a/toxics/{name}", {"attributes": {"latency": 5}})
        server.toxic("a", "bandwidth", stream="upstream", rate=100_000)
        server.call("DELETE", f"/proxies/a/toxics/{name}")
        server.call("DELETE", "/proxies/a/toxics/bandwidth_upstream")
        assert received(client, len(BULK)) == BULK
