"""Virtual means closed: the real world, used from inside a virtual run, is an error, or is not the real one.

Otherwise one stray `time.time()` would make two runs of the same seed differ, and nobody would know why.

| what | from our own packages | from libraries |
| --- | --- | --- |
| sockets, threads, processes, `time.sleep` | an error | an error |
| clocks (`time`, `datetime.now`, `date.today`) | an error | the virtual clock |
| chance (`random`, `uuid`, `os.urandom`, `secrets`) | an error | seeded for the run |
| files | an error | may be read (imports, time zones), not written |

An error names who did what. The guard works through Python's audit hooks, which see what libraries do too, and by
replacing what has no audit event; it stands between `closed_world()`'s beginning and end, for the thread that runs
the loop. Other threads are left alone, and so is what a person sees of the run (`commands/`).
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any, Final, cast

from brownout_harness.virtual.chance import chance_from, seeded_module
from brownout_harness.virtual.clocks import clocks_from, virtual_now
from brownout_harness.virtual.guard import GUARD, STDLIB, Guard, NotVirtual, beyond, is_ours, refusal, replaced

__all__ = ["NotVirtual", "closed_world", "refusing"]

FORBIDDEN: Final = {
    "socket.connect": "connects a real socket",
    "socket.bind": "binds a real socket",
    "socket.sendto": "sends on a real socket",
    "socket.getaddrinfo": "looks up a real host",
    "subprocess.Popen": "starts a process",
    "os.fork": "forks",
    "os.posix_spawn": "starts a process",
}
# The same, for what has no audit event in every Python that is supported.
REPLACED: Final = (
    (threading.Thread, "start", "starts a thread"),
    (time, "sleep", "sleeps on the wall clock"),
)
CURES: Final = {
    "starts a thread": "an `async def` and an async client need none; else run it with --mode real",
    "sleeps on the wall clock": "await asyncio.sleep instead",
    "starts a process": "run it with --mode real",
    "connects a real socket": "use an async client, which asks the event loop for its connection",
    "looks up a real host": "use an async client, which asks the event loop for its connection",
}
"""What to do instead, where there is something."""
OPENERS: Final = frozenset({"pathlib", "io", "_pyio", "codecs", "os", "tempfile", "shutil", "gzip", "zipfile"})
"""Whoever asks these to open a file opens it."""
WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
COMPILED: Final = "__pycache__"
"""Whoever imports writes compiled modules down here, and whether it does changes nothing else: Python itself, and those
that change modules on their way in, as pytest does."""


@contextmanager
def closed_world(*, epoch_s: float = 0.0, seed: int = 0) -> Iterator[None]:
    """Inside, the running thread has this world only: its loop's clock, from `epoch_s` on, and what `seed` decides.

    Not reentrant.

    Raises:
        NotVirtual: at the call that reached out.
    """
    _install()
    places = {(owner, name): refusing(getattr(owner, name), deed) for owner, name, deed in REPLACED}
    with replaced({**places, **clocks_from(epoch_s), **chance_from(seed)}), virtual_now(epoch_s), seeded_module(seed):
        GUARD.forget()
        GUARD.thread = threading.get_ident()
        try:
            yield
        finally:
            GUARD.thread = None


@cache
def _install() -> None:
    """Once per process: a hook cannot be removed, only switched."""
    sys.addaudithook(_hear)


def _hear(
    event: str, arguments: tuple[Any, ...], forbidden: Mapping[str, str] = FORBIDDEN, guard: Guard = GUARD
) -> None:
    # Of its own it knows what it needs: it hears of the interpreter's end, too, when a module's names are gone.
    if event in forbidden and guard.is_closed:
        raise refusal(_outside(sys._getframe(1)), forbidden[event], CURES.get(forbidden[event], ""))
    if event == "open" and guard.is_closed:
        _opening(sys._getframe(1), *arguments)


def _opening(frame: FrameType, path: object, _mode: object, flags: object) -> None:
    if isinstance(path, int) or _is_compiled(os.fsdecode(cast("str", path))):  # or a file that is open already
        return
    opener = beyond(frame, OPENERS)
    if is_ours(opener):
        raise refusal(opener, "opens a file")
    writes = isinstance(flags, int) and flags & WRITING
    if writes and opener is not None:
        raise refusal(_outside(opener), "writes a file")


def _is_compiled(path: str) -> bool:
    return COMPILED in path or (sys.pycache_prefix is not None and path.startswith(sys.pycache_prefix))


def _outside(frame: FrameType | None) -> FrameType | None:
    """The innermost place outside the standard library, for it is the one that can be mended."""
    return beyond(frame, STDLIB) or frame


def refusing(original: Callable[..., Any], deed: str) -> Callable[..., Any]:
    """What stands in for a function that a closed world has not."""

    def call(*arguments: Any, **options: Any) -> Any:
        if GUARD.is_closed:
            raise refusal(_outside(sys._getframe(1)), deed, CURES.get(deed, ""))
        return original(*arguments, **options)

    return call
