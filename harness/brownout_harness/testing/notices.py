"""A vendor's webhooks: whom it tells, and what came of it."""

import asyncio
import fnmatch
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_harness.testing.stand import AnyStand, Application
from brownout_simulators.deliveries import Attempt
from brownout_simulators.safety import is_loopback_host
from brownout_simulators.simulator import Simulator

WITHIN_S: Final = 10.0
LOOK_EVERY_S: Final = 0.005


class Webhooks:
    """One account's."""

    def __init__(self, stand: AnyStand, simulator: Simulator[Any], account: str) -> None:
        self._stand = stand
        self._simulator = simulator
        self._account = account
        self._first = stand.do(lambda: len(simulator.outbox.book))

    def to(self, url: str, application: Application | None = None) -> str:
        """Register a receiver on this machine for everything that happens, as in the vendor's dashboard. Returns the
        secret that its notices are signed with. In virtual time nobody listens on a port: name any URL of this machine
        (`http://127.0.0.1/hooks`), and the ASGI application that is to be asked.

        Raises `ValueError` where the vendor has no receivers to register, or the URL leads elsewhere.
        """
        if not is_loopback_host(urlsplit(url).netloc):
            raise ValueError(f"webhooks are sent to this machine alone, not to {url!r}")
        if application is not None:
            self._stand.receive(url, application)
        return self._stand.do(lambda: self._simulator.listen(self._account, url))

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt at a delivery that is over, in the order of their ends."""
        return self._stand.do(self._attempts)

    def arrived(self, count: int = 1, *, type: str = "*", within_s: float = WITHIN_S) -> tuple[Attempt, ...]:  # noqa: A002
        """Those whose receiver said 2xx, as soon as there are `count`; `type` is a glob over the notices' types.

        Raises `AssertionError` where that takes longer than `within_s`. It waits; in an asynchronous test:
        `await stripe.webhooks.arriving()`.
        """
        return self._stand.run(self._wait(count, type, within_s), within_s=within_s + WITHIN_S)

    async def arriving(
        self,
        count: int = 1,
        *,
        type: str = "*",  # noqa: A002
        within_s: float = WITHIN_S,
    ) -> tuple[Attempt, ...]:
        """`arrived`, for an asynchronous test."""
        return await self._stand.wait(self._wait(count, type, within_s))

    async def _wait(self, count: int, type: str, within_s: float) -> tuple[Attempt, ...]:  # noqa: A002
        try:
            async with asyncio.timeout(within_s):
                return await self._seen(count, type)
        except TimeoutError:
            told = ", ".join(f"{one.type} {one.status}" for one in self._attempts()) or "no attempt is over"
            raise AssertionError(
                f"{self._simulator.vendor.name}: no {count} webhooks {type} arrived within {within_s:g} s: {told}"
            ) from None

    async def _seen(self, count: int, type: str) -> tuple[Attempt, ...]:  # noqa: A002
        while True:
            arrived = [one for one in self._attempts() if 200 <= one.status < 300]
            found = tuple(one for one in arrived if fnmatch.fnmatchcase(one.type, type))
            if len(found) >= count:
                return found
            await asyncio.sleep(LOOK_EVERY_S)

    def _attempts(self) -> tuple[Attempt, ...]:
        book = self._simulator.outbox.book
        return tuple(one for one in book.page(self._first, len(book)) if one.account == self._account)
