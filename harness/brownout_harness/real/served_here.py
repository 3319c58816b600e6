"""Which simulators serve on this machine: who starts them says so in a small file, who looks for them reads it.

The file is locked for as long as they serve, by the process that started them: one that nobody holds is of somebody who
was killed, and is taken away. It holds addresses and no credential, in a folder that is its user's alone.
"""

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from brownout_harness.real.served import Served

_numbers = count()


class Serving(NamedTuple):
    """Simulators that somebody has started."""

    what: str
    """`brownout up`, or the scenario of a run."""
    pid: int
    simulators: tuple[Served, ...]
    """Without their environments."""


def usual_folder() -> Path:
    """This user's."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"brownout-{os.getuid()}"


@contextmanager
def announced(what: str, simulators: Sequence[Served], folder: Path | None = None) -> Iterator[None]:
    """Have them found until this ends. Where nothing can be written, they are not found, and that is all."""
    folder = folder or usual_folder()
    file = None
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(folder):
            path = folder / f"{os.getpid()}-{next(_numbers)}.json"
            file = path.with_suffix(".new").open("w", encoding="utf-8")
            fcntl.flock(file, fcntl.LOCK_EX)  # before anybody can see it
            json.dump({"what": what, "pid": os.getpid(), "urls": {one.vendor: one.url for one in simulators}}, file)
            file.flush()
            path.with_suffix(".new").rename(path)
    try:
        yield
    finally:
        if file is not None:
            path.unlink(missing_ok=True)
            file.close()


def serving(folder: Path | None = None) -> list[Serving]:
    """All that serve now, in the order of their files' names."""
    folder = folder or usual_folder()
    try:
        if not _is_ours(folder):
            return []
        paths = sorted(folder.glob("*.json"))
    except OSError:
        return []
    return [found for path in paths if (found := _read(path)) is not None]


def _read(path: Path) -> Serving | None:
    try:
        with path.open(encoding="utf-8") as file:
            if _is_left(file.fileno()):
                path.unlink(missing_ok=True)
                return None
            told = json.load(file)
        urls = {str(name): str(url) for name, url in told["urls"].items()}
        return Serving(str(told["what"]), int(told["pid"]), tuple(Served(name, url) for name, url in urls.items()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # it ends just now, or is nothing of ours


def _is_left(file: int) -> bool:
    """Whether nobody holds it any more."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_ours(folder: Path) -> bool:
    """Nobody else can have put anything in it."""
    seen = folder.lstat()
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o077
