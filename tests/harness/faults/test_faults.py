"""The table of all kinds."""

from brownout_harness.faults import KINDS
from brownout_harness.virtual.runner import LAYERS
from brownout_simulators.faults import FAULTS


def test_what_the_simulators_can_do_happens_inside_the_vendor() -> None:
    assert {name for name, kind in KINDS.items() if kind.layer == "vendor"} == set(FAULTS)
    assert {kind.layer for kind in KINDS.values()} <= set(LAYERS)
