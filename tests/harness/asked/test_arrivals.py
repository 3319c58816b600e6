"""Arrivals from the seed."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brownout_harness.asked.arrivals import plan, run_tag
from brownout_scenarios.schema import Arrivals, Operation, Phase, Rising, Scenario, Workload


def scenario(
    *phases: Phase, rate_per_s: float = 40.0, process: str = "poisson", seed: int = 7, **weights: float
) -> Scenario:
    operations = tuple(Operation(name=name, weight=weight) for name, weight in (weights or {"pay": 1.0}).items())
    arrivals = Arrivals(rate_per_s=rate_per_s, process=process)  # type: ignore[arg-type]
    return Scenario(
        name="s",
        about="a",
        seed=seed,
        workload=Workload(arrivals=arrivals, operations=operations),
        phases=phases or (Phase(name="steady", for_s=20.0),),
        expect=(),
    )


def test_the_same_seed_gives_the_same_arrivals_and_another_seed_others() -> None:
    assert plan(scenario(seed=7)) == plan(scenario(seed=7))
    assert [item.at_s for item in plan(scenario(seed=7))] != [item.at_s for item in plan(scenario(seed=8))]


def test_constant_arrivals_are_evenly_spaced_from_the_start() -> None:
    arrivals = plan(scenario(Phase(name="a", for_s=2.0), rate_per_s=5.0, process="constant"))
    assert [item.at_s for item in arrivals] == pytest.approx([0.2 * index for index in range(10)])


def test_a_phase_may_pause_and_change_the_rate() -> None:
    phases = (
        Phase(name="a", for_s=10.0),
        Phase(name="pause", for_s=10.0, rate_per_s=0.0),
        Phase(name="b", for_s=10.0, rate_per_s=20.0),
    )
    arrivals = plan(scenario(*phases, rate_per_s=10.0, process="constant"))
    counts = [sum(low <= item.at_s < low + 10.0 for item in arrivals) for low in (0.0, 10.0, 20.0)]
    assert counts == [100, 0, 200]


def test_a_rising_rate_puts_more_arrivals_at_the_end() -> None:
    phase = Phase(name="a", for_s=10.0, rate_per_s=Rising(from_per_s=0.0, to_per_s=20.0))
    arrivals = plan(scenario(phase, process="constant"))
    assert len(arrivals) == 100
    assert sum(item.at_s < 5.0 for item in arrivals) == 25


@settings(max_examples=40, deadline=None)
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
    instants = [item.at_s for item in plan(made)]
    expected = sum((first + last) / 2 * for_s for first, last, for_s in rates)
    slack = 1.0 if process == "constant" else 8.0 * expected**0.5 + 8.0
    assert instants == sorted(instants)
    assert all(0.0 <= at_s <= made.duration_s for at_s in instants)
    assert abs(len(instants) - expected) <= slack + 1e-6


def test_a_later_phase_moves_no_earlier_arrival() -> None:
    first = Phase(name="a", for_s=10.0)
    short = plan(scenario(first))
    longer = plan(scenario(first, Phase(name="b", for_s=10.0, rate_per_s=100.0)))
    assert longer[: len(short)] == short


def test_operations_come_in_their_shares() -> None:
    names = [item.name for item in plan(scenario(Phase(name="a", for_s=100.0), pay=3.0, notify=1.0))]
    assert names.count("pay") / len(names) == pytest.approx(0.75, abs=0.03)


def test_ids_are_readable_and_unique_and_say_which_run() -> None:
    made = scenario(place_order=1.0)
    arrivals = plan(made)
    assert arrivals[41].operation_id == f"place-order-000042-{run_tag(made)}"
    assert len({item.operation_id for item in arrivals}) == len(arrivals)
    assert run_tag(made) != run_tag(replace(made, seed=8))


def test_parameters_are_json_and_fixed_ones_shift_no_other_draw() -> None:
    drawn = plan(scenario())
    operation = Operation(name="pay", params={"amount": 1200})
    base = scenario()
    fixed = plan(replace(base, workload=replace(base.workload, operations=(operation,))))
    assert json.loads(json.dumps([item.params for item in drawn])) == [item.params for item in drawn]
    assert {item.params["amount"] for item in fixed} == {1200}
    assert [item.params["payment_method"] for item in fixed] == [item.params["payment_method"] for item in drawn]
