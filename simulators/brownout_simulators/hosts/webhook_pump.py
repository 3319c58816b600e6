"""Delivers a simulator's webhooks over HTTP, and runs its deferred steps when they are due."""

import asyncio
import logging
import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.hosts.timers import Timer, Timers
from brownout_simulators.safety import is_loopback_host
from brownout_simulators.simulator import Simulator

CONCURRENT = 100
ANSWER_READ = 64 * 1024

_log = logging.getLogger(__name__)


class WebhookPump:
    """One per host. A slow receiver delays nothing but its own delivery, up to `CONCURRENT` of them."""

    def __init__(self, simulator: Simulator[Any], timers: Timers, *, leave_loopback: bool = False) -> None:
        self._simulator = simulator
        self._timers = timers
        self._leave_loopback = leave_loopback
        self._timer: Timer | None = None
        self._session: aiohttp.ClientSession | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(CONCURRENT)

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
        if self._session is not None:
            await self._session.close()

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_s = self._simulator.next_due_s()
        if due_s is not None:
            self._timer = self._timers.call_at(due_s, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            for webhook in self._simulator.run_due(time.monotonic()):
                task = asyncio.get_running_loop().create_task(self._send(webhook))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
        finally:
            self._rearm()

    async def _send(self, webhook: OutgoingWebhook) -> None:
        status: int | None = None
        try:
            parts = urlsplit(webhook.url)
            if not self._leave_loopback and not is_loopback_host(parts.netloc.rpartition("@")[2]):
                _log.warning("a webhook to %s was not sent: it is not on this machine", parts.hostname)
            else:
                async with self._slots:
                    status = await self._post(webhook, urlunsplit(parts._replace(fragment="")))
        except ValueError:
            status = None  # no URL at all
        finally:
            self._simulator.webhook_done(webhook.id, status)

    async def _post(self, webhook: OutgoingWebhook, url: str) -> int | None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONCURRENT), auto_decompress=False, trust_env=False
            )
        timeout = aiohttp.ClientTimeout(total=webhook.timeout_s)
        try:
            async with self._session.post(
                url, data=webhook.body, headers=webhook.headers, timeout=timeout, allow_redirects=False
            ) as response:
                # What a receiver says beyond its status interests nobody; its connection is kept if that was little.
                await response.content.read(ANSWER_READ)
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None
