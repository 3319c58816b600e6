"""The process of proxies by itself: it knows its schedule, keeps books, and says what it could not do."""

import contextlib
import json
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.faults.linked import Linked
from tests.support.processes import eventually

pytestmark = pytest.mark.real

RULE = Linked(
    id="bad.0", kind="latency", parameters={"fixed_s": 0.1}, stream="downstream", share=1.0, start_s=0.0, end_s=60.0
)


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while data := self.request.recv(4096):
                self.request.sendall(data)


@pytest.fixture(scope="module")
def upstream() -> Iterator[tuple[str, int]]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[0], server.server_address[1]  # type: ignore[misc]
        server.shutdown()


def begun(folder: Path, upstream: tuple[str, int], *rules: Linked, port: int = 0) -> subprocess.Popen[str]:
    link = {"name": "a-to-b", "port": port, "upstream": upstream, "rules": [rule.as_json() for rule in rules]}
    (folder / "plan").write_text(json.dumps({"seed": 1, "links": [link]}))
    files = [f"--{name}={folder / name}" for name in ("plan", "start", "books")]
    command = [sys.executable, "-P", "-m", "brownout_harness.real.link_process", *files]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    told: dict[str, Any] = json.loads((folder / "books").read_text())
    return told


def test_it_acts_its_schedule_out_and_tells_which_connection_was_struck(
    tmp_path: Path, upstream: tuple[str, int]
) -> None:
    process = begun(tmp_path, upstream, RULE)
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["links"]["a-to-b"]
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"before")
        assert client.recv(100) == b"before"
        start_at_s = time.monotonic()
        (tmp_path / "start").write_text(repr(start_at_s))

        def is_slow() -> bool:
            began_s = time.monotonic()
            client.sendall(b"again")
            assert client.recv(100) == b"again"
            return time.monotonic() - began_s >= 0.1

        eventually(is_slow)
    told = ended(process, tmp_path)
    assert 0.0 <= told["acted"]["a-to-b"]["began_s"]["bad.0"] < 20.0
    (passage,) = told["passages"]
    assert (passage["proxy"], passage["connection"], told["forgotten"]) == ("a-to-b", 1, 0)
    (strike,) = passage["strikes"]
    assert (strike["toxic"], strike["stream"]) == ("bad.0", "downstream")
    assert start_at_s <= strike["first_s"] <= time.monotonic()


def test_a_run_that_never_begins_leaves_books_in_which_nothing_was_done(
    tmp_path: Path, upstream: tuple[str, int]
) -> None:
    process = begun(tmp_path, upstream, RULE)
    assert process.stdout is not None
    assert "links" in json.loads(process.stdout.readline())
    assert ended(process, tmp_path) == {"passages": [], "forgotten": 0, "acted": {}}


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, upstream: tuple[str, int]) -> None:
    process = begun(tmp_path, upstream, port=upstream[1])
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (2, "links: Address already in use\n")
