"""The thread that serves simulators."""

import threading

import pytest

from brownout_harness.testing.stand import Stand
from brownout_simulators.vendors import UnknownVendor

pytestmark = pytest.mark.real


def test_a_vendor_is_served_from_when_it_is_asked_for_and_stays_the_same() -> None:
    stand = Stand(seed=3)
    first = stand.take("stripe", "a")
    assert (first.simulator.seed, first.url.startswith("http://127.0.0.1:")) == (3, True)
    stand.leave("stripe")
    assert stand.take("stripe", "b") is first
    with pytest.raises(UnknownVendor):
        stand.take("strip", "c")
    stand.close()


def test_what_is_done_on_its_thread_returns_and_raises_as_it_does() -> None:
    stand = Stand()
    assert stand.do(lambda: threading.current_thread().name) == "brownout"
    with pytest.raises(ZeroDivisionError):
        stand.do(lambda: 1 / 0)
    stand.close()
    stand.close()
    assert "brownout" not in {thread.name for thread in threading.enumerate()}
