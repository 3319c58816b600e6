"""When arrivals come, from the seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.asked.arrivals import instants
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Operation, Rising, Workload
from tests.support.examples import examples


def scenario(*phases: Phase, rate_per_s: float = 40.0, process: str = "poisson", seed: int = 7) -> Scenario:
    arrivals = Arrivals(rate_per_s=rate_per_s, process=process)  # type: ignore[arg-type]
    return Scenario(
        name="s",
        about="a",
        seed=seed,
        workload=Workload(arrivals=arrivals, operations=(Operation(name="pay"),)),
        phases=phases or (Phase(name="steady", for_s=20.0),),
        expect=(),
    )


def test_constant_arrivals_are_evenly_spaced_from_the_start() -> None:
    found = list(instants(scenario(Phase(name="a", for_s=2.0), rate_per_s=5.0, process="constant")))
    assert found == pytest.approx([0.2 * index for index in range(10)])


def test_a_phase_may_pause_and_change_the_rate() -> None:
    phases = (
        Phase(name="a", for_s=10.0),
        Phase(name="pause", for_s=10.0, rate_per_s=0.0),
        Phase(name="b", for_s=10.0, rate_per_s=20.0),
    )
    found = list(instants(scenario(*phases, rate_per_s=10.0, process="constant")))
    counts = [sum(low <= at_s < low + 10.0 for at_s in found) for low in (0.0, 10.0, 20.0)]
    assert counts == [100, 0, 200]


def test_a_rising_rate_puts_more_arrivals_at_the_end() -> None:
    phase = Phase(name="a", for_s=10.0, rate_per_s=Rising(from_per_s=0.0, to_per_s=20.0))
    found = list(instants(scenario(phase, process="constant")))
    assert len(found) == 100
    assert sum(at_s < 5.0 for at_s in found) == 25


@examples(40)
@given(
    seed=st.integers(0, 2**40),
    rates=st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0.1, 20)), min_size=1, max_size=4),
    process=st.sampled_from(["poisson", "constant"]),
)
def test_arrivals_are_in_order_within_the_run_and_about_as_many_as_expected(
    seed: int, rates: list[tuple[float, float, float]], process: str
) -> None:
    phases = tuple(
        Phase(name=f"p{index}", for_s=for_s, rate_per_s=Rising(from_per_s=first, to_per_s=last))
        for index, (first, last, for_s) in enumerate(rates)
    )
    made = scenario(*phases, seed=seed, process=process)
    found = list(instants(made))
    expected = sum((first + last) / 2 * for_s for first, last, for_s in rates)
    slack = 1.0 if process == "constant" else 8.0 * expected**0.5 + 8.0
    assert found == sorted(found)
    assert all(0.0 <= at_s <= made.duration_s for at_s in found)
    assert abs(len(found) - expected) <= slack + 1e-6
