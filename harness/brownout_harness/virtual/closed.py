"""Virtual means closed: a real socket, thread, process or clock, used from inside a virtual run, is an error.

Otherwise one stray `time.time()` would make two runs of the same seed differ, and nobody would know why. The guard
works through Python's audit hooks, which see what libraries do too, and stands only between `closed_world()`'s
beginning and end, only for the thread that runs the loop. What has no audit event is replaced
meanwhile; clocks only for callers inside the packages that must be deterministic, for others may time themselves.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

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
CLOCKS: Final = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
DETERMINISTIC: Final = ("brownout_core", "brownout_simulators", "brownout_harness.virtual")


class NotVirtual(RuntimeError):
    """Something inside a virtual run reached for the real world. The message names who did what."""


class _Guard:
    """The one audit hook of the process: hooks cannot be removed, so it is installed once and switched."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.installed = False

    def install(self) -> None:
        if not self.installed:
            sys.addaudithook(self._hear)
            self.installed = True

    def _hear(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.thread is not None and event in FORBIDDEN and threading.get_ident() == self.thread:
            raise NotVirtual(f"{_caller(sys._getframe(1))} {FORBIDDEN[event]} in virtual time")


_GUARD: Final = _Guard()


@contextmanager
def closed_world() -> Iterator[None]:
    """Inside, the running thread may touch neither sockets, threads, processes nor (from our packages) clocks.

    Not reentrant. Other threads of the process are left alone.

    Raises:
        NotVirtual: at the call that reached out.
    """
    _GUARD.install()
    originals: list[tuple[Any, str, Any]] = [(time, name, getattr(time, name)) for name in CLOCKS]
    originals += [(owner, name, getattr(owner, name)) for owner, name, _ in REPLACED]
    for name in CLOCKS:
        setattr(time, name, _watched(name, getattr(time, name)))
    for owner, name, deed in REPLACED:
        setattr(owner, name, _refusing(getattr(owner, name), deed))
    _GUARD.thread = threading.get_ident()
    try:
        yield
    finally:
        _GUARD.thread = None
        for owner, name, original in originals:
            setattr(owner, name, original)


def _refusing(original: Callable[..., Any], deed: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == _GUARD.thread:
            raise NotVirtual(f"{_caller(sys._getframe(1))} {deed} in virtual time")
        return original(*arguments, **options)

    return call


def _watched(name: str, original: Callable[[], Any]) -> Callable[[], Any]:
    def read() -> Any:
        frame = sys._getframe(1)
        if frame.f_globals.get("__name__", "").startswith(DETERMINISTIC):
            raise NotVirtual(f"{_caller(frame)} reads time.{name}() in virtual time")
        return original()

    return read


def _caller(frame: FrameType | None) -> str:
    """The innermost place outside the standard library, for it is the one that can be mended."""
    place = frame
    while place is not None and place.f_globals.get("__name__", "").split(".")[0] in sys.stdlib_module_names:
        place = place.f_back
    place = place or frame
    return f"{place.f_code.co_filename}:{place.f_lineno}" if place is not None else "somebody"
