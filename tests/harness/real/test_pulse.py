"""A Redis that does not answer, seen from the harness."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from brownout_harness.real.pulse import PING, Pulses, RedisPulse
from brownout_harness.real.stalls import Standstill
from brownout_simulators.heartbeat import EVERY_S, TOLD_OVER_S

LONG_S = 20.0


class Server:
    """Answers each question when it may."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.closes = False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://:secret@127.0.0.1:{self.listening.getsockname()[1]}/3"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):  # whoever asked has gone, and so will this
            while True:
                connection, _ = self.listening.accept()
                with connection:
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        while connection.recv(100) == PING:
            self.asked.set()
            self.may_answer.wait(LONG_S)
            if self.closes:
                self.closes = False
                return
            connection.sendall(b"-NOAUTH Authentication required.\r\n")
            self.answered.set()


@contextmanager
def server() -> Iterator[Server]:
    made = Server()
    try:
        yield made
    finally:
        made.may_answer.set()
        made.listening.close()


def test_a_redis_that_answers_late_stood_still() -> None:
    with server() as redis:
        pulse = RedisPulse(redis.url, "redis")
        assert redis.asked.wait(LONG_S)
        held_s = time.monotonic()
        threading.Event().wait(3 * TOLD_OVER_S)
        redis.may_answer.set()
        assert redis.answered.wait(LONG_S)
        let_go_s = time.monotonic()
        threading.Event().wait(2 * EVERY_S)  # it hears of it
        (stall,) = pulse.stop()
    assert stall.process == "redis"
    assert stall.since_s <= held_s
    assert held_s + 3 * TOLD_OVER_S <= stall.until_s <= let_go_s + LONG_S


def test_one_that_still_does_not_answer_at_the_end_is_told_of_too() -> None:
    with server() as redis:
        pulse = RedisPulse(redis.url, "redis")
        assert redis.asked.wait(LONG_S)
        threading.Event().wait(2 * TOLD_OVER_S)
        assert len(pulse.stop()) == 1


def test_one_that_refuses_runs_and_one_that_hangs_up_is_asked_again() -> None:
    with server() as redis:
        redis.may_answer.set()
        redis.closes = True
        pulse = RedisPulse(redis.url, "redis")
        assert redis.answered.wait(LONG_S)
        assert pulse.stop() == []


def test_a_redis_that_the_scenario_itself_has_stopped_stood_still_by_order() -> None:
    with server() as redis:
        pulses = Pulses(redis.url)
        assert redis.asked.wait(LONG_S)
        since_s = time.monotonic()
        threading.Event().wait(3 * TOLD_OVER_S)
        redis.may_answer.set()
        assert redis.answered.wait(LONG_S)
        threading.Event().wait(2 * EVERY_S)  # it hears of it
        away = Standstill("redis", since_s, time.monotonic())
        until_s = time.monotonic()
        assert pulses.gaps([], since_s, until_s, away=[away]) == []
        (gap,) = pulses.gaps([], since_s, until_s)
    assert gap.process == "redis"


SCRIPT = """
import sys
from brownout_harness.real.pulse import OwnPulse
pulse = OwnPulse()
print("beating", flush=True)
sys.stdin.readline()
print(len(pulse.stop()), flush=True)
"""


@pytest.mark.real
def test_a_harness_that_was_stopped_tells_so_itself() -> None:
    """In a process of its own: this one has other things to do."""
    child = subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "beating\n"
        child.send_signal(signal.SIGSTOP)
        threading.Event().wait(3 * TOLD_OVER_S)
        child.send_signal(signal.SIGCONT)
        threading.Event().wait(2 * EVERY_S)
        said, _ = child.communicate("end\n", timeout=LONG_S)
    assert said == "1\n"


@pytest.mark.real
def test_where_nobody_asks_redis_only_the_harness_is_watched() -> None:
    assert Pulses("").stop() == ([], [])
