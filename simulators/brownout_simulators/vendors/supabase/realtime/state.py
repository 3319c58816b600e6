"""What this service keeps."""

from dataclasses import dataclass


@dataclass(slots=True)
class RealtimeState:
    """One project's."""
