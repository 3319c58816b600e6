"""What an account's database holds."""

from dataclasses import dataclass


@dataclass(slots=True)
class DatabaseState:
    """One project's."""
