"""A client that reads Retry-After as seconds only: told a date, it comes back when it likes."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType

from brownout_core.compose import Replacements
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part

HEADER = "retry-after"


class _Plain:
    """A transport whose answers name seconds or nothing."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _WithoutDates(self._inner.open(request))

    async def close(self) -> None:
        await self._inner.close()


class _WithoutDates:
    def __init__(self, opening: AbstractAsyncContextManager[Opened]) -> None:
        self._opening = opening

    async def __aenter__(self) -> Opened:
        opened = await self._opening.__aenter__()
        if opened.headers.get(HEADER, "0").isdecimal():
            return opened
        return opened._replace(headers={name: value for name, value in opened.headers.items() if name != HEADER})

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, trace)


MUTANT = Mutant(
    name="reads-no-dates",
    part=Part.RETRY,
    about="a Retry-After that is a date is not read",
    scenario="sales-limited",
    expectation="retry_after_respected",
    replacements=lambda: Replacements(transport=lambda _vendor, transport: _Plain(transport)),
)
