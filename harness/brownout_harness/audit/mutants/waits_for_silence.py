"""An assistant that bounds the whole of an answer and not the gaps in it: one that stands still is waited for."""

from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.assist import Assist
from brownout_harness.audit.mutant import Mutant, Part


class _Patient(Assist):
    first_within_s = 600.0
    idle_s = 600.0


MUTANT = Mutant(
    name="waits-for-silence",
    part=Part.TIMEOUTS,
    about="a stream may be silent for as long as the whole answer may take",
    scenario="openai-goes-silent",
    expectation="latency",
    replacements=lambda: Replacements(flows={**FLOWS, "assist": _Patient}),
)
