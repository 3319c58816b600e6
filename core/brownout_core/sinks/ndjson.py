"""Events as lines of JSON in a file that the kernel holds: what was said survives the death of who said it.

One `write` per event on a file opened for appending: no buffer to lose, and several processes may share the file
(appends of this size are not torn on a local file system).
"""

import os
from pathlib import Path

import orjson

from brownout_core.errors import ConfigError
from brownout_core.telemetry import Event


class NdjsonSink:
    """Appends each event as one JSON object with the fields of `Event`. Never raises; `dropped` counts what could
    not be written."""

    def __init__(self, path: str | Path) -> None:
        """Raises `ConfigError` where the file cannot be opened."""
        self.dropped = 0
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(f"telemetry cannot be written to {path}: {error.strerror}") from error

    def __call__(self, event: Event) -> None:
        try:
            os.write(self._handle, orjson.dumps(event._asdict(), option=orjson.OPT_APPEND_NEWLINE))
        except OSError:
            self.dropped += 1

    def close(self) -> None:
        """Close the file. Idempotent; events that come later are dropped."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
