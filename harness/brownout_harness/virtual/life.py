"""One life of the application in virtual time, and what SIGKILL means where there is no process.

A killed process runs nothing more: no `finally`, no write, no word. A cancelled task does run its `finally` blocks,
so cancelling alone would be kinder than a kill. Therefore everything that lets the application act on the world
(transports, stores, its telemetry) is handed to it through a gate of its life, one class per protocol, and a life that
has ended lets nothing through. What the world had already taken in goes on: a request that was sent is still handled
by the vendor, a row that was written stays.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any, Self, TypeVar

from brownout_core.front_door.telling import Outlet
from brownout_core.records import Begun, Claimed, ClaimStore, DeadLetter, DeadLetterStore, LetterState
from brownout_core.sessions import Session, SessionTransport
from brownout_core.telemetry import Event, Sink
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.loop import VirtualLoop

T = TypeVar("T")


class Killed(BaseException):
    """Raised inside a dead application at its first attempt to act. No `except Exception` may swallow it."""


class Mark:
    """Of one life, in the context of whatever it starts."""

    def keep(self, task: asyncio.Task[Any], context: Context | None) -> None:
        """A task of its own has begun: it is known already, or a library's, which ends with its connections."""


class Life:
    """Tasks of one life, and the gates through which they act. Belongs to one event loop."""

    def __init__(
        self, on_write: Callable[[], None] = lambda: None, *, on_killed: Callable[[object], None] = lambda _mark: None
    ) -> None:
        """`on_write` is called when a store has been changed, before the application hears of it; `on_killed` with the
        mark by which the network knows its connections, to close them for it."""
        self._on_killed = on_killed
        self.ended = False
        self.on_write = on_write
        self.is_stopped = False
        self._context = copy_context()
        # A mark, and not the life itself: timers that were cancelled keep their context until they would be due.
        self._mark = Mark()
        self._context.run(PROCESS.set, self._mark)
        # In the order in which they were started: a set's order would differ from process to process.
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._beside: dict[asyncio.Task[Any], None] = {}
        self._is_leaving = False
        self.gone_s: float | None = None
        """When nothing of it was at work any more, once it had been left."""
        self.was_killed = False

    def start(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run `work` as a task of this life."""
        task = asyncio.get_running_loop().create_task(work, name=name, context=self._context.copy())
        self._tasks[task] = None
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        del self._tasks[task]
        if self._is_leaving:
            self.leave()

    def start_beside(self, work: Coroutine[Any, Any, None], *, name: str, broke: Callable[[Exception], None]) -> None:
        """Run `work` for as long as this life serves. Nobody waits for it; `broke` hears of the error that ended it."""
        task = asyncio.get_running_loop().create_task(work, name=name, context=self._context.copy())
        self._beside[task] = None

        def ended(task: asyncio.Task[None]) -> None:
            del self._beside[task]
            if not task.cancelled() and isinstance(error := task.exception(), Exception):
                broke(error)

        task.add_done_callback(ended)

    def leave(self) -> None:
        """No more is asked of it: what goes on beside ends with the last task."""
        self._is_leaving = True
        if not self._tasks:
            self._is_gone()
            for task in list(self._beside):
                task.cancel()

    def _is_gone(self) -> None:
        if self.gone_s is None:
            self.gone_s = asyncio.get_running_loop().time()

    def is_at_work(self) -> bool:
        """Whether any of its tasks has not ended."""
        return bool(self._tasks)

    def kill(self) -> None:
        """End this life at once. Its tasks stop where they are; none of them acts again."""
        self.ended = True
        if self._is_leaving and self.gone_s is None:
            self.was_killed = True
            self._is_gone()
        self.cancel()
        self._on_killed(self._mark)

    def cancel(self) -> None:
        """Cancel what is at work, as a server does whose grace is over: each task may still say and write what it
        has to."""
        for task in [*self._tasks, *self._beside]:
            task.cancel()

    def pause(self) -> None:
        """SIGSTOP: none of its tasks runs until it goes on."""
        self.is_stopped = True
        _loop().freeze(self._mark)

    def go_on(self) -> None:
        """SIGCONT."""
        self.is_stopped = False
        _loop().thaw(self._mark)

    async def awake(self) -> None:
        """To be awaited behind whatever may have stopped it in the middle of a step: it does not take the next."""
        if self.is_stopped:
            await asyncio.sleep(0)

    def check(self) -> None:
        """Raise `Killed` if this life has ended."""
        if self.ended:
            raise Killed

    def transport(self, inner: Transport) -> Transport:
        """`inner` while this life lasts, its streams included."""
        return MortalTransport(inner, self)

    def sessions(self, inner: SessionTransport) -> SessionTransport:
        """`inner` while this life lasts, the sessions that it opens included."""
        return MortalSessions(inner, self)

    def claims(self, inner: ClaimStore) -> ClaimStore:
        """`inner` while this life lasts."""
        return MortalClaims(inner, self)

    def dead_letters(self, inner: DeadLetterStore) -> DeadLetterStore:
        """`inner` while this life lasts."""
        return MortalDeadLetters(inner, self)

    def outlet(self, inner: Outlet) -> Outlet:
        """`inner` while this life lasts."""
        return MortalOutlet(inner, self)

    def sink(self, emit: Sink) -> Sink:
        """`emit` while this life lasts; the dead say nothing."""

        def speak(event: Event) -> None:
            if not self.ended:
                emit(event)

        return speak


def _loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)  # noqa: S101 - in any other time a process can be stopped
    return loop


async def _through(life: Life, deed: Coroutine[Any, Any, T], *, writes: bool = False) -> T:
    """Do it, if the life has not ended. What was under way when it ended has happened; its result reaches nobody.

    Where it `writes`, a store was changed if a claim was made, or if the store says so.
    """
    try:
        life.check()
    except Killed:
        deed.close()
        raise
    result = await deed
    if writes and (isinstance(result, Claimed | DeadLetter | str) or result is True):
        life.on_write()
        await life.awake()
    life.check()
    return result


class MortalTransport:
    """The gate of a transport."""

    def __init__(self, inner: Transport, life: Life) -> None:
        self._inner = inner
        self._life = life

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _MortalOpening(self._inner.open(request), self._life)

    async def close(self) -> None:
        await _through(self._life, self._inner.close())


class _MortalOpening:
    __slots__ = ("_inner", "_life")

    def __init__(self, inner: AbstractAsyncContextManager[Opened], life: Life) -> None:
        self._inner = inner
        self._life = life

    async def __aenter__(self) -> Opened:
        self._life.check()
        status, headers, chunks = await self._inner.__aenter__()
        await self._life.awake()
        self._life.check()
        return Opened(status, headers, _MortalChunks(chunks, self._life))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Also for the dead: their sockets are closed for them.
        await self._inner.__aexit__(kind, error, trace)


class _MortalChunks(AsyncIterator[bytes]):
    __slots__ = ("_inner", "_life")

    def __init__(self, inner: AsyncIterator[bytes], life: Life) -> None:
        self._inner = inner
        self._life = life

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        self._life.check()
        chunk = await self._inner.__anext__()
        await self._life.awake()
        self._life.check()
        return chunk


class MortalOutlet:
    """The gate of an answer that is told as it is made."""

    def __init__(self, inner: Outlet, life: Life) -> None:
        self._inner = inner
        self._life = life

    def leaving_ends_it(self) -> None:
        self._life.check()
        self._inner.leaving_ends_it()

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        await _through(self._life, self._inner.begin(status, headers))

    async def write(self, piece: bytes) -> None:
        await _through(self._life, self._inner.write(piece))

    def cut(self) -> None:
        self._life.check()
        self._inner.cut()


class MortalSessions:
    """The gate of a transport of sessions."""

    def __init__(self, inner: SessionTransport, life: Life) -> None:
        self._inner = inner
        self._life = life

    @asynccontextmanager
    async def connect(self, request: Request) -> AsyncIterator[Session]:
        self._life.check()
        async with self._inner.connect(request) as session:  # left also by the dead: their sockets are closed for them
            await self._life.awake()
            self._life.check()
            yield _MortalSession(session, self._life)


class _MortalSession:
    __slots__ = ("_inner", "_life")

    def __init__(self, inner: Session, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def send(self, text: str) -> None:
        await _through(self._life, self._inner.send(text))

    async def receive(self) -> str:
        text = await _through(self._life, self._inner.receive())
        await self._life.awake()
        self._life.check()
        return text


class MortalClaims:
    """The gate of a claim store."""

    def __init__(self, inner: ClaimStore, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        return await _through(self._life, self._inner.begin(key, fingerprint, owner, lease_s), writes=True)

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        return await _through(self._life, self._inner.sending(key, owner, fence), writes=True)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        return await _through(self._life, self._inner.complete(key, owner, fence, result), writes=True)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        return await _through(self._life, self._inner.release(key, owner, fence), writes=True)

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        return await _through(self._life, self._inner.abandon(key, owner, fence), writes=True)

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        return await _through(self._life, self._inner.advance(key, step, value), writes=True)

    async def furthest(self, key: str) -> bytes | None:
        return await _through(self._life, self._inner.furthest(key))

    async def check(self) -> None:
        await _through(self._life, self._inner.check())

    async def close(self) -> None:
        await _through(self._life, self._inner.close())


class MortalDeadLetters:
    """The gate of a dead-letter store."""

    def __init__(self, inner: DeadLetterStore, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def put(self, letter: DeadLetter) -> str:
        return await _through(self._life, self._inner.put(letter), writes=True)

    async def get(self, letter_id: str) -> DeadLetter | None:
        return await _through(self._life, self._inner.get(letter_id))

    async def page(self, states: Sequence[LetterState], limit: int, after: str = "") -> Sequence[DeadLetter]:
        return await _through(self._life, self._inner.page(states, limit, after))

    async def count(self) -> dict[LetterState, int]:
        return await _through(self._life, self._inner.count())

    async def lease(self, letter_id: str, owner: str, lease_s: float, *, insist: bool = False) -> DeadLetter | None:
        return await _through(self._life, self._inner.lease(letter_id, owner, lease_s, insist=insist), writes=True)

    async def undertake(self, letter: DeadLetter, owner: str, lease_s: float) -> DeadLetter:
        return await _through(self._life, self._inner.undertake(letter, owner, lease_s), writes=True)

    async def note(self, letter_id: str, owner: str, progress: bytes) -> bool:
        return await _through(self._life, self._inner.note(letter_id, owner, progress), writes=True)

    async def forget(self, letter_id: str, owner: str) -> bool:
        return await _through(self._life, self._inner.forget(letter_id, owner), writes=True)

    async def settle(self, letter: DeadLetter, owner: str) -> bool:
        return await _through(self._life, self._inner.settle(letter, owner), writes=True)

    async def discard(self, letter_id: str) -> bool:
        return await _through(self._life, self._inner.discard(letter_id), writes=True)

    async def check(self) -> None:
        await _through(self._life, self._inner.check())

    async def close(self) -> None:
        await _through(self._life, self._inner.close())
