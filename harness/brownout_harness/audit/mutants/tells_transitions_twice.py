"""Telemetry in which a breaker's change is told by the breaker and by whoever asked it."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


def _twice(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        sink(event)
        if event.kind is Kind.BREAKER_TRANSITION:
            sink(event)

    return tell


MUTANT = Mutant(
    name="tells-transitions-twice",
    part=Part.TELEMETRY,
    about="each change of a breaker is recorded twice: the dashboard counts two outages where there was one",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(sink=_twice),
)
