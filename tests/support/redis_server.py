"""Redis for tests: an embedded fake over TCP, and the machine's own `redis-server` on a free port."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakeredis import TcpFakeServer

from tests.support.absent import absent

STARTS_WITHIN_S = 10.0


@contextmanager
def fake_redis() -> Iterator[str]:
    """An embedded Redis that speaks TCP; yields its URL."""
    server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def redis_binary() -> str | None:
    """Where the machine's `redis-server` is, if it has one."""
    return shutil.which("redis-server") or shutil.which("redis-server", path="/usr/sbin:/usr/local/sbin:/opt/bin")


@contextmanager
def real_redis(folder: Path) -> Iterator[str]:
    """The machine's `redis-server`, without persistence; yields its URL. Skips where there is none."""
    binary = redis_binary()
    if binary is None:
        absent("no redis-server on this machine: apt-get install redis-server")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen([*command, "--dir", str(folder)], stdout=log, stderr=log)
    try:
        wait_for_port(port, process)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once something answers on `port`; fail when the process ends first, or after a while."""
    give_up_s = time.monotonic() + STARTS_WITHIN_S
    pause = threading.Event()
    while time.monotonic() < give_up_s:
        assert process.poll() is None, f"redis-server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            pause.wait(0.02)
        else:
            return
    pytest.fail(f"redis-server did not answer on port {port} within {STARTS_WITHIN_S} s")
