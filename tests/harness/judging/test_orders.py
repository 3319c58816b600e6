"""What an operator ordered."""

from brownout_harness.judging.orders import Order, given_up


def test_given_up_is_what_was_discarded_because_somebody_wanted_it_so() -> None:
    orders = [
        Order("discard", "dl-1", 1.0, 1.1, "done"),
        Order("discard", "dl-2", 1.0, 1.1, "conflict"),
        Order("redrive", "dl-3", 1.0, 1.1, "done"),
    ]
    assert given_up(orders) == {"dl-1"}
