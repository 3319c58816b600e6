"""A bulkhead that counts its queue the wrong way round: it lets in only when full, so that nobody ever waits."""

from dataclasses import replace

from brownout_core.compose import Replacements
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from brownout_harness.audit.mutant import Mutant, Part


def _bulkhead(_vendor: str, config: BulkheadConfig) -> Bulkhead:
    return Bulkhead(replace(config, max_queued=0))


MUTANT = Mutant(
    name="lets-nobody-wait",
    part=Part.BULKHEAD,
    about="who finds no place is turned away though the queue is empty: each bunch of calls loses some of them",
    scenario="places-queued-for",
    expectation="success_rate",
    replacements=lambda: Replacements(bulkhead=_bulkhead),
)
