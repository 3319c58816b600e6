"""Toxiproxy twice, ours and the real one, each as a process; and what stands behind a proxy in a test."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.absent import absent, unpublished

ROOT: Final = Path(__file__).parents[2]
LIMIT_S: Final = 20.0
OURS: Final = "ours"
PLAIN: Final = "ours-on-asyncio"
"""The bare package has no uvloop."""
REAL: Final = "toxiproxy"


def find_binary() -> str | None:
    """The real server: on PATH, or as `make tools` has built it."""
    built = ROOT / ".tools" / "toxiproxy-server"
    return shutil.which("toxiproxy-server") or (str(built) if built.is_file() else None)


def binary() -> str:
    """The same. The test that asks is skipped where there is none."""
    return find_binary() or (absent if shutil.which("go") else unpublished)(
        "no toxiproxy-server here: `make tools` builds one where Go is"
    )


@dataclass(frozen=True)
class Reply:
    """What the API answered."""

    status: int
    body: bytes
    headers: Any

    @property
    def json(self) -> Any:
        """Without what the real one shows of its own logger."""
        return _without_logger(json.loads(self.body))


def _without_logger(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_logger(each) for key, each in value.items() if key != "Logger"}
    return [_without_logger(each) for each in value] if isinstance(value, list) else value


@dataclass
class Toxiproxy:
    """One that runs."""

    which: str
    url: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        limit_s: float = LIMIT_S,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A request; `body` as JSON, or as it is where it is bytes."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, dict(headers or {}), method=method)  # noqa: S310 - of this test
        try:
            with urllib.request.urlopen(request, timeout=limit_s) as answer:  # noqa: S310 - the same
                return Reply(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.read(), error.headers)

    def proxy(self, name: str, upstream: int, **fields: Any) -> int:
        """A new one to this port; where it listens."""
        wanted = {"name": name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{upstream}", **fields}
        reply = self.call("POST", "/proxies", wanted)
        assert reply.status == 201, reply
        return port_of(reply.json["listen"])

    def toxic(
        self, proxy: str, type_: str, *, toxicity: float = 1.0, stream: str = "downstream", **attributes: Any
    ) -> str:
        """A new one; its name."""
        body = {"type": type_, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        reply = self.call("POST", f"/proxies/{proxy}/toxics", body)
        assert reply.status == 200, reply
        return str(reply.json["name"])

    def clear(self) -> None:
        """No proxies any more."""
        for name in self.call("GET", "/proxies").json:
            self.call("DELETE", f"/proxies/{name}")


def port_of(address: str) -> int:
    """Of host:port."""
    return int(address.rpartition(":")[2])


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(which: str, *options: str) -> Iterator[Toxiproxy]:
    """A server with its metrics on, until it is left."""
    port = free_port()
    if which == REAL:
        command = [binary(), "-port", str(port), "-host", "127.0.0.1", "-proxy-metrics"]
    else:
        without = "import sys; sys.modules['uvloop'] = None; " if which == PLAIN else ""
        entry = f"{without}from brownout_harness.cli import main; main()"
        command = [sys.executable, "-c", entry, "toxiproxy", "--port", str(port), "--proxy-metrics"]
    environment = {**os.environ, "LOG_LEVEL": "error"}
    process = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(port))
        yield Toxiproxy(which, f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(LIMIT_S)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Look again and again."""
    deadline_s = time.monotonic() + limit_s
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline_s, "not in time"
        pause.wait(0.01)


class Behind:
    """A server for tests: what each connection does is a function of its socket, on a thread of its own."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._serve(connection)
            except OSError:
                return

    def close(self) -> None:
        """No more of them."""
        self._listener.close()


def echo(connection: socket.socket) -> None:
    """Everything comes back; the end too."""
    while data := connection.recv(65536):
        connection.sendall(data)


def connect(port: int) -> socket.socket:
    """A client."""
    client = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def received(client: socket.socket, count: int) -> bytes:
    """So many bytes, or as many as come before the end."""
    data = b""
    while len(data) < count and (more := client.recv(count - len(data))):
        data += more
    return data


def round_trip(client: socket.socket, data: bytes = b"ping") -> float:
    """What it takes to say it and to hear it, in seconds."""
    began_s = time.monotonic()
    client.sendall(data)
    assert received(client, len(data)) == data
    return time.monotonic() - began_s


def ending(client: socket.socket) -> str:
    """How the connection ends: `eof` or `reset`; `open` if it does not within a while."""
    try:
        while client.recv(65536):
            pass
    except ConnectionResetError:
        return "reset"
    except TimeoutError:
        return "open"
    return "eof"
