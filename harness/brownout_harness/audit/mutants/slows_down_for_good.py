"""A client that halves its pace whenever the vendor's limiter says no, and never raises it again."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType

from brownout_core.compose import Replacements
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part

REASON = "stripe-rate-limited-reason"
"""The header by which Stripe tells that it was a limiter of its own."""
LEAST_PER_S = 1.0


class _Yielding(Limiter):
    """As the good one, until it is told to slow down."""

    __slots__ = ()

    def slow_down(self) -> None:
        """For good."""
        self._refill_per_s = max(LEAST_PER_S, self._refill_per_s / 2)
        self._capacity = max(1.0, self._capacity / 2)


class _Listening:
    """A transport that tells the limiter what the vendor says of limits."""

    def __init__(self, inner: Transport, limiters: dict[str, _Yielding], vendor: str) -> None:
        self._inner = inner
        self._limiters = limiters
        self._vendor = vendor

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _Heard(self._inner.open(request), self)

    async def close(self) -> None:
        await self._inner.close()

    def heard(self, opened: Opened) -> None:
        """Whoever is limited slows down."""
        if opened.status == 429 and REASON in opened.headers:
            self._limiters[self._vendor].slow_down()


class _Heard:
    def __init__(self, opening: AbstractAsyncContextManager[Opened], by: _Listening) -> None:
        self._opening = opening
        self._by = by

    async def __aenter__(self) -> Opened:
        opened = await self._opening.__aenter__()
        self._by.heard(opened)
        return opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, trace)


def _replacements() -> Replacements:
    limiters: dict[str, _Yielding] = {}

    def limiter(vendor: str, config: LimiterConfig) -> _Yielding:
        made = limiters[vendor] = _Yielding(config)
        return made

    return Replacements(limiter=limiter, transport=lambda vendor, inner: _Listening(inner, limiters, vendor))


MUTANT = Mutant(
    name="slows-down-for-good",
    part=Part.LIMITER,
    about="the pace is halved whenever a vendor's own limiter says no, and stays so when the quota is back",
    scenario="quota-lowered",
    expectation="goodput",
    replacements=_replacements,
)
