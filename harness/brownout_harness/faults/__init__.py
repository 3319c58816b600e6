"""Every kind of fault there is, with the layer that acts it out.

What goes wrong inside a vendor is the simulators' own table, what goes wrong on the wire that of `links.py`. A fault in
the machine is a frozen dataclass here and a line in `OTHERS`; each mode has a table of the layers that it can act out
(`layers.py` says what that takes). `linked.py` is what both modes know of the faults of one link, `strikes.py` what
those have struck; `actions.py` is what both modes know of what is done to processes, `agenda.py` when; `snapshots.py`
what the store held before, `wall.py` the application's wall clock, which may be wrong, `starving.py` the time that is
taken from it; `by_hand.py` what somebody changed meanwhile, `touched.py` that a run was not the one that was asked for
then.
"""

from collections.abc import Mapping
from typing import Final

from brownout_scenarios.phases import FaultKind
from brownout_simulators.faults import FAULTS

OTHERS: Final[Mapping[str, FaultKind]] = {}

KINDS: Final[Mapping[str, FaultKind]] = {
    **{name: FaultKind(kind, short=kind.short, needs=kind.needs) for name, kind in FAULTS.items()},
    **OTHERS,
}
