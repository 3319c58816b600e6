"""The program that stops processes and lets them go on says for how long, and leaves them running."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from brownout_harness.real import starver
from tests.support.processes import eventually

pytestmark = pytest.mark.real

WAITS = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


@pytest.fixture
def hungry() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(WAITS, start_new_session=True) as process:
        yield process
        process.kill()


@contextmanager
def starving(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-I", "-S", str(Path(starver.__file__)), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def test_a_process_stands_still_and_runs_in_turn_and_runs_in_the_end(hungry: "subprocess.Popen[bytes]") -> None:
    with starving("0.02", "0.02", str(hungry.pid)) as program:
        for _ in range(3):
            eventually(lambda: state(hungry.pid) == "T")
            eventually(lambda: state(hungry.pid) != "T")
        program.send_signal(signal.SIGTERM)
        told = json.loads(program.communicate()[0])
        assert program.returncode == 0
    assert state(hungry.pid) != "T"
    assert told["pulses"] >= 3
    assert 0 < told["stood_s"] <= told["took_s"]


def test_one_that_has_gone_meanwhile_is_nobodys_trouble(hungry: "subprocess.Popen[bytes]") -> None:
    with starving("0.01", "0.01", str(hungry.pid)) as program:
        eventually(lambda: state(hungry.pid) == "T")
        hungry.kill()
        hungry.wait()
        program.send_signal(signal.SIGTERM)
        assert json.loads(program.communicate()[0])["pulses"] >= 1


def test_it_is_told_to_end_in_the_middle_of_a_pulse(hungry: "subprocess.Popen[bytes]") -> None:
    with starving("50", "50", str(hungry.pid)) as program:
        eventually(lambda: state(hungry.pid) == "T")
        program.send_signal(signal.SIGTERM)
        assert json.loads(program.communicate()[0])["pulses"] == 1
    assert state(hungry.pid) != "T"
