"""Sends webhooks over HTTP."""

import asyncio
import logging
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.safety import is_loopback_host
from brownout_simulators.vendor import NO_ANSWER

if TYPE_CHECKING:
    import aiohttp

CONCURRENT = 100
ANSWER_READ = 64 * 1024

_log = logging.getLogger(__name__)


class WebhookSender:
    """One per host; up to `CONCURRENT` webhooks are on their way at once."""

    def __init__(self, *, leave_loopback: bool = False) -> None:
        self._leave_loopback = leave_loopback
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(CONCURRENT)

    async def send(self, webhook: OutgoingWebhook) -> int | None:
        """The receiver's status; `NO_ANSWER`; None for no connection, no URL, or another machine's."""
        try:
            parts = urlsplit(webhook.url)
            if not self._leave_loopback and not is_loopback_host(parts.netloc.rpartition("@")[2]):
                _log.warning("a webhook to %s was not sent: it is not on this machine", parts.hostname)
                return None
            async with self._slots:
                return await self._post(webhook, urlunsplit(parts._replace(fragment="")))
        except ValueError:
            return None  # no URL at all

    async def prepare(self) -> None:
        """Load the client before the first webhook needs it, and not before the simulator is ready: it is large."""
        await asyncio.to_thread(import_module, "aiohttp")

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, webhook: OutgoingWebhook, url: str) -> int | None:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONCURRENT), auto_decompress=False, trust_env=False
            )
        timeout = aiohttp.ClientTimeout(total=webhook.timeout_s, sock_connect=webhook.connect_timeout_s)
        try:
            async with self._session.post(
                url, data=webhook.body, headers=webhook.headers, timeout=timeout, allow_redirects=False
            ) as response:
                # What a receiver says beyond its status interests nobody; its connection is kept if that was little.
                await response.content.read(ANSWER_READ)
                return response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ValueError):
            return None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return NO_ANSWER
