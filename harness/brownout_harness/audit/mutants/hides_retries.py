"""Telemetry that tells of the first attempt of each call and of no other: the dashboard shows no retry, the vendor gets
them all."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part

ATTEMPTS = frozenset({Kind.ATTEMPT_STARTED, Kind.ATTEMPT_FINISHED})


def _without_retries(sink: Sink) -> Sink:
    def tell(event: Event) -> None:
        if event.kind not in ATTEMPTS or event.attempt <= 1:
            sink(event)

    return tell


MUTANT = Mutant(
    name="hides-retries",
    part=Part.TELEMETRY,
    about="telemetry tells of no attempt after the first: the load that retries make is nobody's",
    scenario="stripe-lost-answers",
    expectation="telemetry_true",
    replacements=lambda: Replacements(sink=_without_retries),
)
