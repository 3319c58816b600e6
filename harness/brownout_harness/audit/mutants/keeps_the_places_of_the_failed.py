"""A bulkhead whose place is given back where the call went well: whatever raised keeps it for good."""

import sys

from brownout_core.compose import Replacements
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_harness.audit.mutant import Mutant, Part


class _Leaking(Bulkhead):
    """Given back at the end of the good path."""

    __slots__ = ()

    def leave(self) -> None:
        if sys.exc_info()[0] is None:
            super().leave()


def _bulkhead(_vendor: str, config: BulkheadConfig) -> Bulkhead:
    return _Leaking(config)


MUTANT = Mutant(
    name="keeps-the-places-of-the-failed",
    part=Part.BULKHEAD,
    about="a call that fails keeps its place: after an outage the vendor is well and nobody gets in",
    scenario="stripe-brownout",
    expectation="goodput",
    replacements=lambda: Replacements(bulkhead=_bulkhead),
)
