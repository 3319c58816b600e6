"""So much memory, and not more and more of it."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.held import Held, growth_per_minute
from brownout_harness.judging.expectations.memory_bounded import MemoryBounded
from brownout_harness.judging.memory import MemorySample
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, holding

FLAT = MemoryBounded(at_most_mb=60, grows_at_most_mb=1)


def run(memory: tuple[MemorySample, ...]) -> Evidence:
    return changed(healthy(), memory=memory)


def status(memory: tuple[MemorySample, ...], demand: MemoryBounded = FLAT) -> Status:
    return demand.judge(run(memory)).status


def test_what_stays_as_it_is_passes_and_says_how_sure_that_is() -> None:
    result = FLAT.judge(run(holding()))
    assert result.status is Status.PASSED
    assert result.observed.startswith("gateway held 50.2 MB at most (100 samples); gateway grew by ")


def test_one_look_above_the_bound_is_one_too_many() -> None:
    memory = list(holding())
    memory[70] = memory[70]._replace(resident_bytes=60_000_001)
    result = FLAT.judge(run(tuple(memory)))
    assert (result.status, result.cases[0].at_s) == (Status.FAILED, 70.5)
    assert result.cases[0].what == "gateway (pid 11) held 60.0 MB"


def test_a_leak_is_seen_long_before_it_is_too_much() -> None:
    assert status(holding(grows_a_second=30_000)) is Status.FAILED
    assert status(holding(grows_a_second=10_000)) is Status.PASSED


def test_a_slope_too_near_to_the_bound_cannot_be_told() -> None:
    assert status(holding(grows_a_second=1_000_000 // 60)) is Status.INCONCLUSIVE


def test_the_slope_is_that_of_the_line() -> None:
    straight = tuple(Held(float(second), 1000 * second) for second in range(100))
    low, high = growth_per_minute(straight)
    assert low == pytest.approx(60_000) == high


def test_a_life_that_begins_anew_is_judged_by_itself() -> None:
    """Growing by half before it is killed, and again after it: over both it would look flat."""
    first, second = holding(grows_a_second=100_000, over_s=50), holding(grows_a_second=100_000, over_s=50, pid=12)
    later = tuple(each._replace(at_s=each.at_s + 50) for each in second)
    assert status((*first, *later)) is Status.FAILED


def test_a_process_is_judged_by_itself() -> None:
    other = tuple(each._replace(process="gateway.1", pid=12) for each in holding(grows_a_second=100_000))
    assert status((*holding(), *other)) is Status.FAILED
    assert status((*holding(), *other), MemoryBounded(process="gateway", grows_at_most_mb=1)) is Status.PASSED


def test_a_phase_leaves_out_what_comes_before_it() -> None:
    warm = tuple(
        each._replace(resident_bytes=each.resident_bytes + (10_000_000 if each.at_s > 15 else 0)) for each in holding()
    )
    assert status(warm, MemoryBounded(grows_at_most_mb=1)) is not Status.PASSED
    assert status(warm, MemoryBounded(grows_at_most_mb=1, during="outage")) is Status.PASSED
    assert status(warm, MemoryBounded(grows_at_most_mb=1, during="never")) is Status.INCONCLUSIVE


@pytest.mark.parametrize("memory", [(), holding()[:29], holding()[:45]])
def test_what_was_not_seen_or_hardly_says_nothing(memory: tuple[MemorySample, ...]) -> None:
    assert status(memory) is Status.INCONCLUSIVE


def test_an_idle_target_shows_nothing() -> None:
    assert FLAT.judge(changed(healthy(10), memory=holding())).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("wrong", [{}, {"at_most_mb": 0}, {"grows_at_most_mb": -1}])
def test_parameters_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="memory_bounded"):
        MemoryBounded(**wrong)
