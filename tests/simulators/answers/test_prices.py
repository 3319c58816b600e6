"""What tokens cost: whole millionths of a dollar, never less than it is."""

import pytest

from brownout_simulators.answers.prices import Price


@pytest.mark.parametrize(
    ("price", "tokens", "cost"),
    [
        (Price(2.5, 10.0), (1_000, 100, 0), 3_500),
        (Price(0.15, 0.6), (9, 1, 0), 2),
        (Price(0.15, 0.6), (0, 0, 0), 0),
        (Price(2.5, 10.0, cached=1.25), (1_000, 0, 400), 2_000),
        (Price(2.5, 10.0), (1_000, 0, 400), 2_500),
        (Price(0.1, 0.4), (10, 0, 0), 1),
    ],
)
def test_a_bill_is_in_whole_millionths_rounded_up(price: Price, tokens: tuple[int, int, int], cost: int) -> None:
    assert price.of(*tokens) == cost
