"""The Redis of a run as a process: started with the run, on loopback, empty, nothing on disk, stopped with the run."""

import contextlib
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_harness.problems import NotJudged
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Child, Processes, json_lines, wait_until
from brownout_harness.real.redis_choice import Redis

NAME: Final = "redis"
START_WITHIN_S: Final = 30.0
PORTS_TRIED: Final = 3
"""A free port may be somebody else's by the time the server has started."""


class RedisProcess:
    """What was chosen, started; or nothing, where the user runs it."""

    def __init__(self, redis: Redis, processes: Processes, *, scratch: Path, environment: Mapping[str, str]) -> None:
        """`scratch` is readable by this user only, and becomes the server's own folder. Returns at once."""
        self._redis = redis
        self._processes = processes
        self._scratch = scratch
        self._environment = environment
        self._port = 0
        self._child = None if redis.url else self._start()

    @property
    def child(self) -> Child | None:
        """The newest; None where the user runs it."""
        return self._child

    def again(self) -> Child:
        """Start it again where it was, empty. Returns at once. Raises `NotJudged`."""
        self._child = self._processes.start(NAME, self._command(), self._environment)
        return self._child

    def answers(self) -> bool:
        """Whether something does at its place."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1.0) as connection:
            connection.sendall(b"PING\r\n")
            return bool(connection.recv(16))
        return False

    def _start(self) -> Child:
        if self._redis.binary:
            self._port = free_port()
        return self._processes.start(NAME, self._command(), self._environment)

    def _command(self) -> list[str]:
        if not self._redis.binary:
            return [sys.executable, "-P", "-m", "brownout_harness.real.redis_server", "--port", str(self._port)]
        options: dict[str, Any] = {
            "port": self._port,
            "bind": "127.0.0.1",
            "protected-mode": "yes",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "dir": self._scratch,
        }
        return [self._redis.binary, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def wait(self) -> str:
        """Its URL, once it serves.

        Raises:
            NotJudged: it does not.
        """
        tried = 0
        while self._child is not None:
            try:
                return self._wait(self._child)
            except NotJudged:
                tried += 1
                if self._child.alive or not self._redis.binary or tried == PORTS_TRIED:
                    raise
                self._child = self._start()
        return self._redis.url

    def _wait(self, child: Child) -> str:
        url: str = wait_until(lambda: self._serving(child), child, time.monotonic() + START_WITHIN_S, "Redis")
        return url

    def _serving(self, child: Child) -> str:
        if not self._redis.binary:
            found = [str(line["redis"]) for line in json_lines(child.output)[0] if "redis" in line]
            self._port = urlsplit(found[0]).port or 0 if found else 0
            return found[0] if found else ""
        return f"redis://127.0.0.1:{self._port}/0" if _is_served_by(self._port, child.pid) else ""


def _is_served_by(port: int, pid: int) -> bool:
    """Whether this very process answers there, and not another one that was quicker."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
        connection.sendall(b"INFO server\r\n")
        told = b""
        while b"process_id:" not in told.rpartition(b"\r\n")[0]:
            part = connection.recv(4096)
            if not part:
                return False
            told += part
        return f"process_id:{pid}\r\n".encode() in told
    return False
