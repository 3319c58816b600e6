"""Inside a virtual run the real world is out of reach, and whoever reaches for it is named."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from brownout_harness.virtual.closed import NotVirtual, closed_world


def _connect() -> None:
    with socket.socket() as probe:
        probe.connect(("127.0.0.1", 9))


def _spawn() -> None:
    subprocess.run(["true"], check=True)


def _thread() -> None:
    threading.Thread(target=print).start()


def _sleep() -> None:
    time.sleep(0)  # noqa: TID251 - the very thing that is caught


@pytest.mark.parametrize(
    ("reach_out", "deed"),
    [
        (_connect, "connects a real socket"),
        (_spawn, "starts a process"),
        (_thread, "starts a thread"),
        (_sleep, "sleeps on the wall clock"),
    ],
)
def test_reaching_out_is_an_error_that_names_the_place(reach_out: Callable[[], None], deed: str) -> None:
    with closed_world(), pytest.raises(NotVirtual, match=rf"test_closed\.py:\d+ {deed}"):
        reach_out()


def test_our_own_packages_may_not_read_a_clock() -> None:
    module = {"__name__": "brownout_core.somewhere"}
    exec("import time\ndef now():\n    return time.monotonic()\n", module)  # noqa: S102 - a module that is named as ours
    now: Callable[[], float] = module["now"]  # type: ignore[assignment]
    with closed_world(), pytest.raises(NotVirtual, match=r"reads time\.monotonic"):
        now()
    assert now() > 0


def test_other_threads_and_other_packages_are_left_alone() -> None:
    heard: list[float] = []
    opened, done = threading.Event(), threading.Event()

    def beside() -> None:
        opened.wait(10)
        heard.append(time.monotonic())
        done.set()

    other = threading.Thread(target=beside)
    other.start()
    with closed_world():
        opened.set()
        assert done.wait(10)
    other.join()
    assert heard


def test_afterwards_the_world_is_open_again() -> None:
    with closed_world():
        pass
    _spawn()
