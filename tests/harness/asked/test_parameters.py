"""What is asked for."""

import random
import re

from brownout_harness.asked import parameters
from brownout_harness.asked.parameters import COMMON, DRAWS, Drawer
from brownout_scenarios.schema import Operation


def test_an_order_has_one_to_four_lines_of_different_goods() -> None:
    rng = random.Random(1)
    for _ in range(50):
        order = parameters.place_order(rng, "place-order-1")
        goods = [line["sku"] for line in order["lines"]]
        assert 1 <= len(goods) == len(set(goods)) <= 4
        assert all(line["quantity"] >= 1 and line["unit_price"] >= 1 for line in order["lines"])
        assert order["order_id"] == "place-order-1"


def test_payments_stay_within_what_a_card_takes() -> None:
    rng = random.Random(1)
    amounts = [parameters.pay(rng, "")["amount"] for _ in range(2000)]
    assert min(amounts) >= 100
    assert max(amounts) <= 250_000


def test_phone_numbers_are_ones_that_nobody_has() -> None:
    rng = random.Random(1)
    assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", parameters.phone(rng)) for _ in range(200))


def test_a_described_operation_has_every_common_name() -> None:
    drawn = Drawer(Operation(name="checkout", path="/checkout"), random.Random(1)).draw("checkout-1")
    assert set(drawn) | {"operation_id"} == set(COMMON)


def test_people_are_the_same_in_every_run() -> None:
    parameters.people.cache_clear()
    first = parameters.people()
    parameters.people.cache_clear()
    assert parameters.people() == first
    assert all("@example." in person.email for person in first)


def test_fixed_parameters_replace_drawn_ones() -> None:
    for name in DRAWS:
        drawn = Drawer(Operation(name=name, params={"currency": "eur"}), random.Random(1)).draw("x")
        assert drawn["currency"] == "eur"
