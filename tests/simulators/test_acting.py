"""What a vendor's code puts off and publishes goes back to the call that set it off."""

from brownout_simulators.acting import FAR_OFF_S
from brownout_simulators.agenda import Step
from tests.simulators.driving import Driver


def test_a_step_that_puts_off_another_goes_back_to_the_same_call() -> None:
    till = Driver()
    till.send(operation="op-1")
    account = till.simulator.accounts["a"]
    till.send(operation="op-2", body={"amount": 5, "settle_after_s": 1.0})
    (item,) = till.simulator.agenda._items
    assert isinstance(item, Step)
    assert item.cause().operation_id == "op-2"
    account.later(1.0, lambda: None)
    assert {item.cause().operation_id for item in till.simulator.agenda._items} == {"op-2", ""}  # type: ignore[union-attr]


def test_what_is_put_off_for_ever_is_due_in_a_hundred_years() -> None:
    till = Driver()
    till.send()
    for delay_s in (1e300, float("inf")):
        till.simulator.accounts["a"].later(delay_s, lambda: None)
    assert till.simulator.next_due_s() == 100.0 + FAR_OFF_S


def test_what_is_put_off_into_the_past_is_due_now() -> None:
    till = Driver()
    till.send()
    till.simulator.accounts["a"].later(-5.0, lambda: None)
    assert till.simulator.next_due_s() == 100.0
