"""A simulator on sockets: binds, serves, sends its webhooks, stops.

Binds to loopback and answers only to loopback names, so that a web page cannot reach it by DNS rebinding. What happens
on a connection is `connection`'s; webhooks go out from one pump, never inside a call.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from typing import Any

from brownout_simulators.hosts.encrypted import EitherWay, Encrypted
from brownout_simulators.hosts.http1.connection import Connection
from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.pump import Pump
from brownout_simulators.hosts.timers import Timers, make_timers
from brownout_simulators.hosts.tls import Certificate, loopback_certificate
from brownout_simulators.hosts.webhook_sender import WebhookSender
from brownout_simulators.simulator import Simulator

_log = logging.getLogger(__name__)


class PortTaken(OSError):
    """The port that was asked for is in use."""


class HttpHost:
    """Serves one simulator on one port. The simulator's clock must be `time.monotonic`."""

    def __init__(
        self,
        simulator: Simulator[Any],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        patience: Patience | None = None,
        certificate: Certificate | None = None,
        webhooks_leave_loopback: bool = False,
    ) -> None:
        """With a `certificate` it is served over TLS alone; a vendor that wants TLS gets one by itself, and is served
        with it and without it on its one port."""
        self.simulator = simulator
        self.url = ""
        self.certificate = certificate
        self._is_encrypted = certificate is not None
        self._host = host
        self._port = port
        self._patience = patience
        self._timers: Timers | None = None
        self._service: Service | None = None
        self._server: asyncio.Server | None = None
        self._pump: Pump | None = None
        self._sender = WebhookSender(leave_loopback=webhooks_leave_loopback)

    async def start(self) -> str:
        """Bind and serve; returns the base URL. Raises `PortTaken`."""
        loop = asyncio.get_running_loop()
        if self.certificate is None and self.simulator.vendor.tls:
            self.certificate = loopback_certificate()
        timers = self._timers = make_timers(loop)
        service = Service(self.simulator, timers, patience=self._patience)
        try:
            self._server = await loop.create_server(self._protocol(service), self._host, self._port, backlog=4096)
        except OSError as error:
            timers.close()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(errno.EADDRINUSE, f"port {self._port} is in use") from None
            raise
        self._service = service
        port = self._server.sockets[0].getsockname()[1]
        scheme, name = "https" if self._is_encrypted else "http", self._host
        self.url = f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"
        self.simulator.base_url = self.url
        self._pump = Pump(self.simulator, call_at=timers.call_at, send=self._sender.send)
        self._pump.start()
        limits = ", ".join(self.simulator.limiter.limits) if self.simulator.limiter is not None else "off"
        _log.info("%s on %s; the vendor's limits are %s", self.simulator.vendor.name, self.url, limits)
        return self.url

    def _protocol(self, service: Service) -> Callable[[], asyncio.Protocol]:
        if self.certificate is None:
            return lambda: Connection(service)
        context = self.certificate.context
        if self._is_encrypted:
            return lambda: Encrypted(context, Connection(service))
        return lambda: EitherWay(context, lambda: Connection(service))

    async def warm_up(self) -> None:
        """Load what is needed late, while nobody waits for the simulator to be ready."""
        if self.simulator.vendor.webhooks is not None:
            await self._sender.prepare()

    @property
    def connections(self) -> int:
        """How many are open."""
        return 0 if self._service is None else len(self._service.connections)

    async def stop(self) -> None:
        """Close every connection, whatever is under way on it."""
        if self._server is not None:
            self._server.close()
        if self._pump is not None:
            await self._pump.stop()
        if self._service is not None:
            await self._service.stop()
        if self._timers is not None:
            self._timers.close()
