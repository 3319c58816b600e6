"""So many descriptors, and not more and more of them."""

from typing import Any

import pytest

from brownout_harness.judging.expectations.descriptors_bounded import DescriptorsBounded
from brownout_harness.judging.memory import MemorySample
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, holding

FLAT = DescriptorsBounded(at_most=60, grows_at_most=3)


def status(memory: tuple[MemorySample, ...], demand: DescriptorsBounded = FLAT) -> Status:
    return demand.judge(changed(healthy(), memory=memory)).status


def test_what_stays_as_it_is_passes_and_says_how_sure_that_is() -> None:
    result = FLAT.judge(changed(healthy(), memory=holding()))
    assert result.status is Status.PASSED
    assert (
        result.expected == "each process holds at most 60 open descriptors and at most 3 open descriptors more a minute"
    )
    assert result.observed.startswith("gateway held 42 open descriptors at most (100 samples); gateway grew by ")


def test_a_leak_is_seen_long_before_it_is_too_much() -> None:
    assert status(holding(opens_a_second=0.1)) is Status.FAILED
    assert status(holding(opens_a_second=0.1), DescriptorsBounded(at_most=60)) is Status.PASSED
    assert status(holding(grows_a_second=100_000)) is Status.PASSED  # of memory it is


def test_one_look_above_the_bound_is_one_too_many() -> None:
    memory = list(holding())
    memory[70] = memory[70]._replace(descriptors=61)
    result = FLAT.judge(changed(healthy(), memory=tuple(memory)))
    assert (result.status, result.cases[0].what) == (Status.FAILED, "gateway (pid 11) held 61 open descriptors")


def test_where_nobody_could_look_nothing_is_known() -> None:
    """Another user's process shows its memory, and not what it has open."""
    shut = tuple(each._replace(descriptors=None) for each in holding())
    assert status(shut) is Status.INCONCLUSIVE
    assert status((*holding()[:30], *shut[30:])) is Status.INCONCLUSIVE


@pytest.mark.parametrize("wrong", [{}, {"at_most": 0}, {"grows_at_most": -1}])
def test_parameters_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="descriptors_bounded"):
        DescriptorsBounded(**wrong)
