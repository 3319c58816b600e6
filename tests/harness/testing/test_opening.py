"""An account by itself: `with brownout.stripe() as stripe`."""

import asyncio
import threading
import unittest

import pytest

import brownout
from brownout import ProvesNothing
from tests.harness.testing.paying import pay

pytestmark = pytest.mark.real


def test_it_is_there_for_as_long_as_the_block_lasts() -> None:
    with brownout.open("stripe") as stripe:
        assert pay(stripe) == 200
        assert stripe.effects("stripe.charge").once
    assert pay(stripe) == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("brownout", "asyncio"))]


def test_two_of_one_vendor_know_nothing_of_each_other() -> None:
    with brownout.open("stripe") as one, brownout.open("stripe") as other:
        pay(one)
        one.clock.advance("1h")
        assert (other.effects("stripe.charge").count, other.simulator.clock_offset_s) == (0, 0)


def test_leaving_it_is_an_error_where_its_fault_never_struck() -> None:
    with pytest.raises(ProvesNothing, match="never struck"), brownout.open("stripe") as stripe:
        stripe.fault("POST /v1/refunds", latency="2s")


def test_an_error_on_its_way_gets_the_journal_and_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError) as failed, brownout.open("stripe"):
        1 / 0  # noqa: B018
    (note,) = failed.value.__notes__
    assert note.startswith("stripe at http://127.0.0.1:")


def test_an_asynchronous_block_leaves_the_loop_to_others() -> None:
    async def main() -> None:
        async with brownout.open("stripe") as stripe:
            assert await asyncio.to_thread(pay, stripe) == 200
            await stripe.settled()
            assert stripe.effects("stripe.charge").once

    asyncio.run(main())


def test_a_unittest_case_can_enter_it() -> None:
    class Checkout(unittest.TestCase):
        def setUp(self) -> None:
            self.stripe = self.enterContext(brownout.open("stripe"))

        def test_pays(self) -> None:
            assert pay(self.stripe) == 200

        def test_whose_fault_never_strikes(self) -> None:
            self.stripe.fault("POST /v1/refunds", latency="2s")

    outcome = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Checkout).run(outcome)
    ((test, text),) = [*outcome.failures, *outcome.errors]
    assert test.id().endswith("test_whose_fault_never_strikes")
    assert "never struck" in text
    assert outcome.testsRun == 2
