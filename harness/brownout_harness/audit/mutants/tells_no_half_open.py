"""Telemetry that knows two states of a breaker: what lies between open and closed is told to nobody."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


def _two_states(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        if event.kind is Kind.BREAKER_TRANSITION and event.outcome == "half_open":
            return
        detail = (
            event.detail.replace("half_open->", "open->") if event.kind is Kind.BREAKER_TRANSITION else event.detail
        )
        sink(event._replace(detail=detail))

    return tell


MUTANT = Mutant(
    name="tells-no-half-open",
    part=Part.TELEMETRY,
    about="half-open is never recorded: the dashboard shows a breaker that closes as if nobody had looked",
    scenario="stripe-brownout",
    expectation="breaker",
    replacements=lambda: Replacements(sink=_two_states),
)
