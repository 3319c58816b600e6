"""Ids, instants, the machine, the log of changes, lagging reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales.resources import STEPS, TRANSITIONS, crockford, derived_id, moved, rfc3339
from tests.simulators.vendors.sales.bench import ORDERS, SalesBench, order


def test_every_step_is_in_the_table_and_every_state_is_reached() -> None:
    assert all(after in TRANSITIONS[before] for before, (after, _) in STEPS.items())
    assert {state for ways in TRANSITIONS.values() for state in ways} | {"received"} == set(TRANSITIONS)


@given(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_an_order_only_ever_takes_steps_of_the_table(wishes: list[str]) -> None:
    bench = SalesBench()
    bench.take_in(order(sku="PYX-SLOW-999999999"))
    account = bench.simulator.accounts["shop"]
    one = next(iter(account.state.orders.values()))
    for wish in wishes:
        before = one.now
        if wish in TRANSITIONS[before.status]:
            account.state.change(one, moved(one, wish, account))
            assert (one.now.version, one.now.sequence) == (before.version + 1, before.sequence + 1)
        else:
            with pytest.raises(ValueError, match="cannot go"):
                moved(one, wish, account)
            assert one.now is before


def test_ids_are_ulids_that_sort_by_time() -> None:
    bench = SalesBench()
    first = bench.take_in(order("A-1")).json["id"]
    bench.pass_time(1)
    assert first < bench.take_in(order("A-2")).json["id"]
    assert crockford(32, 2) == "10"
    assert derived_id("whd", "a", "b") == derived_id("whd", "a", "b") != derived_id("whd", "ab")
    assert len(derived_id("whd", "a")) == len("whd_") + 26


def test_instants_have_milliseconds() -> None:
    assert rfc3339(1_760_000_000.1239) == "2025-10-09T08:53:20.123Z"


def _lag(bench: SalesBench, kind: str, lag_s: float) -> None:
    rule = {"id": "r", "vendor": "sales", "match": "GET /api/v2/orders*", kind: {"lag_s": lag_s}}
    bench.simulator.schedule([rule_from_json(rule)])


def test_a_replica_that_lags_does_not_know_a_young_order_and_an_old_one_in_its_old_state() -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku="PYX-STUCK")).json
    _lag(bench, "stale_reads", 1.0)
    young = bench.get(made["id"])
    assert (young.status, young.json["retryable"]) == (404, True)
    assert bench.send("GET", ORDERS).json["data"] == []
    bench.pass_time(1.01)
    assert bench.get(made["id"]).json["status"] == "received"
    bench.pass_time(1)
    assert bench.get(made["id"]).json["status"] == "validated"
    assert bench.simulator.plan.standing["r"].struck == 3


def test_a_lag_after_writes_hides_new_orders_only() -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku="PYX-STUCK")).json
    _lag(bench, "read_after_write_lag", 1.0)
    assert bench.get(made["id"]).status == 404
    bench.pass_time(1.01)
    assert bench.get(made["id"]).json["status"] == "validated"
