"""What this service keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brownout_simulators.store import Store


@dataclass(slots=True)
class StorageState:
    """One project's."""

    def stores(self) -> Mapping[str, Store[Any]]:
        """What is counted."""
        return {}
