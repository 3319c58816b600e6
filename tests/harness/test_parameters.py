"""What is asked for."""

import random
import re
from decimal import Decimal

from brownout_harness import parameters
from brownout_harness.parameters import COMMON, DRAWS, Drawer
from brownout_scenarios.schema import Operation


def test_an_orders_total_is_the_sum_of_its_lines() -> None:
    rng = random.Random(1)
    for _ in range(50):
        order = parameters.place_order(rng, "place-order-1")
        lines = order["lines"]
        total = sum(Decimal(line["quantity"]) * Decimal(line["unit_price"]["amount"]) for line in lines)
        assert Decimal(order["total"]["amount"]) == total
        assert [line["line_no"] for line in lines] == list(range(1, len(lines) + 1))
        assert order["order_id"] == "place-order-1"


def test_payments_stay_within_what_a_card_takes() -> None:
    rng = random.Random(1)
    amounts = [parameters.pay(rng, "")["amount"] for _ in range(2000)]
    assert min(amounts) >= 100
    assert max(amounts) <= 250_000


def test_phone_numbers_are_ones_that_nobody_has() -> None:
    rng = random.Random(1)
    assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", parameters.phone(rng)) for _ in range(200))


def test_money_is_a_decimal_string() -> None:
    assert [parameters.money(cents) for cents in (5, 1899, 100)] == ["0.05", "18.99", "1.00"]


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
