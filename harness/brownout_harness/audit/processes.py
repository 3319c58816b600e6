"""Many runs, in as many processes as there are cores."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from brownout_harness.problems import Interrupted

T = TypeVar("T")

_DEAF_TO: Final = {signal.SIGINT}

RUNS_EACH: Final = 50
"""So many does a process make."""


def in_processes(
    run: Callable[..., T], wanted: Sequence[tuple[Any, ...]], workers: int | None = None
) -> Generator[T, None, None]:
    """What `run` makes of each, as they end; in this process where there is one worker. It and they can be pickled.
    Closed early, it waits for those that have begun, and begins no other."""
    workers = workers or min(len(wanted), os.cpu_count() or 1)
    if workers <= 1:
        yield from (run(*each) for each in wanted)
        return
    # Spawned, not forked: a child begins with nothing of ours but its arguments. Each makes so many runs only: every
    # one leaves some megabytes outside of Python's heap, which nothing gives back. By pools that follow each other: one
    # that replaces its own children (`max_tasks_per_child`) was seen to wait for ever, with none left.
    for start in range(0, len(wanted), RUNS_EACH * workers):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            with _blocked():
                # They are started here, and are born deaf to Ctrl-C, which a terminal sends to all of us: one that came
                # while they import would be a traceback of each.
                futures = [pool.submit(_run, run, each) for each in wanted[start : start + RUNS_EACH * workers]]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)


@contextmanager
def _blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF_TO)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run(run: Callable[..., T], each: tuple[Any, ...]) -> T:
    """In a process of the pool: while it runs, and only then, it hears Ctrl-C, so that a long run ends, too."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _DEAF_TO)
        return run(*each)
    except KeyboardInterrupt:
        # Those that wait in this process' queue end as they begin.
        signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF_TO)
        signal.raise_signal(signal.SIGINT)
        raise Interrupted(signal.SIGINT.name) from None
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF_TO)
