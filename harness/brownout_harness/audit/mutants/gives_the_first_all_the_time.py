"""An assistant whose first model may take all the time there is: the second is asked when nobody waits any more."""

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.assist import Assist
from brownout_harness.audit.mutant import Mutant, Part


class _Generous(Assist):
    def share(self, asking: Asking, of: int) -> Asking:
        del of
        return super().share(asking, 1)


MUTANT = Mutant(
    name="gives-the-first-all-the-time",
    part=Part.TIMEOUTS,
    about="a model that hangs takes the time of the one that would be asked after it",
    scenario="openai-hangs",
    expectation="latency",
    replacements=lambda: Replacements(flows={**FLOWS, "assist": _Generous}),
)
