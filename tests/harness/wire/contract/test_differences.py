"""Where ours differs from Toxiproxy on purpose: what each of them does, by name. One that becomes alike is red too."""

import json
import socket
import struct
import threading
import time
from typing import Any

import pytest

from tests.support.toxiproxies import (
    OURS,
    PLAIN,
    REAL,
    Behind,
    Toxiproxy,
    connect,
    ending,
    received,
    round_trip,
    running,
)

pytestmark = pytest.mark.real

UPSTREAM = "127.0.0.1:9"
STRUCK = "b"
"""A proxy whose first connection ours strikes, by its seed."""


def differs(server: Toxiproxy, seen: Any, *, ours: Any, theirs: Any) -> None:
    assert seen == (theirs if server.which == REAL else ours)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "slicer"},  # what follows ends the process of the real one when bytes come
        {"type": "slicer", "attributes": {"average_size": 10, "size_variation": 20}},
        {"type": "bandwidth", "attributes": {"rate": -1}},
        {"type": "latency", "attributes": {"jitter": 2**62}},
        {"type": "latency", "attributes": {"latency": -5}},
        {"type": "latency", "attributes": {"latancy": 5}},
        {"type": "latency", "toxicity": 1.5},
        {"type": "latency", "toxcity": 0.5},
    ],
    ids=json.dumps,
)
def test_what_makes_no_sense_is_refused(server: Toxiproxy, body: Any) -> None:
    server.proxy("a", 9)
    differs(server, server.call("POST", "/proxies/a/toxics", body).status, ours=400, theirs=200)


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", ":0"])
def test_proxies_listen_on_this_machine_only(server: Toxiproxy, listen: str) -> None:
    reply = server.call("POST", "/proxies", {"name": "a", "listen": listen, "upstream": UPSTREAM})
    differs(server, reply.status, ours=400, theirs=201)


def test_a_proxy_that_is_told_no_place_listens_on_this_machine_only(server: Toxiproxy) -> None:
    made = server.call("POST", "/proxies", {"name": "a", "upstream": UPSTREAM}).json
    differs(server, made["listen"].rpartition(":")[0], ours="127.0.0.1", theirs="[::]")


def test_proxies_lead_to_this_machine_only(server: Toxiproxy) -> None:
    reply = server.call("POST", "/proxies", {"name": "a", "listen": "127.0.0.1:0", "upstream": "192.0.2.1:80"})
    differs(server, reply.status, ours=400, theirs=201)


def test_toxics_are_taken_with_the_proxy(server: Toxiproxy) -> None:
    wanted = {"name": "a", "listen": "127.0.0.1:0", "upstream": UPSTREAM, "toxics": [{"type": "noop"}]}
    made = server.call("POST", "/proxies", wanted)
    populated = server.call("POST", "/populate", [{**wanted, "name": "b"}]).json["proxies"]
    differs(server, [len(each["toxics"]) for each in (made.json, *populated)], ours=[1, 1], theirs=[0, 0])


def test_populate_disables_what_is_there(server: Toxiproxy) -> None:
    server.proxy("a", 9)
    (there,) = server.call("GET", "/proxies").json.values()
    server.call("POST", "/populate", [{**there, "enabled": False}])
    differs(server, server.call("GET", "/proxies/a").json["enabled"], ours=False, theirs=True)


def test_populate_of_nothing_is_a_list(server: Toxiproxy) -> None:
    differs(server, server.call("POST", "/populate", []).json, ours={"proxies": []}, theirs={"proxies": None})


def test_a_name_with_a_slash_can_be_addressed(server: Toxiproxy) -> None:
    server.proxy("a/b", 9)
    differs(server, server.call("GET", "/proxies/a%2Fb").status, ours=200, theirs=404)


def test_a_refusal_says_that_it_is_json(server: Toxiproxy) -> None:
    said = server.call("GET", "/proxies/none").headers["Content-Type"]
    differs(server, said, ours="application/json", theirs="text/plain; charset=utf-8")


def test_a_foreign_name_for_this_machine_is_refused(server: Toxiproxy) -> None:
    differs(server, server.call("GET", "/proxies", headers={"Host": "evil.example"}).status, ours=403, theirs=200)


def test_reset_peer_resets_what_was_open(server: Toxiproxy, behind: Behind) -> None:
    with connect(server.proxy("a", behind.port)) as client:
        round_trip(client)
        server.toxic("a", "reset_peer")
        client.sendall(b"ping")
        differs(server, ending(client), ours="reset", theirs="eof")


def test_a_timeout_closes_who_goes_on_talking(server: Toxiproxy, behind: Behind) -> None:
    with connect(server.proxy("a", behind.port)) as client:
        round_trip(client)
        server.toxic("a", "timeout", timeout=500)
        client.settimeout(0.05)
        deadline_s = time.monotonic() + (1.2 if server.which == REAL else 20)
        end = "open"
        while end == "open" and time.monotonic() < deadline_s:
            client.sendall(b"x")
            end = ending(client)
        differs(server, end, ours="eof", theirs="open")


def test_who_is_struck_stays_struck_whatever_is_set_meanwhile(server: Toxiproxy, behind: Behind) -> None:
    with connect(server.proxy(STRUCK, behind.port)) as client:
        name = server.toxic(STRUCK, "latency", toxicity=0.5, latency=30)
        taken_s = []
        for _ in range(20):
            server.call("PATCH", f"/proxies/{STRUCK}/toxics/{name}", {})
            taken_s.append(round_trip(client))
        differs(server, min(taken_s) >= 0.03, ours=True, theirs=False)


def test_a_half_close_passes(server: Toxiproxy) -> None:
    def count(connection: socket.socket) -> None:
        total = 0
        while data := connection.recv(65536):
            total += len(data)
        connection.sendall(b"%d" % total)

    behind = Behind(count)
    with connect(server.proxy("a", behind.port)) as client:
        client.sendall(b"x" * 100)
        client.shutdown(socket.SHUT_WR)
        differs(server, received(client, 3), ours=b"100", theirs=b"")
    behind.close()


def test_a_reset_passes(server: Toxiproxy) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    behind = Behind(reset)
    with connect(server.proxy("a", behind.port)) as client:
        client.sendall(b"x")
        differs(server, ending(client), ours="reset", theirs="eof")
    behind.close()


@pytest.mark.parametrize("which", [OURS, PLAIN, REAL])
def test_a_server_that_does_not_answer_keeps_nobody_else_waiting(which: str) -> None:
    # Nobody accepts, and the queue is full: to connect takes until somebody does.
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(0)
    port = silent.getsockname()[1]
    filling = [socket.socket() for _ in range(4)]
    for each in filling:
        each.setblocking(False)
        each.connect_ex(("127.0.0.1", port))
    with running(which) as server, connect(server.proxy("a", port)):
        done = threading.Event()

        def disable() -> None:
            try:
                server.call("PATCH", "/proxies/a", {"enabled": False}, limit_s=0.5 if which == REAL else 20)
            except TimeoutError:
                return
            done.set()

        asking = threading.Thread(target=disable)
        asking.start()
        asking.join()
        differs(server, done.is_set(), ours=True, theirs=False)
    for each in (silent, *filling):
        each.close()


def test_the_seed_decides_whom_a_toxic_strikes(behind: Behind) -> None:
    def struck(which: str, seed: str) -> list[bool]:
        option = f"--seed={seed}" if which == OURS else f"-seed={seed}"
        with running(which, option) as server:
            port = server.proxy("a", behind.port)
            server.toxic("a", "limit_data", toxicity=0.5, bytes=0)
            seen = []
            for _ in range(40):
                with connect(port) as client:
                    client.sendall(b"ping")
                    seen.append(received(client, 4) == b"")
            return seen

    assert struck(OURS, "7") == struck(OURS, "7")
    assert struck(REAL, "7") != struck(REAL, "7")
