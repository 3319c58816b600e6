"""Dead letters in a plain file, for as long as their store is down: one JSON object per line, fsynced each.

    letters.spill               what was set aside meanwhile
    letters.spill.draining      what is being moved into the store; a crash in between loses nothing
    letters.spill.unreadable-*  lines that are whole and that nobody could read: they were acknowledged, so they stay

Only a last line without its newline is dropped: a crash tore it before it was acknowledged.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from brownout_core.errors import ConfigError
from brownout_core.records import BEFORE, DeadLetter, StoreUnavailable
from brownout_core.rows import from_line, to_line


class SpillFile:
    """An append-only file beside the store. For one process at a time; every method blocks briefly."""

    def __init__(self, path: str | Path, *, limit_bytes: int = 64 * 1024 * 1024) -> None:
        """Beyond `limit_bytes` it is full, and says so: what cannot be kept must not be acknowledged."""
        if limit_bytes < 1:
            raise ConfigError(f"limit_bytes must be >= 1, got {limit_bytes}")
        self._path = Path(path)
        self._draining = self._path.with_name(self._path.name + ".draining")
        self._limit_bytes = limit_bytes
        self._unreadable: list[bytes] = []

    def append(self, letter: DeadLetter) -> None:
        """Keep `letter`; on return it would survive a power cut. Raises `StoreUnavailable`."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self._write(handle, to_line(letter))
            finally:
                os.close(handle)
        except OSError as error:
            raise StoreUnavailable(f"the spill file cannot be written: {error.strerror}") from error

    def _write(self, handle: int, line: bytes) -> None:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            # A crash tore the last line, so nobody was told that it is kept; what comes now must not be joined to it.
            size = _whole_lines(os.pread(handle, size, 0))
            os.ftruncate(handle, size)
        if size + len(line) > self._limit_bytes:
            raise StoreUnavailable(f"the spill file has reached its {self._limit_bytes} bytes")
        if os.write(handle, line) != len(line):
            os.ftruncate(handle, size)
            raise StoreUnavailable("the spill file cannot be written: there is no room for the whole letter")
        os.fsync(handle)
        if not size:
            _sync_folder(self._path.parent)  # a new file's name has to survive, too

    def take(self) -> Sequence[DeadLetter]:
        """What is in the file. It stays on disk until `drained`; a crash in between loses nothing."""
        try:
            if not self._draining.exists():
                if not self._path.exists():
                    return []
                self._path.replace(self._draining)
            data = self._draining.read_bytes()
        except OSError as error:
            raise StoreUnavailable(f"the spill file cannot be read: {error.strerror}") from error
        letters: list[DeadLetter] = []
        self._unreadable = []
        for line in data[: _whole_lines(data)].splitlines(keepends=True):
            try:
                letters.append(_letter(line))
            except ValueError:
                self._unreadable.append(line)
        return letters

    def drained(self) -> None:
        """What was taken is safe elsewhere. What could not be read is kept aside. Raises `StoreUnavailable`."""
        try:
            if self._unreadable:
                self._keep_aside(b"".join(self._unreadable))
                self._unreadable = []
            self._draining.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the spill file cannot be emptied: {error.strerror}") from error

    def _keep_aside(self, lines: bytes) -> None:
        # Named for its content: never overwritten, and the same lines are not kept twice after a crash in between.
        digest = hashlib.sha256(lines).hexdigest()[:12]
        aside = self._path.with_name(f"{self._path.name}.unreadable-{digest}")
        if aside.exists() and aside.read_bytes() == lines:
            return
        half = aside.with_name(aside.name + ".half")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if os.write(handle, lines) != len(lines):
                raise StoreUnavailable(f"{half} cannot be written: there is no room for lines that cannot be read")
            os.fsync(handle)
        finally:
            os.close(handle)
        half.replace(aside)
        _sync_folder(aside.parent)

    def check(self) -> None:
        """Raises `StoreUnavailable` where lines were kept aside: somebody has to read them, and then move the file."""
        aside = sorted(self._path.parent.glob(f"{self._path.name}.unreadable-*"))
        if aside:
            raise StoreUnavailable(f"dead letters that cannot be read are kept in {aside[0]}")


def _whole_lines(data: bytes) -> int:
    """The length of `data` up to and with its last newline."""
    return data.rfind(b"\n") + 1


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _letter(line: bytes) -> DeadLetter:
    values = orjson.loads(line)
    if not isinstance(values, dict):
        raise ValueError("not an object")  # noqa: TRY004 - as for everything else that makes a line unreadable
    return from_line(DeadLetter, _in_todays_words(values))


def _in_todays_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """A line that an earlier version may have left behind."""
    renamed = {BEFORE.columns.get(name, name): value for name, value in values.items()}
    state = renamed.get("state")
    return {**renamed, "state": BEFORE.states.get(str(state), state)}
