"""Telemetry that is called with one argument where two are wanted: it knows the state, and not whose."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


def _nameless(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        sink(event._replace(vendor="") if event.kind is Kind.BREAKER_TRANSITION else event)

    return tell


MUTANT = Mutant(
    name="tells-transitions-of-nobody",
    part=Part.TELEMETRY,
    about="a breaker's changes are recorded without the vendor's name: every alarm is everybody's, and nobody's",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(sink=_nameless),
)
