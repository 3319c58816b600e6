"""Telemetry that tells of each attempt under the id of the operation before it, as a logger does whose context is
shared: an operation's story is another one's."""

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind, Sink
from brownout_harness.audit.mutant import Mutant, Part


class _Shared:
    """The id that the last attempt began with, whosever it was."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._operation_id = ""

    def __call__(self, event: Event) -> None:
        if event.kind is not Kind.ATTEMPT_STARTED:
            self._sink(event)
            return
        self._sink(event._replace(operation_id=self._operation_id or event.operation_id))
        self._operation_id = event.operation_id


MUTANT = Mutant(
    name="tells-foreign-ids",
    part=Part.TELEMETRY,
    about="telemetry tells of an attempt under another operation's id: an operation's story is another one's",
    scenario="healthy",
    expectation="telemetry_true",
    replacements=lambda: Replacements(sink=_Shared),
)
