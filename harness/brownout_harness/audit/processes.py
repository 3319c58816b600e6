"""Many runs, in as many processes as there are cores."""

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any, Final, TypeVar

T = TypeVar("T")

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
            futures = [pool.submit(run, *each) for each in wanted[start : start + RUNS_EACH * workers]]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)
