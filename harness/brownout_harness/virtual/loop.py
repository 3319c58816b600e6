"""An event loop whose clock jumps to the next timer as soon as nothing is runnable.

The trick is in the selector: asked to wait for `timeout` seconds, it waits for none and moves the clock instead.
Everything that uses the running loop for time (`asyncio.sleep`, `asyncio.timeout`, `loop.call_later`) follows, with
no change of its own. Ready callbacks run in the order in which they became ready, timers in the order of their
instants, so the same program gives the same run.
"""

import asyncio
import gc
import inspect
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from brownout_harness.virtual.frozen import Sieve

T = TypeVar("T")

STANDARD: Final = str(Path(asyncio.__file__).parent)
"""Who waits in there waits for whoever called it."""

# Two timers less than this apart are the same instant to asyncio. The default, a clock tick of the machine, would
# fire a timer early; a nanosecond is below any instant that this project computes.
CLOCK_RESOLUTION_S = 1e-9


class Deadlock(RuntimeError):
    """Nothing is runnable and no timer is set: the program would wait for ever. Lists who waits for what."""


class _JumpingSelector(selectors.SelectSelector):
    """Never blocks: the time that it was asked to wait passes at once on the loop's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.idle = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            self.idle = True
        elif timeout > 0:
            self.now_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio event loop in virtual time, starting at 0.0. Not safe for use from other threads."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = CLOCK_RESOLUTION_S
        self._ready: deque[asyncio.Handle]

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jumping.now_s

    def freeze(self, process: object) -> None:
        """From now on nothing of `process` runs (see `frozen.py`)."""
        if not isinstance(self._ready, Sieve):
            self._ready = Sieve(self._ready, process)
        elif self._ready.holds(process):
            raise RuntimeError("that process is stopped already")
        else:
            self._ready.stop(process)

    def thaw(self, process: object) -> None:
        """It goes on: what became due meanwhile is run next, in that order. No effect where it is not stopped."""
        if isinstance(self._ready, Sieve):
            self._ready = self._ready.let_go(process)

    def _run_once(self) -> None:
        super()._run_once()  # type: ignore[misc]
        if self._jumping.idle:
            self._jumping.idle = False
            if not self._ready and not self._scheduled and not self._stopping:  # type: ignore[attr-defined]
                raise Deadlock(describe_waiting(self))


def describe_waiting(loop: asyncio.AbstractEventLoop) -> str:
    """Why nothing goes on, and who waits for what."""
    return "nothing is runnable and no timer is set:\n  " + "\n  ".join(waits_of(loop) or ["no task is left"])


def waits_of(loop: asyncio.AbstractEventLoop) -> list[str]:
    """One line per task that is not done: its name and the source line at which it waits, the innermost outside the
    standard library."""
    lines = []
    for task in sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name()):
        waiting: Any = task.get_coro()
        while inspect.iscoroutine(further := getattr(waiting, "cr_await", None)) and not _is_standard(further):
            waiting = further
        frame = getattr(waiting, "cr_frame", None)
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "nowhere"
        lines.append(f"{task.get_name()} waits at {place} ({waiting})")
    return lines


def _is_standard(waiting: Coroutine[Any, Any, Any]) -> bool:
    return waiting.cr_code.co_filename.startswith(STANDARD)  # type: ignore[attr-defined, no-any-return]


def run_virtually(main: Coroutine[Any, Any, T], loop: Callable[[], VirtualLoop] = VirtualLoop) -> T:
    """Run `main` to its end in virtual time and return its result; leftover tasks are cancelled. `loop` makes the
    loop."""
    with rarely_collecting(), asyncio.Runner(loop_factory=loop) as runner:
        results: list[T] = []

        async def keep() -> None:
            # Not the task's own result: on its way out, `Runner.run` makes the `repr` of its task, result and all.
            results.append(await main)

        runner.run(keep())
    return results[0]


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """A run makes a great many objects that it keeps and few cycles: let the collector look at them less often, and
    never at what was there before. May be nested: the outermost counts."""
    if gc.get_freeze_count():
        yield
        return
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
