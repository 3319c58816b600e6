"""A simulator in memory: for virtual time, where there are no sockets.

A call is handled at once up to its first wait, and goes on by timers: no task is made for it. A client that is
cancelled stops waiting; the simulator goes on handling its call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any
from urllib.parse import unquote

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.call import Call, Delivery, Ending
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.simulator import Simulator

Exchange = tuple[int, Mapping[str, str], bytes]
Deliver = Callable[[OutgoingWebhook], Awaitable[int | None]]
"""Sends a webhook; the receiver's status, or None for no connection or no answer in time."""


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
        deliver: Deliver | None = None,
    ) -> None:
        self.simulator = simulator
        self._loop = loop or asyncio.get_running_loop()
        self._deliver = deliver
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        simulator.agenda.on_earlier = self._rearm

    async def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request and its whole answer. `target` is path and query, percent-encoded.

        Raises `MemoryReset` and `MemoryClosed`; never returns where the simulator hangs.
        """
        path, _, query = target.partition("?")
        if path.startswith(PREFIX):
            status, answer = control(self.simulator, method, path, query, body)
            return status, {"content-type": "application/json"}, answer
        lowered = {name.lower(): value for name, value in headers.items()}
        call = Call(method, unquote(path), query, lowered, body, self.simulator.clock())
        steps = self.simulator.handle(call)
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            delivery: Delivery = stop.value
            if delivery.ending is Ending.COMPLETE and delivery.stream is None and not delivery.bad_chunk:
                return delivery.status, delivery.headers, delivery.body
        else:
            future: asyncio.Future[Delivery] = self._loop.create_future()
            self._loop.call_later(delay_s, self._go_on, steps, future)
            delivery = await future
        return await self._receive(delivery)

    def _go_on(self, steps: Generator[float, None, Delivery], future: asyncio.Future[Delivery]) -> None:
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            if not future.done():
                future.set_result(stop.value)
        else:
            self._loop.call_later(delay_s, self._go_on, steps, future)

    async def _receive(self, delivery: Delivery) -> Exchange:
        """What a client gets to see of a delivery."""
        body = delivery.body
        if delivery.stream is not None:
            body = b""
            for delay_s, chunk in delivery.stream:
                if delay_s > 0:
                    await asyncio.sleep(delay_s)
                body += chunk
        got: Exchange = (delivery.status, delivery.headers, body)
        partial = got if delivery.status else None
        if delivery.ending is Ending.HANG:
            await self._loop.create_future()
        if delivery.ending is Ending.RESET:
            raise MemoryReset(partial)
        if delivery.ending is Ending.CLOSE or delivery.bad_chunk:
            raise MemoryClosed(partial)
        return got

    # -- the agenda -----------------------------------------------------------------------------------------------

    def _rearm(self) -> None:
        """Something is due earlier than everything before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_s = self.simulator.next_due_s()
        if due_s is not None:
            delay_s = max(0.0, due_s - self.simulator.clock())
            self._timer = self._loop.call_later(delay_s, self._pump)

    def _pump(self) -> None:
        self._timer = None
        for webhook in self.simulator.run_due(self.simulator.clock()):
            task = self._loop.create_task(self._send(webhook))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        self._rearm()

    async def _send(self, webhook: OutgoingWebhook) -> None:
        status: int | None = None
        try:
            if self._deliver is not None:
                async with asyncio.timeout(webhook.timeout_s):
                    status = await self._deliver(webhook)
        except (OSError, TimeoutError):
            status = None
        finally:
            self.simulator.webhook_done(webhook.id, status)

    async def close(self) -> None:
        """Stop delivering; calls in flight go on by the loop's timers."""
        self.simulator.agenda.on_earlier = None
        if self._timer is not None:
            self._timer.cancel()
        sending = list(self._sending)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
