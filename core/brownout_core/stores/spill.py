"""Dead letters in a plain file, for as long as their store is down: one JSON object per line, fsynced each."""

import base64
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from brownout_core.errors import ConfigError
from brownout_core.records import DeadLetter, LetterState, StoreUnavailable


class SpillFile:
    """An append-only file beside the store. For one process at a time; every method blocks briefly."""

    def __init__(self, path: str | Path, *, limit_bytes: int = 64 * 1024 * 1024) -> None:
        """Beyond `limit_bytes` it is full, and says so: what cannot be kept must not be acknowledged."""
        if limit_bytes < 1:
            raise ConfigError(f"limit_bytes must be >= 1, got {limit_bytes}")
        self._path = Path(path)
        self._draining = self._path.with_name(self._path.name + ".draining")
        self._limit_bytes = limit_bytes

    def append(self, letter: DeadLetter) -> None:
        """Keep `letter`; on return it would survive a power cut. Raises `StoreUnavailable`."""
        line = orjson.dumps({**asdict(letter), "payload": base64.b64encode(letter.payload).decode()}) + b"\n"
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self._write(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            raise StoreUnavailable(f"the spill file cannot be written: {error.strerror}") from error

    def _write(self, handle: int, line: bytes) -> None:
        size = os.fstat(handle).st_size
        if size + len(line) > self._limit_bytes:
            raise StoreUnavailable(f"the spill file has reached its {self._limit_bytes} bytes")
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line  # a crash tore the last line: what comes now must not be joined to it
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
            lines = self._draining.read_bytes().splitlines()
        except OSError as error:
            raise StoreUnavailable(f"the spill file cannot be read: {error.strerror}") from error
        return [letter for line in lines if (letter := _letter(line)) is not None]

    def drained(self) -> None:
        """What was taken is safe elsewhere."""
        self._draining.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _letter(line: bytes) -> DeadLetter | None:
    try:
        values = orjson.loads(line)
        values["payload"] = base64.b64decode(values["payload"])
        values["state"] = LetterState(values["state"])
        return DeadLetter(**values)
    except (ValueError, TypeError, KeyError):
        return None  # the torn last line of a crash: it was never acknowledged
