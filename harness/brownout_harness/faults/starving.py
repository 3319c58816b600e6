"""Processor time that is taken from a process: in each tenth of a second it stands still for so much of it.

So a hypervisor steals it, and so a container is held to its quota. It is not taken by others who compute beside: a
scheduler that is fair gives a process which needs little all that it needs, whoever else wants the processor.
"""

from typing import Final

from brownout_scenarios.phases import Action

PERIOD_S: Final = 0.1
"""As the kernel's own, of a quota."""
TAKEN: Final = 0.75
"""Where nobody says how much."""


def pulse_of(action: Action) -> tuple[float, float]:
    """For how long it stands still, and then runs, in turn."""
    still_s = PERIOD_S * (TAKEN if action.taken is None else action.taken)
    return still_s, PERIOD_S - still_s
