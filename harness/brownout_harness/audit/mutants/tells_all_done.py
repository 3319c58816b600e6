"""Telemetry that tells of every operation that it was done, whatever the caller was answered: the success rate on the
dashboard is always perfect."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


def _all_done(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        sink(event._replace(outcome="done") if event.kind is Kind.OPERATION_FINISHED else event)

    return tell


MUTANT = Mutant(
    name="tells-all-done",
    part=Part.TELEMETRY,
    about="telemetry tells that every operation was done: the success rate that is watched is always perfect",
    scenario="stripe-lost-answers",
    expectation="telemetry_true",
    replacements=lambda: Replacements(sink=_all_done),
)
