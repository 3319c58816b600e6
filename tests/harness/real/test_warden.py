"""The warden by itself: what it does when its pipe closes, when it is asked, and when it is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from brownout_harness.real import warden
from tests.support.processes import eventually, is_running

pytestmark = pytest.mark.real

DEADLINE_S = 10.0


@dataclass
class Started:
    process: "subprocess.Popen[bytes]"
    control: int
    said: str


@pytest.fixture
def started() -> Iterator[Started]:
    control_reading, control = os.pipe()
    reading, status = os.pipe()
    command = [sys.executable, "-I", "-S", warden.__file__, "--control", str(control_reading), "--status", str(status)]
    process = subprocess.Popen(
        [*command, "--grace", "0.2", "--", "sleep", "600"],
        pass_fds=(control_reading, status),
        start_new_session=True,
    )
    os.close(control_reading)
    os.close(status)
    with os.fdopen(reading) as pipe:
        started = Started(process, control, pipe.readline())
    try:
        yield started
    finally:
        process.kill()
        process.wait(DEADLINE_S)
        if started.control >= 0:
            os.close(started.control)


def child_of(started: Started) -> int:
    return int(started.said.rpartition(":")[2].strip(" }\n"))


def test_the_warden_tells_the_childs_process_id(started: Started) -> None:
    os.kill(child_of(started), 0)


def test_the_child_ends_when_the_pipe_closes(started: Started) -> None:
    os.close(started.control)
    started.control = -1
    assert started.process.wait(DEADLINE_S) == 128 + signal.SIGTERM


def test_an_order_to_kill_is_obeyed_at_once(started: Started) -> None:
    os.write(started.control, b"K")
    assert started.process.wait(DEADLINE_S) == 128 + signal.SIGKILL


def test_the_warden_passes_a_request_to_end_on_to_its_child(started: Started) -> None:
    started.process.terminate()
    assert started.process.wait(DEADLINE_S) == 128 + signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_warden_takes_its_child_along(started: Started) -> None:
    started.process.kill()
    started.process.wait(DEADLINE_S)
    eventually(lambda: not is_running(child_of(started)), within_s=20.0)


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_is_paused_and_goes_on_by_order(started: Started) -> None:
    child = child_of(started)
    os.write(started.control, b"P")
    eventually(lambda: state_of(child) == "T")
    os.write(started.control, b"C")
    eventually(lambda: state_of(child) == "S")
    assert started.process.poll() is None


def test_a_child_that_is_paused_ends_when_it_is_asked_to(started: Started) -> None:
    os.write(started.control, b"PT")
    assert started.process.wait(DEADLINE_S) == 128 + signal.SIGTERM
