"""Defects of the simulator itself, to be told from the faults of a scenario."""

import logging
from typing import Final

LIMIT: Final = 100

_log = logging.getLogger(__name__)


class Problems:
    """The first hundred are kept, the log has them all. A run with any is not to be trusted."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self.kept: list[str] = []

    def tell(self, where: str, error: Exception) -> None:
        """An exception that was the simulator's own fault."""
        _log.error("%s: %s failed", self._vendor, where, exc_info=error)
        self.keep(f"{where}: {type(error).__name__}: {error}")

    def keep(self, what: str) -> None:
        """Anything else that went wrong in the simulator."""
        if len(self.kept) < LIMIT:
            self.kept.append(what)
