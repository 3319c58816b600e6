"""Orders and the machine that moves them, lagging reads, what is forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales.magic import Fate
from brownout_simulators.vendors.sales.resources import KEEP_REVISIONS, Order, Revision, State, Token, moved, stores
from brownout_simulators.vendors.sales.states import TRANSITIONS
from tests.simulators.vendors.sales.bench import ORDERS, SalesBench, order
from tests.support.examples import examples


@given(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=12))
@examples(30)
def test_an_order_only_ever_takes_steps_of_the_table(wishes: list[str]) -> None:
    bench = SalesBench()
    bench.take_in(order(sku="PYX-SLOW-999999999"))
    account = bench.simulator.accounts["shop"]
    one = next(account.state.orders.oldest_first())
    for wish in wishes:
        before = one.now
        if wish in TRANSITIONS[before.status]:
            account.state.change(one, moved(one, wish, account))
            assert (one.now.version, one.now.sequence) == (before.version + 1, before.sequence + 1)
        else:
            with pytest.raises(ValueError, match="cannot go"):
                moved(one, wish, account)
            assert one.now is before


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


def test_every_kind_of_object_is_bounded() -> None:
    assert all(0 < store.limit <= 100_000 for store in stores(State()).values())


def test_an_order_on_its_way_is_forgotten_after_those_that_are_over_and_takes_its_entries_with_it() -> None:
    bench = SalesBench()
    stuck = bench.take_in(order("A-0", sku="PYX-STUCK")).json
    state = bench.simulator.accounts["shop"].state
    state.orders.limit = 3
    for number in range(1, 8):
        bench.take_in(order(f"A-{number}"))
        bench.pass_time(60)
    assert bench.get(stuck["id"]).json["status"] == "validated"
    assert [one.order_id for one in state.orders.oldest_first()] == ["A-0", "A-6", "A-7"]
    assert set(state.by_order_id) == {"A-0", "A-6", "A-7"}
    assert [one["orderId"] for one in bench.send("GET", ORDERS).json["data"]] == ["A-0", "A-6", "A-7"]
    assert bench.simulator.status()["objects"]["order"] == {"kept": 3, "forgotten": 5, "forgotten_open": 0}


def test_an_order_that_was_forgotten_on_its_way_goes_on_without_coming_back() -> None:
    bench = SalesBench()
    bench.take_in(order("A-0"))
    state = bench.simulator.accounts["shop"].state
    state.orders.limit = 1
    bench.take_in(order("A-1", sku="PYX-STUCK"))
    bench.pass_time(60)
    assert [one["orderId"] for one in bench.send("GET", ORDERS).json["data"]] == ["A-1"]


def test_an_order_that_is_changed_again_and_again_keeps_its_beginning_and_its_latest_changes() -> None:
    one, state = _an_order(), State()
    state.add(one)
    for number in range(KEEP_REVISIONS + 50):
        state.change(one, one.now._replace(version=number + 2))
    assert len(one.revisions) == KEEP_REVISIONS
    assert (one.revisions[0].version, one.now.version) == (1, KEEP_REVISIONS + 51)


def test_tokens_go_a_day_after_their_end_and_no_other_is_looked_at() -> None:
    state = State()
    for number in range(5):
        state.issue(Token(f"t{number}", frozenset(), expires_s=100.0 * number), now_s=0.0)
    state.issue(Token("new", frozenset(), expires_s=1e9), now_s=86_400.0 + 250.0)
    assert [token.value for token in state.tokens.oldest_first()] == ["t3", "t4", "new"]


def _an_order() -> Order:
    return Order("ord_1", {"orderId": "A"}, "c", Fate(), [Revision(1, 1, "received", 0.0, 0.0)])
