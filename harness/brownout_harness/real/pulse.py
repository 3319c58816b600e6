"""The harness's own heartbeat, and that of the Redis that it asks: each a thread, from its making to its `stop`."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from brownout_harness.judging.evidence import Gap
from brownout_harness.real import redis_process
from brownout_harness.real.processes import Child
from brownout_harness.real.stalls import Standstill, gaps_of_stalls, told_by
from brownout_simulators.heartbeat import EVERY_S, TOLD_OVER_S, Heartbeat, Stall

HARNESS: Final = "harness"
PING: Final = b"*1\r\n$4\r\nPING\r\n"
AGAIN_AFTER_S: Final = 1.0
"""To a Redis that ended the connection."""


class OwnPulse:
    """Whether this very process was kept from running."""

    def __init__(self) -> None:
        self._found: list[Standstill] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        heart = Heartbeat(time.monotonic, self._tell)
        while not self._ended.wait(EVERY_S):
            heart.beat()

    def _tell(self, stall: Stall) -> None:
        self._found.append(Standstill(HARNESS, *stall))

    def stop(self) -> list[Standstill]:
        """Its stalls."""
        self._ended.set()
        self._thread.join()
        return self._found


class RedisPulse:
    """Whether a Redis answers: it is asked every `EVERY_S`, and waited for as long as it takes."""

    def __init__(self, url: str, name: str) -> None:
        """`name` is its process's."""
        parts = urlsplit(url)
        self._place = (parts.hostname or "", parts.port or 6379)
        self._name = name
        self._found: list[Standstill] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="redis-pulse", daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        while not self._ended.is_set():
            # One that has ended is told of as such, by whoever started it.
            with (
                contextlib.suppress(OSError),
                socket.create_connection(self._place, timeout=AGAIN_AFTER_S) as connection,
            ):
                while not self._ended.wait(EVERY_S) and self._answers(connection):
                    pass
            self._ended.wait(EVERY_S)

    def _answers(self, connection: socket.socket) -> bool:
        """One question. Whatever it says, a refusal too, it says because it runs. False: it ended the connection."""
        asked_s = time.monotonic()
        connection.sendall(PING)
        while not self._ended.is_set() and not select.select([connection], [], [], EVERY_S)[0]:
            pass
        now_s = time.monotonic()
        if now_s - asked_s > TOLD_OVER_S:
            self._found.append(Standstill(self._name, asked_s, now_s))
        return self._ended.is_set() or bool(connection.recv(4096))

    def stop(self) -> list[Standstill]:
        """Its stalls, and among them stretches in which nobody could ask it."""
        self._ended.set()
        self._thread.join()
        return self._found


class Pulses:
    """Everybody's: of the harness and of its Redis, taken here; of its other processes, as they tell it."""

    def __init__(self, redis_url: str) -> None:
        """Without a URL nobody's run depends on a Redis."""
        self._own = OwnPulse()
        self._redis = RedisPulse(redis_url, redis_process.NAME) if redis_url else None

    def gaps(
        self, children: Iterable[Child], start_at_s: float, end_at_s: float, *, away: Iterable[Standstill] = ()
    ) -> list[Gap]:
        """What stood still between two instants of the machine's monotonic clock; nobody is watched any more. `away` is
        when the scenario itself had one stand still."""
        own, redis = self.stop()
        found = [*own, *redis, *(each for child in children for each in told_by(child))]
        unasked = [Standstill(redis_process.NAME, each.since_s, each.until_s) for each in own]
        return gaps_of_stalls(found, start_at_s=start_at_s, end_at_s=end_at_s, known=[*unasked, *away])

    def stop(self) -> tuple[list[Standstill], list[Standstill]]:
        """The harness's own stalls, and those of Redis."""
        return self._own.stop(), self._redis.stop() if self._redis is not None else []
