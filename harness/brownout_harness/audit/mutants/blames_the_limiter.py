"""Telemetry that says the limiter of each call that the breaker turned away: the vendor looks busy where it is down,
and nobody looks at the breaker."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


def _limited(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        blamed = event.kind is Kind.CALL_REJECTED and event.outcome == "breaker"
        sink(event._replace(outcome="limiter") if blamed else event)

    return tell


MUTANT = Mutant(
    name="blames-the-limiter",
    part=Part.TELEMETRY,
    about="telemetry says that the limiter turned away what the breaker did: nobody looks at the breaker",
    scenario="grey-failure",
    expectation="telemetry_true",
    replacements=lambda: Replacements(sink=_limited),
)
