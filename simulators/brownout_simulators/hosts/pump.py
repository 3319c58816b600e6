"""Keeps a simulator's agenda: deferred steps when they are due, each webhook on its way by itself.

The same on sockets and in memory; what differs is the timer and how a webhook is sent, and both are handed in.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.simulator import Simulator

Send = Callable[[OutgoingWebhook], Awaitable[int | None]]
"""Sends a webhook; the receiver's status, `NO_ANSWER`, or None for no connection."""


class Cancellable(Protocol):
    """A timer that was set."""

    def cancel(self) -> None: ...


class Pump:
    """One per host, on its event loop. A slow receiver delays nothing but its own delivery."""

    def __init__(
        self,
        simulator: Simulator[Any],
        *,
        call_at: Callable[[float, Callable[[], None]], Cancellable],
        send: Send,
    ) -> None:
        """`call_at` takes instants of the clock that was handed to the simulator."""
        self._simulator = simulator
        self._call_at = call_at
        self._send = send
        self._timer: Cancellable | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listen to the agenda from now on."""
        self._simulator.agenda.on_earlier = self._rearm
        self._rearm()

    async def stop(self) -> None:
        """Give up what is being sent."""
        self._simulator.agenda.on_earlier = None
        if self._timer is not None:
            self._timer.cancel()
        sending = list(self._sending)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    def _rearm(self) -> None:
        """Something is due earlier than everything before, or what was due has been done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_s = self._simulator.next_due_s()
        if due_s is not None:
            self._timer = self._call_at(due_s, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            for webhook in self._simulator.run_due(self._simulator.clock()):
                task = asyncio.get_running_loop().create_task(self._deliver(webhook))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
        finally:
            self._rearm()

    async def _deliver(self, webhook: OutgoingWebhook) -> None:
        status: int | None = None
        try:
            status = await self._send(webhook)
        except Exception as error:  # noqa: BLE001  a defect of whoever sends or receives: never lost with the task
            self._simulator.problem(f"the sending of the webhook {webhook.type}", error)
        finally:
            self._simulator.webhook_done(webhook.id, status)
