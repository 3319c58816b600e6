"""A simulator in memory: for virtual time, where there are no sockets.

A call is handled at once up to its first wait, and goes on by timers, and so do the chunks of its answer: no task is
made for it. A client that is cancelled stops waiting; the simulator goes on handling its call.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextvars import copy_context
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import unquote

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.call import Call, Ending, Sending
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.hosts.memory_client import (
    Exchange,
    Incoming,
    MemoryClosed,
    MemoryRefused,
    MemoryReset,
    MemorySession,
    SessionEnded,
    Waiting,
)
from brownout_simulators.hosts.pages import shown
from brownout_simulators.hosts.pump import Pump, Send
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import NO_ANSWER

__all__ = ["Exchange", "Incoming", "MemoryClosed", "MemoryHost", "MemoryRefused", "MemoryReset", "MemorySession",
           "SessionEnded"]  # fmt: skip


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
        # What the vendor does by itself is not done by whoever called it.
        self._world = copy_context()
        self._pump = Pump(simulator, call_at=self._call_at, send=self._send)
        self._pump.start()

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Exchange:
        """One request and its whole answer. `target` is path and query, percent-encoded.

        Raises `MemoryReset` and `MemoryClosed`; never returns where the simulator hangs.
        """
        answer = await self.answer(method, target, headers, body)
        if not isinstance(answer, Incoming):
            return answer
        parts: list[bytes] = []
        try:
            async for chunk in answer:
                parts.append(chunk)  # noqa: PERF401  what had arrived is wanted where it breaks off
        except (MemoryReset, MemoryClosed) as broken:
            broken.partial = (answer.status, answer.headers, b"".join(parts))
            raise
        finally:
            answer.leave()
        return answer.status, answer.headers, b"".join(parts)

    async def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Exchange | Incoming:
        """One request and its answer: whole where all of it comes at once, which costs less, else as it arrives, to be
        left by the client in the end.

        Raises `MemoryReset` and `MemoryClosed` where not even a status line came.
        """
        path, _, query = target.partition("?")
        if path.startswith(PREFIX):
            return self._controlled(method, path, query, body)
        call = self._call(method, path, query, headers, body)
        sending = await self._answer(call)
        if sending.ending is Ending.COMPLETE and sending.stream is None and not sending.bad_chunk:
            left = self._has_gone()
            self.simulator.sent(sending, chunks=0 if left else 1, left=left)
            return sending.status, sending.headers, sending.body
        return await self._incoming(call, sending)

    def _has_gone(self) -> bool:
        """Whether the client ended while its call was handled in its own step: at a moment that somebody waited for."""
        if self.simulator.moments.is_empty:
            return False
        client: Any = asyncio.current_task(self._loop)
        return client is not None and client._must_cancel  # no public name says that it dies at its next wait

    def open(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> "Opening[Incoming]":
        """One request and its answer as it arrives: `async with host.open(…) as incoming`.

        Raises `MemoryReset` and `MemoryClosed` where the connection ends: on entry where not even a status line came,
        else behind the last chunk. Leaving the block before the end is the client's going away.
        """
        return Opening(self._begin(method, target, headers, body))

    def connect(self, target: str, headers: Mapping[str, str]) -> "Opening[MemorySession]":
        """A session (websocket): `async with host.connect(…) as session`.

        Raises `MemoryRefused` where the handshake is answered with anything else, `MemoryReset` and `MemoryClosed` as
        `open` does. Leaving the block closes the session in order; an exception on its way is a client that vanishes.
        """
        return Opening(self._connected(target, headers))

    async def _connected(self, target: str, headers: Mapping[str, str]) -> MemorySession:
        path, _, query = target.partition("?")
        call = self._call("GET", path, query, {**headers, "connection": "Upgrade", "upgrade": "websocket"}, b"")
        sending = await self._answer(call)
        if sending.session is not None:
            session = MemorySession(self._loop, self.simulator, sending)
            call.cut = session.cut
            return session
        async with Opening(self._incoming(call, sending)) as incoming:
            body = b"".join([chunk async for chunk in incoming])
        raise MemoryRefused((incoming.status, incoming.headers, body))

    async def _begin(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Incoming":
        path, _, query = target.partition("?")
        call = self._call(method, path, query, headers, body)
        if path.startswith(PREFIX):
            return await self._incoming(call, Sending(*self._controlled(method, path, query, body)))
        return await self._incoming(call, await self._answer(call))

    def _call(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Call:
        lowered = {name.lower(): value for name, value in headers.items()}
        return Call(method, unquote(path), query, lowered, body, self.simulator.clock())

    async def _answer(self, call: Call) -> Sending:
        """What the simulator sends in answer, as soon as it begins to."""
        steps = self.simulator.handle(call)
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            sending: Sending = stop.value
            return sending
        waiting = Waiting(self._loop, self.simulator, steps, self._world)
        call.cut, call.wake = waiting.cut, waiting.wake
        waiting.sleep(delay_s)
        try:
            return await waiting.future
        except asyncio.CancelledError:
            waiting.give_up()
            raise

    async def _incoming(self, call: Call, sending: Sending) -> "Incoming":
        """The client's side of a sending; raises where the connection ends without a status line."""
        incoming = Incoming(self._loop, self.simulator, sending, self._world)
        call.cut = incoming.cut
        if not sending.status:
            await incoming.nothing()
        return incoming

    def _controlled(self, method: str, path: str, query: str, body: bytes) -> Exchange:
        page = shown(self.simulator, method, path, query)
        if page is not None:
            return page.status, {name.lower(): value for name, value in page.headers.items()}, page.body
        status, answer = control(self.simulator, method, path, query, body)
        return status, {"content-type": "application/json"}, answer

    def _call_at(self, when_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(max(0.0, when_s - self.simulator.clock()), callback, context=self._world)

    # -- webhooks -------------------------------------------------------------------------------------------------

    async def _send(self, webhook: OutgoingWebhook) -> int | None:
        if self._deliver is None:
            return None
        try:
            async with asyncio.timeout(webhook.timeout_s):
                return await self._deliver(webhook)
        except TimeoutError:
            return NO_ANSWER
        except OSError:
            return None

    async def close(self) -> None:
        """Stop delivering; calls in flight go on by the loop's timers."""
        await self._pump.stop()


class Connected(Protocol):
    """Something that a client can leave, in order or not."""

    async def close(self) -> None: ...
    def leave(self) -> None: ...


C = TypeVar("C", bound=Connected)


class Opening(Generic[C]):
    """A connection that is being opened: an async context manager, for one use."""

    __slots__ = ("_begin", "_opened")

    def __init__(self, begin: Coroutine[Any, Any, C]) -> None:
        self._begin = begin
        self._opened: C | None = None

    async def __aenter__(self) -> C:
        self._opened = await self._begin
        return self._opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is None:
            return
        if kind is None:
            await self._opened.close()
        else:
            self._opened.leave()
