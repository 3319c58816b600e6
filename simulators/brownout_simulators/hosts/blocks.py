"""A ledger's packed blocks on disk: the books of a long run take next to no memory."""

import os
import tempfile
from array import array


class FileBlocks:
    """In a temporary file without a name, which is gone with the process, however that ends."""

    rows_limit = 50_000_000

    def __init__(self, folder: str | None = None) -> None:
        """`folder` must have room: about 130 bytes a row. The system's own for temporary files, without it."""
        self._file = tempfile.TemporaryFile(prefix="brownout-ledger-", dir=folder, buffering=0)  # noqa: SIM115  see close
        self._ends: array[int] = array("Q", [0])

    def append(self, block: bytes) -> None:
        """Raises `OSError` where there is no room; then nothing was added."""
        start = self._ends[-1]
        done = 0
        while done < len(block):
            done += os.pwrite(self._file.fileno(), block[done:], start + done)
        self._ends.append(start + len(block))

    def read(self, number: int) -> bytes:
        start, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - start, start)

    def forget(self, upto: int) -> None:
        """Nothing: a file that has grown costs no memory."""

    def clear(self) -> None:
        self._ends = array("Q", [0])
        self._file.truncate(0)

    def close(self) -> None:
        """Give the room back before the process ends."""
        self._file.close()
