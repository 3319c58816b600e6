"""Ctrl-C ends a run in order, once."""

import os
import signal
import threading

import pytest

from brownout_harness.commands.signals import ending_in_order
from brownout_harness.problems import SIGNALS, Interrupted


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_later_ones_do_not_disturb_the_ending(number: signal.Signals) -> None:
    ended = False
    with pytest.raises(Interrupted, match=number.name), ending_in_order():  # noqa: PT012 - the ending is the subject
        try:
            os.kill(os.getpid(), number)
            signal.sigtimedwait([], 5)
        finally:
            os.kill(os.getpid(), number)
            ended = True
    assert ended


def test_the_earlier_handlers_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with ending_in_order():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_other_threads_go_on_without_handlers() -> None:
    seen: list[object] = []

    def work() -> None:
        with ending_in_order():
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
