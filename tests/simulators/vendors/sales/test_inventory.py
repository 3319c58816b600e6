"""What is in stock."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.sales.bench import INVENTORY, RESERVATIONS, SalesBench, order
from tests.support.examples import examples


def test_stock_is_said_read_listed_and_changed_under_its_tag() -> None:
    bench = SalesBench()
    made = bench.stock("PUMP", "10.50")
    assert (made.status, made.headers["location"], made.headers["etag"]) == (201, f"{INVENTORY}/PUMP", '"v1"')
    assert bench.stock("PUMP", "12").status == 200
    assert bench.in_stock() == ("12", "0", "12")
    path = f"{INVENTORY}/PUMP"
    stale = bench.post_json(path, {"onHand": "1"}, method="PUT", if_match='"v1"')
    assert (stale.status, stale.json["currentVersion"]) == (412, 2)
    assert bench.post_json(path, {"onHand": "1"}, method="PUT", if_match='"v1", "v2"').status == 200
    assert bench.post_json(f"{INVENTORY}/NEW", {"onHand": "1"}, method="PUT", if_match="*").status == 412
    assert [one["sku"] for one in bench.send("GET", INVENTORY).json["data"]] == ["PUMP"]
    assert bench.send("GET", path, headers={"if-none-match": '"v3"'}).status == 304
    assert bench.send("GET", f"{INVENTORY}/NONE").status == 404
    assert bench.post_json(f"{INVENTORY}/{'X' * 101}", {"onHand": "1"}, method="PUT").status == 404


def test_less_than_is_reserved_cannot_be_on_hand_and_stock_needs_its_own_scope() -> None:
    bench = SalesBench()
    bench.stock("PUMP", "5")
    bench.post(RESERVATIONS, {"lines": [{"sku": "PUMP", "quantity": "3"}]})
    assert bench.stock("PUMP", "2").json["code"] == "stock-below-reserved"
    assert bench.stock("PUMP", "3").json["available"] == "0"
    bench.log_in()
    assert bench.stock("PUMP", "9").json["requiredScope"] == "inventory.manage"


def test_a_lagging_read_sees_the_stock_as_it_was() -> None:
    bench = SalesBench()
    bench.stock("PUMP", "5")
    bench.pass_time(5)
    bench.stock("PUMP", "7")
    rule = {"id": "r", "vendor": "sales", "match": "GET *", "stale_reads": {"lag_s": 2}}
    bench.simulator.schedule([rule_from_json(rule)])
    assert bench.in_stock()[0] == "5"
    assert [one["onHand"] for one in bench.send("GET", INVENTORY).json["data"]] == ["5"]
    assert bench.simulator.plan.standing["r"].struck == 2
    bench.pass_time(3)
    assert bench.in_stock()[0] == "7"
    assert bench.simulator.plan.standing["r"].struck == 2


def test_what_the_setup_stocks_is_there_before_the_first_call() -> None:
    bench = SalesBench()
    bench.simulator.set_up({"stock": {"PUMP": 3, "HOSE": "1.5"}})
    bench.stock("HOSE", "9")
    assert bench.in_stock("PUMP") == ("3", "0", "3")
    assert bench.in_stock("HOSE") == ("9", "0", "9")
    assert len(bench.send("GET", INVENTORY).json["data"]) == 2


ACTS = st.lists(
    st.tuples(st.sampled_from(["reserve", "order", "release", "cancel", "wait", "stock"]), st.integers(0, 9)),
    max_size=12,
)


@given(ACTS)
@examples(40)
def test_what_is_reserved_is_what_reservations_hold_and_never_more_than_is_there(acts: list[tuple[str, int]]) -> None:
    bench = SalesBench("shop.expires-9999")
    bench.stock("PUMP", "10")
    orders: list[str] = []
    held: list[str] = []
    for place, (act, number) in enumerate(acts):
        if act == "reserve":
            made = bench.post(RESERVATIONS, {"lines": [{"sku": "PUMP", "quantity": str(number + 1)}]})
            held += [made.json["id"]] if made.status == 201 else []
        elif act == "order":
            made = bench.take_in(order(f"A-{place}", reserve=True))
            orders += [made.json["id"]] if made.status == 201 else []
        elif act == "release" and held:
            bench.post(f"{RESERVATIONS}/{held[number % len(held)]}/release")
        elif act == "cancel" and orders:
            bench.cancel(orders[number % len(orders)])
        elif act == "wait":
            bench.pass_time(number / 10)
        elif act == "stock":
            bench.stock("PUMP", str(number))
        _is_consistent(bench)
    bench.pass_time(901)
    _is_consistent(bench)


def _is_consistent(bench: SalesBench) -> None:
    on_hand, reserved, available = (float(each) for each in bench.in_stock())
    found: list[dict[str, Any]] = bench.send("GET", f"{RESERVATIONS}?limit=200").json["data"]
    holding = [one for one in found if one["status"] in {"held", "committed"}]
    assert reserved == sum(float(line["quantity"]) for one in holding for line in one["lines"])
    assert 0 <= available == on_hand - reserved


@pytest.mark.parametrize(
    ("given", "said"),
    [({"stock": []}, "stock: "), ({"stock": {"A": -1}}, "stock.A: "),
     ({"stock": {"A": 1.5}}, "stock.A: "), ({"stock": {"A": True}}, "stock.A: "), ({"stock": {"": 1}}, "stock.: ")],
)  # fmt: skip
def test_a_setup_that_is_none_says_where(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        SalesBench().simulator.set_up(given)
