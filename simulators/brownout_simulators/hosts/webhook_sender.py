"""Sends webhooks: a bounded number at once, and to this machine alone."""

import asyncio
import logging
from importlib import import_module
from urllib.parse import urlsplit

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.safety import is_loopback_host

CONCURRENT = 100

_log = logging.getLogger(__name__)


class WebhookSender:
    """One per host; up to `CONCURRENT` webhooks are on their way at once."""

    def __init__(self, *, leave_loopback: bool = False) -> None:
        self._leave_loopback = leave_loopback
        self._slots = asyncio.Semaphore(CONCURRENT)

    async def send(self, webhook: OutgoingWebhook) -> int | None:
        """The receiver's status; `NO_ANSWER`; None for no connection, no URL, or another machine's."""
        from brownout_simulators.hosts.posting import post

        try:
            parts = urlsplit(webhook.url)
            if not self._leave_loopback and not is_loopback_host(parts.netloc.rpartition("@")[2]):
                _log.warning("a webhook to %s was not sent: it is not on this machine", parts.hostname)
                return None
            async with self._slots:
                return await post(webhook, parts)
        except ValueError:
            return None  # no URL at all, or none that HTTP can ask for

    async def prepare(self) -> None:
        """Load the client before the first webhook needs it, and not before the simulator is ready."""
        await asyncio.to_thread(import_module, "brownout_simulators.hosts.posting")
