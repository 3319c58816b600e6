"""What a client in memory holds of a call: one that is still handled, an answer as it arrives, an open session."""

import asyncio
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextvars import Context
from typing import Any

from brownout_simulators.call import UNTIL_WOKEN, Ending, Sending
from brownout_simulators.session import Close, Conversation, Message, Said
from brownout_simulators.simulator import Simulator

Exchange = tuple[int, Mapping[str, str], bytes]
Steps = Generator[float, None, Sending]


class MemoryReset(ConnectionResetError):
    """The connection was reset. `partial` is what had arrived: None before the status line."""

    def __init__(self, partial: Exchange | None = None) -> None:
        super().__init__("connection reset by the simulator")
        self.partial = partial


class MemoryClosed(ConnectionError):
    """The connection was closed before the answer was whole. `partial` is what had arrived."""

    def __init__(self, partial: Exchange | None = None) -> None:
        super().__init__("connection closed by the simulator")
        self.partial = partial


class MemoryRefused(ConnectionError):
    """The handshake of a session was answered with something else, which is `answer`."""

    def __init__(self, answer: Exchange) -> None:
        super().__init__(f"no session was opened: status {answer[0]}")
        self.answer = answer


class SessionEnded(ConnectionError):
    """Nothing more comes: the simulator has closed the session with this code and reason."""

    def __init__(self, close: Close) -> None:
        super().__init__(f"the simulator closed the session: {close.code} {close.reason}".rstrip())
        self.close = close


class Waiting:
    """A call that the simulator is still handling, and the future of its sending."""

    __slots__ = ("_loop", "_simulator", "_steps", "_timer", "_world", "future")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, simulator: Simulator[Any], steps: Steps, world: Context | None = None
    ) -> None:
        """`world` is the context that timers run in: none of the client's."""
        self._world = world
        self.future: asyncio.Future[Sending] = loop.create_future()
        self._loop = loop
        self._simulator = simulator
        self._steps = steps
        self._timer: asyncio.Handle | None = None

    def sleep(self, delay_s: float) -> None:
        """Go on after a while."""
        until_woken = delay_s == UNTIL_WOKEN
        self._timer = None if until_woken else self._loop.call_later(delay_s, self._go_on, context=self._world)

    def wake(self) -> None:
        """Go on in the next turn of the loop; never where it has ended, and calls are thrown away in any order."""
        if self._loop.is_closed():
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_soon(self._go_on, context=self._world)

    def _go_on(self) -> None:
        try:
            delay_s = next(self._steps)
        except StopIteration as stop:
            if self.future.done():  # the client has given up; the vendor has not
                self._simulator.sent(stop.value, chunks=0, left=True)
            else:
                self.future.set_result(stop.value)
        else:
            self.sleep(delay_s)

    def give_up(self) -> None:
        """The client does not wait any longer; the handling goes on."""
        if self.future.done() and not self.future.cancelled() and self.future.exception() is None:
            self._simulator.sent(self.future.result(), chunks=0, left=True)  # it came at that very instant

    def cut(self) -> None:
        """The connection is closed, and the handling ends."""
        if self._timer is not None:
            self._timer.cancel()
        self._steps.close()
        if not self.future.done():
            self.future.set_exception(MemoryClosed())


class Incoming:
    """An answer on its way to a client: status and headers, then the chunks, each at its time.

    Chunks come whether or not anybody reads them, as on a socket, and wait for their reader.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, simulator: Simulator[Any], sending: Sending, world: Context | None = None
    ) -> None:
        self._world = world
        self.status = sending.status
        self.headers = sending.headers
        self._loop = loop
        self._simulator = simulator
        self._sending = sending
        self._chunks: Sequence[tuple[float, bytes]] = ()
        if sending.status:
            self._chunks = sending.stream if sending.stream is not None else ((0.0, sending.body),)
        self._arrived: deque[bytes] = deque()
        self._out = 0
        self._over = False
        self._failure: MemoryReset | MemoryClosed | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._go_on()

    def _go_on(self) -> None:
        """Wait for the next chunk, or end."""
        while self._out < len(self._chunks):
            delay_s = self._chunks[self._out][0]
            if delay_s > 0:
                self._timer = self._loop.call_later(delay_s, self._come, context=self._world)
                return
            self._take()
        if self._sending.ending is not Ending.HANG:
            self._end()

    def _come(self) -> None:
        self._take()
        self._go_on()

    def _take(self) -> None:
        chunk = self._chunks[self._out][1]
        self._out += 1
        if chunk:
            self._arrived.append(chunk)
            self._wake()

    def _end(self) -> None:
        if self._sending.ending is Ending.RESET:
            self._failure = MemoryReset()
        elif self._sending.ending is Ending.CLOSE or self._sending.bad_chunk:
            self._failure = MemoryClosed()
        self._finish(left=False)

    def _finish(self, *, left: bool) -> None:
        if not self._over:
            self._over = True
            if self._sending.record is not None:  # the control API's answers are no call of the vendor's
                self._simulator.sent(self._sending, chunks=self._out, left=left)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def close(self) -> None:
        """As `leave`: of an answer there is no other going away."""
        self.leave()

    def leave(self) -> None:
        """The client goes. Nothing more comes; nothing happens where all had come."""
        if self._timer is not None:
            self._timer.cancel()
        self._finish(left=True)

    def cut(self) -> None:
        """The connection is closed, whatever was to come."""
        if not self._over:
            self._failure = MemoryClosed()
            self.leave()

    async def nothing(self) -> None:
        """Until the connection ends without a byte; raises then."""
        try:
            await self.__anext__()
        finally:
            self.leave()

    def __aiter__(self) -> "Incoming":
        return self

    async def __anext__(self) -> bytes:
        while not self._arrived:
            if self._failure is not None:
                raise self._failure
            if self._over:
                raise StopAsyncIteration
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._arrived.popleft()


class MemorySession:
    """An open session, as its client holds it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, simulator: Simulator[Any], sending: Sending) -> None:
        assert sending.session is not None  # noqa: S101  (the host has looked)
        self.headers = sending.headers
        self._loop = loop
        self._simulator = simulator
        self._sending = sending
        self._conversation: Conversation = sending.session
        self._arrived: deque[Message] = deque()
        self._came = 0
        self._end: ConnectionError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._conversation.begin(self._hear)

    def _hear(self, said: Said) -> None:
        if isinstance(said, Close):
            self._finish(SessionEnded(said), left=False)
            return
        self._came += 1
        self._arrived.append(said)
        self._wake()

    def _finish(self, end: ConnectionError, *, left: bool) -> None:
        if self._end is None:
            self._end = end
            self._simulator.sent(self._sending, chunks=self._came, left=left)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def send(self, message: Message) -> None:
        """Say something. Raises `SessionEnded` or `MemoryClosed` where nobody hears it any more."""
        if self._end is not None:
            raise self._end
        self._conversation.hear(message)

    async def receive(self) -> Message:
        """The next message. Raises `SessionEnded` or `MemoryClosed` where no more comes."""
        while not self._arrived:
            if self._end is not None:
                raise self._end
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._arrived.popleft()

    async def close(self) -> None:
        """End it in order, as a client does that says goodbye."""
        self._finish(SessionEnded(Close()), left=False)

    def leave(self) -> None:
        """Go away without a word."""
        self._finish(MemoryClosed(), left=True)

    def cut(self) -> None:
        """The connection is closed under both of them."""
        self._finish(MemoryClosed(), left=True)
