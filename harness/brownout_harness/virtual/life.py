"""One life of the application in virtual time, and what SIGKILL means where there is no process.

A killed process runs nothing more: no `finally`, no write, no word. A cancelled task does run its `finally` blocks,
so cancelling alone would be kinder than a kill. Therefore everything that lets the application act on the world
(transports, stores, its telemetry) is handed to it through its life, and a life that has ended lets nothing through.
What the world had already taken in goes on: a request that was sent is still handled by the vendor.
"""

import asyncio
import inspect
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from brownout_core.telemetry import Event, Sink

T = TypeVar("T")


class Killed(BaseException):
    """Raised inside a dead application at its first attempt to act. No `except Exception` may swallow it."""


class Life:
    """Tasks of one life, and the gate through which they act. Belongs to one event loop."""

    def __init__(self) -> None:
        self.ended = False
        # In the order in which they were started: a set's order would differ from process to process.
        self._tasks: dict[asyncio.Task[Any], None] = {}

    def start(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run `work` as a task of this life."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[task] = None
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        del self._tasks[task]

    def is_at_work(self) -> bool:
        """Whether any of its tasks has not ended."""
        return bool(self._tasks)

    def kill(self) -> None:
        """End this life at once. Its tasks stop where they are; none of them acts again."""
        self.ended = True
        for task in list(self._tasks):
            task.cancel()

    def through(self, thing: T) -> T:
        """`thing` as this life may use it: every method fails with `Killed` once the life has ended.

        A call that was under way when the life ended has happened (the request was sent, the row was written);
        its result reaches nobody.
        """
        return cast("T", _Through(thing, self))

    def sink(self, emit: Sink) -> Sink:
        """`emit` while this life lasts; the dead say nothing."""

        def speak(event: Event) -> None:
            if not self.ended:
                emit(event)

        return speak

    def check(self) -> None:
        """Raise `Killed` if this life has ended."""
        if self.ended:
            raise Killed


class _Through:
    """Stands for an object; looks at the life before and after each of its methods."""

    def __init__(self, inner: object, life: Life) -> None:
        self._inner = inner
        self._life = life

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._inner, name)
        if not callable(attribute):
            return attribute
        guarded = self._guard_async(attribute) if inspect.iscoroutinefunction(attribute) else self._guard(attribute)
        setattr(self, name, guarded)  # so that the look-up costs once
        return guarded

    def _guard(self, method: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            self._life.check()
            return method(*arguments, **options)

        return call

    def _guard_async(self, method: Any) -> Any:
        async def call(*arguments: Any, **options: Any) -> Any:
            self._life.check()
            result = await method(*arguments, **options)
            self._life.check()
            return result

        return call
