"""`trade_in`: what is given back is so little that a second time would be seen, and not refused by the vendor."""

import random

from brownout_harness.asked.gateway.trade_in import OPERATION


def test_twice_what_is_given_back_is_less_than_the_price() -> None:
    rng = random.Random(5)
    drawn = [OPERATION.draw(rng, f"op-{number}") for number in range(200)]
    assert all(0 < 2 * each["allowance"] < each["amount"] for each in drawn)
    assert [list(OPERATION.problems(each)) for each in drawn[:20]] == [[]] * 20


def test_more_back_than_the_price_is_a_mistake_of_the_scenarios() -> None:
    assert list(OPERATION.problems({"amount": "much"}))
