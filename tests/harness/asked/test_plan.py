"""Who asks for what and when, from the seed."""

import json
from dataclasses import replace

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.plan import plan as planned
from brownout_harness.asked.plan import run_tag
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Operation, Workload


def plan(made: Scenario) -> list[Arrival]:
    return list(planned(made))


def scenario(*phases: Phase, seed: int = 7, **weights: float) -> Scenario:
    operations = tuple(Operation(name=name, weight=weight) for name, weight in (weights or {"pay": 1.0}).items())
    return Scenario(
        name="s",
        about="a",
        seed=seed,
        workload=Workload(arrivals=Arrivals(rate_per_s=40.0), operations=operations),
        phases=phases or (Phase(name="steady", for_s=20.0),),
        expect=(),
    )


def test_the_same_seed_gives_the_same_arrivals_and_another_seed_others() -> None:
    assert plan(scenario(seed=7)) == plan(scenario(seed=7))
    assert [item.at_s for item in plan(scenario(seed=7))] != [item.at_s for item in plan(scenario(seed=8))]


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


def test_an_arrival_is_drawn_when_it_is_asked_for() -> None:
    endless = scenario(Phase(name="a", for_s=1e9))
    assert next(planned(endless)).operation_id.startswith("pay-000001-")


def test_a_described_operation_draws_what_its_templates_may_use() -> None:
    base = scenario()
    operation = Operation(name="checkout", path="/checkout", params={"tip": 1})
    made = replace(base, workload=replace(base.workload, operations=(operation,)))
    assert plan(made)[0].params.keys() >= {"amount", "phone", "email", "tip"}
