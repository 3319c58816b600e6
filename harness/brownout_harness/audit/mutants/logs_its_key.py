"""Telemetry that tells what was sent, so that one can see what went wrong: the credential among it."""

from contextlib import AbstractAsyncContextManager

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.audit.mutant import Mutant, Part


class _Overheard:
    """A transport that remembers what it sent last."""

    def __init__(self, inner: Transport, sent: list[str]) -> None:
        self._inner = inner
        self._sent = sent

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        self._sent[:] = [f"{request.method} {request.url} {dict(request.headers)}"]
        return self._inner.open(request)

    async def close(self) -> None:
        await self._inner.close()


def _replacements() -> Replacements:
    sent = [""]

    def verbose(sink: Sink) -> Sink:
        def tell(event: Event) -> None:
            failed = event.kind is Kind.ATTEMPT_FINISHED and event.outcome != "ok"
            sink(event._replace(detail=sent[0]) if failed else event)

        return tell

    return Replacements(sink=verbose, transport=lambda _vendor, transport: _Overheard(transport, sent))


MUTANT = Mutant(
    name="logs-its-key",
    part=Part.SECRETS,
    about="a failed attempt is told with the headers of its request: the key is in every log",
    scenario="stripe-lost-answers",
    expectation="no_secrets",
    replacements=_replacements,
)
