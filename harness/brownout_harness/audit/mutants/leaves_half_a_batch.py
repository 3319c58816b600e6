"""A flow that takes a refused batch for one of which nothing was done: what was made before the refusal stays."""

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.plan_visits import PlanVisits, There
from brownout_harness.audit.mutant import Mutant, Part


class _AllOrNothing(PlanVisits):
    """As if the ERP took it back itself."""

    async def _taken_back(self, there: There, asking: Asking) -> None:
        del there
        asking.taken_back()


MUTANT = Mutant(
    name="leaves-half-a-batch",
    part=Part.FLOWS,
    about="of a batch that was refused what was made before it is left: somebody drives to a visit that nobody wants",
    scenario="erp-batches-lost",
    expectation="nothing_lost",
    replacements=lambda: Replacements(flows={**FLOWS, "plan_visits": _AllOrNothing}),
)
