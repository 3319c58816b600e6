"""A bulkhead in which one waits for as long as it takes, and everybody may wait."""

from dataclasses import replace
from math import inf

from brownout_core.compose import Replacements
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_harness.audit.mutant import Mutant, Part

EVERYBODY = 1_000_000
AN_HOUR_S = 3_600.0


class _Patient(Bulkhead):
    """The queue moves, after all."""

    __slots__ = ()

    async def enter(self, deadline_at_s: float) -> None:
        del deadline_at_s
        await super().enter(inf)


def _bulkhead(_vendor: str, config: BulkheadConfig) -> Bulkhead:
    return _Patient(replace(config, max_queued=EVERYBODY, max_wait_s=AN_HOUR_S))


MUTANT = Mutant(
    name="queues-past-the-deadline",
    part=Part.BULKHEAD,
    about="waiting for a place counts against no deadline: whoever asked is gone when his turn comes",
    scenario="places-taken",
    expectation="deadline_respected",
    replacements=lambda: Replacements(bulkhead=_bulkhead),
)
