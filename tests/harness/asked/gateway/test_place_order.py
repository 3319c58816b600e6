"""Orders."""

import random

from brownout_harness.asked.gateway import place_order


def test_an_order_has_one_to_four_lines_of_different_goods() -> None:
    rng = random.Random(1)
    for _ in range(50):
        order = place_order.draw(rng, "place-order-1")
        goods = [line["sku"] for line in order["lines"]]
        assert 1 <= len(goods) == len(set(goods)) <= 4
        assert all(line["quantity"] >= 1 and line["unit_price"] >= 1 for line in order["lines"])
        assert order["order_id"] == "place-order-1"
