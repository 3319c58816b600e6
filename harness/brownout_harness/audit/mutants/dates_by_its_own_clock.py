"""A client that never looks at an answer's `Date`: a vendor's dates are judged by a clock that is not the vendor's."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType

from brownout_core.compose import Replacements
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part


class _Dateless:
    """A transport whose answers have no `Date`."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _WithoutDate(self._inner.open(request))

    async def close(self) -> None:
        await self._inner.close()


class _WithoutDate:
    def __init__(self, opening: AbstractAsyncContextManager[Opened]) -> None:
        self._opening = opening

    async def __aenter__(self) -> Opened:
        opened = await self._opening.__aenter__()
        return opened._replace(headers={name: value for name, value in opened.headers.items() if name != "date"})

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, trace)


MUTANT = Mutant(
    name="dates-by-its-own-clock",
    part=Part.RETRY,
    about="a vendor's dates are judged by the application's own clock, though the answer tells the vendor's",
    scenario="clock-jumps-ahead",
    expectation="exactly_once",
    replacements=lambda: Replacements(transport=lambda _vendor, transport: _Dateless(transport)),
)
