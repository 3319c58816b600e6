"""Bytes by key, in a file: kept for the length of a run, hardly ever looked at, and not to take any memory."""

import sqlite3
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

PUT = "INSERT OR REPLACE INTO shelf VALUES (?, ?, ?)"
GET = "SELECT packed FROM shelf WHERE shelf = ? AND key = ?"
COPY = "INSERT INTO shelf SELECT ?, key, packed FROM shelf WHERE shelf = ?"


class FileShelf:
    """In a file of its own. For one thread."""

    def __init__(self, folder: Path) -> None:
        """Before a virtual world is closed: `folder` is real."""
        with tempfile.NamedTemporaryFile(prefix="shelf-", dir=folder, delete=False) as file:
            self._rows = sqlite3.connect(file.name, isolation_level=None)
        # Nobody reads the file after this process: it need not survive anything.
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA synchronous = OFF")
        columns = "shelf INTEGER, key TEXT, packed BLOB, PRIMARY KEY (shelf, key)"
        self._rows.execute(f"CREATE TABLE shelf ({columns}) WITHOUT ROWID")
        self._numbers = count(1)
        self._number = 0
        self._is_empty = True

    def another(self) -> Self:
        """An empty one in the same file, for as long as that is open."""
        shelf = type(self).__new__(type(self))
        shelf._rows, shelf._numbers = self._rows, self._numbers
        shelf._number, shelf._is_empty = next(self._numbers), True
        return shelf

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """One that holds the same, in the same file."""
        shelf = self.another()
        self._rows.execute(COPY, (shelf._number, self._number))
        shelf._is_empty = self._is_empty
        return shelf

    def put(self, packed: Mapping[str, bytes]) -> None:
        """Keep these; what is there under one of the keys is replaced."""
        self._is_empty = False
        self._rows.execute("BEGIN")
        self._rows.executemany(PUT, ((self._number, key, value) for key, value in packed.items()))
        self._rows.execute("COMMIT")

    def get(self, key: str) -> bytes | None:
        """What was put there; None: nothing."""
        if self._is_empty:
            return None
        found: tuple[bytes] | None = self._rows.execute(GET, (self._number, key)).fetchone()
        return None if found is None else found[0]

    def close(self) -> None:
        """The file stays; it belongs to whoever owns the folder."""
        self._rows.close()
