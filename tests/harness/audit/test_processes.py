"""Many runs at once come to what they come to one by one."""

import os
import signal
import subprocess
import sys

import pytest

from brownout_harness.audit.processes import in_processes
from tests.support.processes import descendants, eventually


def twice(number: int) -> int:
    return 2 * number


def test_in_one_process_they_are_made_in_order() -> None:
    assert list(in_processes(twice, [(1,), (2,), (3,)], workers=1)) == [2, 4, 6]


def test_of_none_there_is_nothing() -> None:
    assert list(in_processes(twice, [])) == []


@pytest.mark.real
def test_ctrl_c_on_a_terminal_ends_all_of_them_without_a_word_of_theirs() -> None:
    """A terminal sends it to each process of the group, and a run of a minute is not waited for."""
    script = """
import time
from brownout_harness.audit.processes import in_processes
from brownout_harness.commands.signals import ending_in_order
from brownout_harness.problems import Interrupted

if __name__ == "__main__":
    try:
        with ending_in_order():
            print("begun", flush=True)
            list(in_processes(time.sleep, [(60,)] * 6, workers=2))
    except Interrupted as signal:
        print(f"ended by {signal}")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        eventually(lambda: len(descendants(process.pid)) >= 3)  # two, and who counts what they share
        os.killpg(process.pid, signal.SIGINT)
        told, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait(20)
    assert (told, errors) == ("ended by SIGINT\n", "")
