"""Work in forked copies of this process, so many at a time: each ends with what it broke.

What a copy says comes line by line, so that what it had said before it died is known. This process must not have used
what keeps threads (polars does): a copy has none of them, and would wait for ever.
"""

import os
import resource
import selectors
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST_BYTES: Final = 4 << 30
"""Of memory that a copy may take; a change that never stops allocating must not take the machine with it."""
TIME_UP: Final = "time"
"""The processor time that it had allowed itself was over."""
STOOD_STILL: Final = "still"
DIED: Final = "died"
"""Of an error."""
LOOKS_EVERY_S: Final = 1.0
STANDS_STILL_S: Final = 120.0
"""So long without a word and without work: it waits for something that does not come."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[T]):
    """One copy's work: for what, what it said, and how it ended."""

    item: T
    lines: tuple[bytes, ...]
    how: str
    """Empty where it came to its end; else one of the words above, or the signal by which somebody ended it."""


@dataclass(slots=True)
class _Copy(Generic[T]):
    item: T
    pid: int
    pipe: int
    heard_at_s: float
    is_given_up: bool = False
    worked: str = ""
    """Its processor time when it was last looked at."""
    said: bytearray = field(default_factory=bytearray)


def allow_cpu(seconds: float) -> None:
    """So much processor time from now on; then this process ends. Called by the work itself, before each step."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def in_forks(items: Iterable[T], work: Callable[[T], Iterator[bytes]], at_once: int) -> Iterator[Ended[T]]:
    """What became of each item, as they end. `work` yields lines, each without its end, in a copy of this process.

    Closing the iterator ends all copies.
    """
    running: dict[int, _Copy[T]] = {}
    waiting = iter(items)
    with selectors.DefaultSelector() as heard:
        try:
            while True:
                for item in islice(waiting, at_once - len(running)):
                    copy = _begin(item, work)
                    running[copy.pipe] = copy
                    heard.register(copy.pipe, selectors.EVENT_READ)
                if not running:
                    return
                for key, _ in heard.select(timeout=LOOKS_EVERY_S):
                    copy = running[key.fd]
                    said = os.read(copy.pipe, 1 << 16)
                    copy.heard_at_s = time.monotonic()
                    copy.said += said
                    if not said:
                        heard.unregister(copy.pipe)
                        del running[copy.pipe]
                        yield _ended(copy)
                for copy in running.values():
                    _give_up_if_it_stands_still(copy)
        finally:
            for copy in running.values():
                os.kill(copy.pid, signal.SIGKILL)
                os.waitpid(copy.pid, 0)
                os.close(copy.pipe)


def _begin(item: T, work: Callable[[T], Iterator[bytes]]) -> _Copy[T]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Copy(item, pid, reading, time.monotonic())
    code = 1
    try:
        # What ends the parent by hand is not for the copies: the parent ends them.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # whatever the parent does about it
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.close(reading)
        for line in work(item):
            os.write(writing, line + b"\n")
        code = 0
    finally:
        # Not `sys.exit`: nothing of the parent's is to be cleaned up twice.
        os._exit(code)


def _give_up_if_it_stands_still(copy: _Copy[T]) -> None:
    """Who says nothing and yet gets on is only slow: the machine is busy, and its processor time has its own limit."""
    if copy.is_given_up or time.monotonic() - copy.heard_at_s <= STANDS_STILL_S:
        return
    worked = _processor_time(copy.pid)
    if worked and worked != copy.worked:
        copy.worked, copy.heard_at_s = worked, time.monotonic()
        return
    copy.is_given_up = True
    os.kill(copy.pid, signal.SIGKILL)


def _processor_time(pid: int) -> str:
    """Of a process, in ticks; empty where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return " ".join(text.rpartition(")")[2].split()[11:13])


def _ended(copy: _Copy[T]) -> Ended[T]:
    os.close(copy.pipe)
    _, status = os.waitpid(copy.pid, 0)
    how = ""
    if copy.is_given_up:
        how = STOOD_STILL
    elif os.WIFSIGNALED(status):
        by = os.WTERMSIG(status)
        how = TIME_UP if by == signal.SIGPROF else signal.Signals(by).name
    elif os.WEXITSTATUS(status):
        how = DIED
    return Ended(copy.item, tuple(bytes(copy.said).splitlines()), how)
