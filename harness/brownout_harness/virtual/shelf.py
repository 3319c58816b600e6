"""Bytes by key, in a file: kept for the length of a run, hardly ever looked at, and not to take any memory."""

import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

PUT = "INSERT OR REPLACE INTO shelf VALUES (?, ?)"
GET = "SELECT packed FROM shelf WHERE key = ?"


class FileShelf:
    """In a file of its own. For one thread."""

    def __init__(self, folder: Path) -> None:
        """Before a virtual world is closed: `folder` is real."""
        with tempfile.NamedTemporaryFile(prefix="shelf-", dir=folder, delete=False) as file:
            self._rows = sqlite3.connect(file.name, isolation_level=None)
        # Nobody reads the file after this process: it need not survive anything.
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("CREATE TABLE shelf (key TEXT PRIMARY KEY, packed BLOB) WITHOUT ROWID")
        self._is_empty = True

    def put(self, packed: Mapping[str, bytes]) -> None:
        """Keep these; what is there under one of the keys is replaced."""
        self._is_empty = False
        self._rows.execute("BEGIN")
        self._rows.executemany(PUT, packed.items())
        self._rows.execute("COMMIT")

    def get(self, key: str) -> bytes | None:
        """What was put there; None: nothing."""
        if self._is_empty:
            return None
        found: tuple[bytes] | None = self._rows.execute(GET, (key,)).fetchone()
        return None if found is None else found[0]

    def close(self) -> None:
        """The file stays; it belongs to whoever owns the folder."""
        self._rows.close()
