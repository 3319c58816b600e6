"""Who asks for what and when, from the seed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.plan import plan as planned
from brownout_harness.asked.plan import run_tag
from brownout_scenarios.groups import workload_of
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Group, Operation, Rising, Workload


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


def group(name: str, rate_per_s: float = 40.0, **more: Any) -> Group:
    arrivals = Arrivals(rate_per_s=rate_per_s)
    return Group(**{"name": name, "arrivals": arrivals, "operations": (Operation(name="pay"),), **more})


def of_groups(*groups: Group, made: Scenario | None = None) -> list[Arrival]:
    return plan(replace(made or scenario(), workload=workload_of(groups)))


def test_groups_arrive_side_by_side_in_the_order_of_time_with_ids_of_their_own() -> None:
    card = {"payment_method": "pm_card_chargeDeclined"}
    testers = group("testers", 5.0, operations=(Operation(name="pay", params=card),), tenant="acme")
    found = of_groups(group("shoppers"), testers)
    assert [each.at_s for each in found] == sorted(each.at_s for each in found)
    assert len({each.operation_id for each in found}) == len(found)
    theirs = [each for each in found if each.group == "testers"]
    assert theirs[0].operation_id == f"pay-testers-000001-{run_tag(scenario())}"
    assert {(each.tenant, each.params["payment_method"]) for each in theirs} == {("acme", "pm_card_chargeDeclined")}
    assert {each.tenant for each in found if each.group == "shoppers"} == {""}
    assert 0 < len(theirs) < len(found) / 4


def test_one_group_more_moves_nobody_elses_arrivals_nor_what_they_ask_for() -> None:
    alone = of_groups(group("a"), group("b"))
    more = of_groups(group("c", 90.0), group("b"), group("a"))
    assert sorted((each for each in more if each.group != "c"), key=repr) == sorted(alone, key=repr)


def test_a_group_alone_without_a_name_is_the_workload_that_it_was() -> None:
    assert of_groups(group("")) == plan(scenario())


def test_a_group_may_have_a_rate_of_its_own_in_each_phase() -> None:
    made = scenario(Phase(name="calm", for_s=10.0), Phase(name="flood", for_s=10.0), Phase(name="after", for_s=10.0))
    steps = {"flood": Rising(from_per_s=50.0, to_per_s=150.0), "after": 0.0}
    even = Arrivals(rate_per_s=4.0, process="constant")
    found = of_groups(group("a", arrivals=even), group("b", rates_per_s=steps, arrivals=even), made=made)
    counts = {
        name: [sum(each.group == name and low <= each.at_s < low + 10.0 for each in found) for low in (0.0, 10.0, 20.0)]
        for name in ("a", "b")
    }
    assert counts == {"a": [40, 40, 40], "b": [40, 1000, 0]}


def test_an_arrival_is_drawn_when_it_is_asked_for() -> None:
    endless = scenario(Phase(name="a", for_s=1e9))
    assert next(planned(endless)).operation_id.startswith("pay-000001-")


def test_a_described_operation_draws_what_its_templates_may_use() -> None:
    base = scenario()
    operation = Operation(name="checkout", path="/checkout", params={"tip": 1})
    made = replace(base, workload=replace(base.workload, operations=(operation,)))
    assert plan(made)[0].params.keys() >= {"amount", "phone", "email", "tip"}
