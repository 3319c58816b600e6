"""A bulkhead that has a place for everybody: a vendor that stalls gets as many calls at once as there are callers."""

from brownout_core.compose import Replacements
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Boundless:
    def try_enter(self) -> bool:
        """There is always one more."""
        return True

    async def enter(self, deadline_at_s: float) -> None:
        """Nobody ever waits."""
        del deadline_at_s

    def leave(self) -> None:
        """Nobody counts."""


def _bulkhead(_vendor: str, _config: BulkheadConfig) -> _Boundless:
    return _Boundless()


MUTANT = Mutant(
    name="admits-past-the-bulkhead",
    part=Part.BULKHEAD,
    about="the bulkhead admits everybody: a vendor that slows down gets as many calls at once as there are callers",
    scenario="places-taken",
    expectation="requests",
    replacements=lambda: Replacements(bulkhead=_bulkhead),
)
