"""Nothing: a toxic that changes nothing, which Toxiproxy has too."""

from dataclasses import dataclass

from brownout_harness.wire.toxics.kind import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Noop(Kind):
    """Everything passes as it comes."""
