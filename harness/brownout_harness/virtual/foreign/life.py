"""One life of an application of somebody else's, and what SIGKILL means where there is no process.

What belongs to a life its context tells: every task, callback and timer inherits it. A life that is killed is stopped
for good, so that nothing of it runs, no `finally` either; its connections are closed for it; its tasks are kept until
the run is over, for a task that is collected would run its `finally`.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from contextvars import Context, ContextVar, copy_context
from io import StringIO
from typing import Any, Final, cast

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet
from brownout_harness.asked.request import Request
from brownout_harness.virtual.foreign.asgi import Application, Exchange, Lifespan, Stage
from brownout_harness.virtual.foreign.loop import NetworkLoop
from brownout_harness.virtual.frozen import PROCESS

ASKED_FOR: Final[ContextVar[str]] = ContextVar("asked_for", default="")
"""The request on whose behalf something runs; empty: none."""


class ForeignLife:
    """From its start to its end. Belongs to one loop."""

    def __init__(self, loop: NetworkLoop, *, raised: Callable[[Exception], None]) -> None:
        """`raised` is told of each error that a request's handling let escape."""
        self.is_over = False
        self.is_stopped = False
        self.serves = False
        self._loop = loop
        self._raised = raised
        self._context = copy_context()
        self._context.run(PROCESS.set, self)
        self._tasks: dict[asyncio.Task[Any], str] = {}
        self._open: dict[Exchange, asyncio.Task[None]] = {}
        self._lifespan = Lifespan()
        self._application: Application
        self._none_open: asyncio.Future[None] | None = None

    def keep(self, task: asyncio.Task[Any], context: Context | None) -> None:
        """A task of its own has begun."""
        self._tasks[task] = ASKED_FOR.get() if context is None else context.get(ASKED_FOR, "")
        task.add_done_callback(self._tasks.pop, context=self._context)

    def born(self, load: Callable[[], Application]) -> None:
        """Import the application, and begin its lifespan. Raises what `load` does."""
        self._application = self._context.run(load)
        self._start(self._lifespan.run(self._application), name="lifespan", asked_for="")

    async def started(self) -> str:
        """Once it serves; why it does not, else."""
        await self._lifespan.started()
        self.serves = self._lifespan.stage is Stage.SERVING
        return "" if self.serves else self._lifespan.why

    @property
    def lifespan_error(self) -> str:
        """What its lifespan ended with; empty: no error."""
        return self._lifespan.gave_up

    def ask(self, request: Request, outlet: Outlet | None, *, name: str) -> "asyncio.Future[Answer]":
        """Begin to answer."""
        exchange = Exchange(request, outlet, raised=self._raised)
        work = exchange.run(self._application, self._lifespan.state)
        self._open[exchange] = self._start(work, name=name, asked_for=name)
        exchange.answer.add_done_callback(lambda _answer: self._closed(exchange))
        return exchange.answer

    def _start(self, work: Any, *, name: str, asked_for: str) -> asyncio.Task[None]:
        context = self._context.copy()
        context.run(ASKED_FOR.set, asked_for)
        return self._loop.create_task(work, name=name, context=context)

    def _closed(self, exchange: Exchange) -> None:
        self._open.pop(exchange, None)
        if self._none_open is not None and not self._open and not self._none_open.done():
            self._none_open.set_result(None)

    def is_at_work(self, within_s: float) -> bool:
        """Whether a request is open, or what was begun for one waits for something that comes within that time."""
        if self.is_over:
            return False
        return bool(self._open) or not self._rests(self._loop.time() + within_s)

    def _rests(self, until_s: float) -> bool:
        begun = {asked_for for asked_for in self._tasks.values() if asked_for}
        timers = cast("list[asyncio.TimerHandle]", self._loop._scheduled)  # type: ignore[attr-defined]
        return not begun or begun.isdisjoint(
            context.get(ASKED_FOR, "")
            for timer in timers
            if not timer.cancelled()
            and timer.when() <= until_s
            and (context := cast("Context", timer._context)).get(PROCESS) is self  # type: ignore[attr-defined]
        )

    async def leave(self, grace_s: float) -> None:
        """SIGTERM: what is open has its grace, then the lifespan ends, then whatever is left is cancelled."""
        self.serves = False
        if self._open:
            self._none_open = self._loop.create_future()
            await asyncio.wait([self._none_open], timeout=grace_s)
        for task in list(self._open.values()):
            task.cancel()
        await self._lifespan.shut_down()
        for task in list(self._tasks):
            task.cancel()
        while self._tasks:  # noqa: ASYNC110 - looking costs nothing in virtual time
            await asyncio.sleep(0)
        self.is_over = True
        self._loop.network.cut(self)

    def kill(self) -> None:
        """SIGKILL: nothing of it runs any more, and whoever waits for an answer is told so."""
        if self.is_over:
            return
        self.is_over, self.serves = True, False
        if not self.is_stopped:
            self._loop.freeze(self)
        self._loop.network.cut(self)
        for exchange in list(self._open):
            exchange.answer.cancel()

    def pause(self) -> None:
        """SIGSTOP."""
        self.is_stopped = True
        self._loop.freeze(self)

    def go_on(self) -> None:
        """SIGCONT."""
        self.is_stopped = False
        self._loop.thaw(self)

    def bury(self) -> None:
        """The run is over: let go of what it was doing. What it says on its way out reaches nothing and nobody."""
        tasks, self._tasks = list(self._tasks), {}
        for task in tasks:
            asyncio.tasks._unregister_task(task)
            cast("Any", task)._log_destroy_pending = False
        with _unheard():
            for task in tasks:
                # On its way out it may wait for something, which it cannot, or fail in whatever way it likes.
                with suppress(BaseException):
                    cast("Any", task.get_coro()).close()


@contextmanager
def _unheard() -> Iterator[None]:
    before, sys.unraisablehook = sys.unraisablehook, lambda _unraisable: None
    logging.disable()
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
        sys.unraisablehook = before
