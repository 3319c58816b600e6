"""A test that passed has proved nothing where what it asked for did not happen."""

import threading
from collections.abc import Iterator

import pytest

from brownout import Account, ProvesNothing
from brownout_harness.testing.stand import Stand
from tests.harness.testing.paying import ask, pay

pytestmark = pytest.mark.real


@pytest.fixture
def stripe() -> Iterator[Account]:
    stand = Stand()
    made = Account(stand, "stripe", "test")
    yield made
    made.close()
    stand.close()


def test_a_fault_that_never_struck_proves_nothing(stripe: Account) -> None:
    stripe.fault("POST /v1/refunds", latency="2s")
    with pytest.raises(ProvesNothing) as told:
        stripe.check()
    assert str(told.value) == (
        "the fault latency 2s on POST /v1/refunds never struck: no call matched, no call came at all; "
        "expect_struck=0 says that it may strike none"
    )


def test_a_fault_may_be_said_to_strike_none_or_to_strike_more(stripe: Account) -> None:
    stripe.fault("POST /v1/refunds", latency="2s", expect_struck=0)
    stripe.check()
    twice = stripe.fault("POST /v1/payment_intents", latency="1ms", expect_struck=2)
    pay(stripe)
    with pytest.raises(ProvesNothing, match="on POST /v1/payment_intents struck 1 calls, not 2: 1 calls matched"):
        stripe.check()
    pay(stripe)
    twice.remove()
    stripe.check()


def test_an_application_with_another_key_is_looked_for_in_the_wrong_books(stripe: Account) -> None:
    pay(stripe, key="sk_test_other")
    assert stripe.effects("stripe.charge").none
    with pytest.raises(
        ProvesNothing, match=r"^calls came to stripe with another key than this test's: .*; point the app"
    ):
        stripe.check()
    stripe.allows_others = True
    stripe.check()


def test_a_call_that_was_refused_at_the_door_is_no_other_accounts(stripe: Account) -> None:
    assert ask(stripe, "GET", "/v1/charges", key="nonsense")[0] == 401
    assert ask(stripe, "GET", "/v1/chargs")[0] == 404
    stripe.check()


def test_a_defect_of_the_simulator_proves_nothing(stripe: Account) -> None:
    stripe.stand.do(lambda: stripe.simulator.problem("GET /v1/charges", ValueError("no")))
    with pytest.raises(ProvesNothing, match="the simulator of stripe has a defect: GET /v1/charges: ValueError: no"):
        stripe.check()


def test_a_call_that_is_under_way_at_the_end_counts(stripe: Account) -> None:
    stripe.fault({"path": "/v1/payment_intents", "account": "?*"}, latency="500ms", expect_struck=2)
    callers = [threading.Thread(target=pay, args=(stripe,), kwargs={"key": key}) for key in ("", "sk_test_other")]
    for caller in callers:
        caller.start()
    while stripe.stand.do(lambda: stripe.simulator.under_way) < 2:
        pass
    with pytest.raises(ProvesNothing) as told:
        stripe.check()
    assert "another key" in str(told.value)
    assert "never struck" not in str(told.value)
    for caller in callers:
        caller.join()
