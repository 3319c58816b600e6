"""What is changed."""

import pytest

from brownout_harness.audit.systematic.changes import changed
from brownout_harness.audit.systematic.sources import SOURCES, part_of, sampled


@pytest.mark.thorough
def test_all_of_the_core_can_be_changed() -> None:
    """No two changes have one name; a part of them is compiled."""
    core = SOURCES["core"]
    changes = list(core.changes())
    assert len({each.name for each in changes}) == len(changes) > 5000
    for each in sampled(changes, 0.02):
        compile(changed(core.file(each.module), each), each.module, "exec")


@pytest.mark.thorough
def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    changes = [each for each in SOURCES["core"].changes() if each.module == "brownout_core.policies.breaker"]
    some, more = sampled(changes, 0.3), sampled(changes, 0.7)
    assert {each.name for each in some} < {each.name for each in more} < {each.name for each in changes}
    assert sampled(changes, 1.0) == changes


@pytest.mark.thorough
def test_of_the_simulators_it_is_the_engine_that_is_changed() -> None:
    parts = {part_of(each.module) for each in SOURCES["simulators"].changes()}
    assert {"engine", "faults", "ledger", "idempotency"} <= parts
    assert not parts & {"vendors", "hosts"}
