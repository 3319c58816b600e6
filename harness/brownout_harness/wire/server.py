"""All of it on one loop: proxies, their books, the API on a port."""

import asyncio
import errno
import secrets
import time
from types import TracebackType
from typing import Final, Self

from brownout_harness.wire.api import Api
from brownout_harness.wire.books import Books
from brownout_harness.wire.connection import Means
from brownout_harness.wire.http import HttpApi, request_ids
from brownout_harness.wire.proxies import Proxies
from brownout_simulators.hosts.timers import make_timers

PORT: Final = 8474
"""Toxiproxy's own."""


class PortTaken(OSError):
    """The port that the API was to have is in use."""


class Server:
    """`async with Server(...) as server:` serves until it is left. Its clock is `time.monotonic`."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = PORT, seed: int = 0, with_metrics: bool = False) -> None:
        """`seed` decides what each toxic strikes and draws; `host` is an address of loopback; port 0: any free one."""
        self._host = host
        self._port = port
        self._seed = seed
        self._with_metrics = with_metrics
        self.books = Books()
        self._asking: set[HttpApi] = set()

    @property
    def url(self) -> str:
        """Where the API is."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        """Raises `PortTaken`."""
        loop = asyncio.get_running_loop()
        self._timers = make_timers(loop)
        self.proxies = Proxies(Means(loop, self._timers, time.monotonic, self.books, self._seed))
        self.api = Api(self.proxies, self.books, clock=time.monotonic, with_metrics=self._with_metrics)
        ids, asking = request_ids(secrets.token_hex(4)), self._asking
        try:
            self._server = await loop.create_server(
                lambda: HttpApi(self.api.answer, ids, asking), self._host, self._port
            )
        except OSError as error:
            self._timers.close()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(errno.EADDRINUSE, f"port {self._port} is in use") from None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for each in tuple(self._asking):
            each.abort()
        self.proxies.close()
        # Connections that were aborted tell so in the loop's next turn, and then the timers are needed no more.
        await asyncio.sleep(0)
        self._timers.close()
