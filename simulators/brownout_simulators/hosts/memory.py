"""A simulator in memory: for virtual time, where there are no sockets.

A call is handled at once up to its first wait, and goes on by timers, and so do the chunks of its answer: no task is
made for it. A client that is cancelled stops waiting; the simulator goes on handling its call.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import unquote

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.call import Call, Ending, Sending
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.hosts.pump import Pump, Send
from brownout_simulators.simulator import Simulator

Exchange = tuple[int, Mapping[str, str], bytes]
Steps = Generator[float, None, Sending]


class Sent(Protocol):
    """Told once how far a sending went: `Simulator.sent`."""

    def __call__(self, sending: Sending, *, chunks: int, left: bool) -> None: ...


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


class MemoryHost:
    """Serves one simulator on one event loop, whose clock must be the simulator's."""

    def __init__(
        self,
        simulator: Simulator[Any],
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        deliver: Send | None = None,
    ) -> None:
        self.simulator = simulator
        self._loop = loop or asyncio.get_running_loop()
        self._deliver = deliver
        self._pump = Pump(simulator, call_at=self._call_at, send=self._send)
        self._pump.start()

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Exchange:
        """One request and its whole answer. `target` is path and query, percent-encoded.

        Raises `MemoryReset` and `MemoryClosed`; never returns where the simulator hangs.
        """
        sending = await self._ask(method, target, headers, body)
        if sending.ending is Ending.COMPLETE and sending.stream is None and not sending.bad_chunk:
            self._sent(sending, chunks=1, left=False)
            return sending.status, sending.headers, sending.body
        parts: list[bytes] = []
        async with Opening(self._answered(sending)) as incoming:
            try:
                async for chunk in incoming:
                    parts.append(chunk)  # noqa: PERF401  what had arrived is wanted where it breaks off
            except (MemoryReset, MemoryClosed) as broken:
                broken.partial = (incoming.status, incoming.headers, b"".join(parts))
                raise
        return incoming.status, incoming.headers, b"".join(parts)

    def open(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> "Opening":
        """One request and its answer as it arrives: `async with host.open(…) as incoming`.

        Raises `MemoryReset` and `MemoryClosed` where the connection ends: on entry where not even a status line came,
        else behind the last chunk. Leaving the block before the end is the client's going away.
        """
        return Opening(self._begin(method, target, headers, body))

    async def _begin(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Incoming":
        return await self._answered(await self._ask(method, target, headers, body))

    async def _ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Sending:
        """What the simulator sends in answer, as soon as it begins to."""
        path, _, query = target.partition("?")
        if path.startswith(PREFIX):
            status, answer = control(self.simulator, method, path, query, body)
            return Sending(status, {"content-type": "application/json"}, answer)
        lowered = {name.lower(): value for name, value in headers.items()}
        call = Call(method, unquote(path), query, lowered, body, self.simulator.clock())
        steps = self.simulator.handle(call)
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            sending: Sending = stop.value
            return sending
        future: asyncio.Future[Sending] = self._loop.create_future()
        self._loop.call_later(delay_s, self._go_on, steps, future)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # the answer came at the very instant of the giving up
                self._sent(future.result(), chunks=0, left=True)
            raise

    def _go_on(self, steps: Steps, future: asyncio.Future[Sending]) -> None:
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            if future.done():
                self._sent(stop.value, chunks=0, left=True)
            else:
                future.set_result(stop.value)
        else:
            self._loop.call_later(delay_s, self._go_on, steps, future)

    async def _answered(self, sending: Sending) -> "Incoming":
        """The client's side of a sending; raises where the connection ends without a status line."""
        if sending.status:
            return Incoming(self._loop, sending, self._sent)
        if sending.ending is Ending.HANG:
            try:
                await self._loop.create_future()
            finally:
                self._sent(sending, chunks=0, left=True)
        self._sent(sending, chunks=0, left=False)
        raise MemoryReset if sending.ending is Ending.RESET else MemoryClosed

    def _sent(self, sending: Sending, *, chunks: int, left: bool) -> None:
        if sending.record is not None:  # the control API's answers are no call of the vendor's
            self.simulator.sent(sending, chunks=chunks, left=left)

    def _call_at(self, when_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(max(0.0, when_s - self.simulator.clock()), callback)

    # -- webhooks -------------------------------------------------------------------------------------------------

    async def _send(self, webhook: OutgoingWebhook) -> int | None:
        if self._deliver is None:
            return None
        try:
            async with asyncio.timeout(webhook.timeout_s):
                return await self._deliver(webhook)
        except (OSError, TimeoutError):
            return None

    async def close(self) -> None:
        """Stop delivering; calls in flight go on by the loop's timers."""
        await self._pump.stop()


class Opening:
    """An answer that is being opened: an async context manager, for one use."""

    __slots__ = ("_begin", "_incoming")

    def __init__(self, begin: Coroutine[Any, Any, "Incoming"]) -> None:
        self._begin = begin
        self._incoming: Incoming | None = None

    async def __aenter__(self) -> "Incoming":
        self._incoming = await self._begin
        return self._incoming

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._incoming is not None:
            self._incoming.leave()


class Incoming:
    """An answer on its way to a client: status and headers, then the chunks, each at its time.

    Chunks come whether or not anybody reads them, as on a socket, and wait for their reader.
    """

    __slots__ = ("_arrived", "_chunks", "_failure", "_loop", "_out", "_over", "_sending", "_sent", "_timer",
                 "_waiter", "headers", "status")  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop, sending: Sending, sent: Sent) -> None:
        self.status = sending.status
        self.headers = sending.headers
        self._loop = loop
        self._sending = sending
        self._sent = sent
        self._chunks: Sequence[tuple[float, bytes]] = (
            sending.stream if sending.stream is not None else ((0.0, sending.body),)
        )
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
                self._timer = self._loop.call_later(delay_s, self._come)
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
        self._over = True
        self._sent(self._sending, chunks=self._out, left=False)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def leave(self) -> None:
        """The client goes. Nothing more comes; nothing happens where all had come."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._over:
            self._over = True
            self._sent(self._sending, chunks=self._out, left=True)

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
