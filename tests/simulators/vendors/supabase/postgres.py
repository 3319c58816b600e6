"""A real PostgreSQL for tests: started for one of them, in a folder of its own, over a socket that is a file.

What is needed of its protocol is a few messages (postgresql.org/docs/15/protocol-message-formats): a start, a query,
rows as text, an error with its fields.
"""

import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.absent import absent

STARTS_WITHIN_S = 60.0
_FASTER = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB", "max_connections=5",
           "autovacuum=off", "listen_addresses=", "timezone=UTC", "lc_messages=C", "log_min_messages=log"]  # fmt: skip


class PostgresError(Exception):
    """What the server said no with."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(f"{fields['C']}: {fields['M']}")
        self.code = fields["C"]
        self.message = fields["M"]
        self.details = fields.get("D")


class Connection:
    """One connection; one query after the other."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(STARTS_WITHIN_S)
        self._socket.connect(path)
        self._pending = b""
        told = b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0"
        self._socket.sendall(struct.pack("!ii", len(told) + 8, 196_608) + told)
        self._answers()

    def ask(self, sql: str) -> list[tuple[str | None, ...]]:
        """The rows of the last statement in it, as texts. Raises `PostgresError`."""
        told = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!i", len(told) + 4) + told)
        return self._answers()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _answers(self) -> list[tuple[str | None, ...]]:
        rows: list[tuple[str | None, ...]] = []
        error: PostgresError | None = None
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"T":
                rows = []
            elif kind == b"E":
                fields = (part for part in body.split(b"\0") if part)
                error = PostgresError({part[:1].decode(): part[1:].decode() for part in fields})
            elif kind == b"Z":
                if error is not None:
                    raise error
                return rows

    def _message(self) -> tuple[bytes, bytes]:
        head = self._take(5)
        return head[:1], self._take(struct.unpack("!i", head[1:])[0] - 4)

    def _take(self, size: int) -> bytes:
        while len(self._pending) < size:
            more = self._socket.recv(65_536)
            assert more, "the server has gone"
            self._pending += more
        taken, self._pending = self._pending[:size], self._pending[size:]
        return taken


def _row(body: bytes) -> tuple[str | None, ...]:
    (count,), at = struct.unpack("!h", body[:2]), 2
    values: list[str | None] = []
    for _ in range(count):
        (size,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        values.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return tuple(values)


def _programs() -> Path | None:
    """Where `initdb` and `postgres` are; Debian keeps them off the path."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("postgres") is not None:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in versions), key=lambda path: int(path.parent.name), default=None)


def _user() -> dict[str, Any]:
    """As whom it runs: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    entry = next((entry for entry in pwd.getpwall() if entry.pw_name in {"postgres", "nobody"}), None)
    if entry is None:
        absent("PostgreSQL refuses to run as root, and there is no other user")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def postgres() -> Iterator[Connection]:
    """A server of its own, thrown away afterwards. Skips where there is none."""
    programs = _programs()
    if programs is None:
        absent("no PostgreSQL on this machine: apt-get install postgresql")
    user = _user()
    # A socket's path has room for about a hundred letters: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            os.chown(folder, user["user"], user["group"])
        data = f"{folder}/data"
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        made = [
            str(programs / "initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd="/", env=environment, **user)
        options = [word for option in _FASTER for word in ("-c", option)]
        command = [str(programs / "postgres"), "-D", data, "-k", folder, *options]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", env=environment, **user
        ) as server:
            try:
                assert server.stderr is not None
                said = next((line for line in server.stderr if "ready to accept connections" in line), "")
                assert said, "PostgreSQL has not started"
                connection = Connection(f"{folder}/.s.PGSQL.5432")
                yield connection
                connection.close()
            finally:
                server.send_signal(3)  # SIGQUIT: at once, for nothing of it is wanted any more
                server.wait(STARTS_WITHIN_S)
