"""What can be set up of this service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSetup:
    """One project's."""


def read(given: Any, place: str) -> AuthSetup:
    """JSON to the setup. Raises `ValueError`, whose text begins with the place."""
    if not isinstance(given, Mapping) or given:
        raise ValueError(f"{place}: nothing can be set up here")
    return AuthSetup()
