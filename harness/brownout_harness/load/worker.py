"""`python -m brownout_harness.load.worker --join 127.0.0.1:PORT [--name load.1]`: one of several that make the load.

Locust's worker. What it asks for, and of whom, the master tells it; it asks this machine, or the one it joined, and no
other. Exit codes: 0 its part is done, 2 bad input, 3 it could not do its part, or was refused.
"""

# Locust patches sockets and threads for the whole process, and must do so before anything else is imported.
import locust  # noqa: F401, I001

import argparse
import gc
import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from typing import Any, Final, NoReturn

import gevent  # type: ignore[import-untyped]
from gevent.event import AsyncResult  # type: ignore[import-untyped]
from locust import FastHttpUser

from brownout_harness.asked.until import Look
from brownout_harness.load import bus, keys
from brownout_harness.load.caller import environment_for
from brownout_harness.load.generator import Counts, Generator, user_for
from brownout_harness.load.plan import Asking, Planned, planned_of, urls_of
from brownout_harness.load.reading import reader_for
from brownout_harness.problems import NOT_JUDGED, NotJudged, Problem
from brownout_harness.safety.reach import FORM, is_reachable, private_address
from brownout_reports.rows import OperationRow
from brownout_scenarios.loopback import host_of
from brownout_simulators.heartbeat import EVERY_S, Heartbeat, Stall

NO_URL: Final = "http://127.0.0.1"
SILENT_S: Final = 10.0
"""A master that is not heard for so long is gone; Locust's own limit is a minute, in which load would go on."""
LOOK_EVERY_S: Final = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Join, do one share, leave; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.load.worker", description=__doc__)
    parser.add_argument("--join", metavar=FORM, required=True, help="where the master listens")
    parser.add_argument("--name", default="", help="as the harness calls it; of one that joins by hand, none")
    options = parser.parse_args(arguments)
    try:
        bus.secure(keys.join)
        _Worker(options.name, *private_address(options.join, "--join")).work()
    except Problem as problem:
        print(f"load: {problem}", file=sys.stderr)  # noqa: T201 - a process's own standard error
        return problem.exit_code
    return 0


class _Worker:
    """One share of one run."""

    def __init__(self, name: str, host: str, port: int) -> None:
        self._host = host
        self._planned: list[Planned] = []
        self._share = AsyncResult()
        self._begun = AsyncResult()
        self._generator = AsyncResult()
        self._rows: list[dict[str, Any]] = []
        self._is_over = False
        environment = environment_for(user_for(self._drive), NO_URL)
        try:
            self._runner = environment.create_worker_runner(host, port)
        except ConnectionError:
            raise NotJudged(f"no master answers at {host}:{port}, or the token is another's") from None
        self._heard_s = time.monotonic()
        environment.events.heartbeat_received.add_listener(self._hear_heart)  # type: ignore[no-untyped-call]
        heard = {
            "clock": self._tell_time,
            "lot": self._collect,
            "share": self._take,
            "begin": self._begin,
            "refused": self._end_refused,
        }
        bus.listen(self._runner, heard)
        self._send("joined", name=name, address=_own_address(host, port), version=version("brownout"))

    def work(self) -> None:
        """Until the master needs it no more.

        Raises:
            NotJudged: it could not do its part, which the master was told.
        """
        heart = Heartbeat(time.monotonic, self._tell_stall)
        for each in (partial(_keep_beating, heart), self._look_for_master):
            gevent.spawn(each).link_exception(_give_up)
        counts, failed, problem = Counts(), "", None
        try:
            generator = self._made()
            self._generator.set(generator)
            generator.wait()
            counts = generator.counts
            generator.require_unfailed()
        except Problem as found:
            problem, failed = found, f"failed ({found})"
        self._is_over = True
        heart.beat()  # a stall at the very end is told, too
        self._send("over", counts=asdict(counts), failed=failed)
        self._runner.greenlet.join()  # until the master says so
        if problem is not None:
            raise problem

    def _made(self) -> Generator:
        """What makes its share of the load, once it is known what and from when on."""
        asking, planned = self._share.get()
        if beyond := [url for url in urls_of(asking) if not is_reachable(url, self._host)]:
            raise NotJudged(f"was to ask {host_of(beyond[0])}, which is neither this machine nor the one it joined")
        start_at_s = self._begun.get()
        if start_at_s < time.monotonic():
            raise NotJudged(f"the start instant had passed by {time.monotonic() - start_at_s:.1f} s")
        # The plan stays for the whole run: the collector need not walk through it again and again.
        gc.collect()
        gc.freeze()
        return Generator(
            asking,
            planned,
            start_at_s=start_at_s,
            read=reader_for(asking.readings),
            emit=self._keep,
            progress=self._tell,
        )

    def _drive(self, user: FastHttpUser) -> None:
        """Locust has spawned the user."""
        self._share.get()
        self._send("set")
        self._generator.get().drive(user)

    def _collect(self, _who: str, told: dict[str, Any]) -> None:
        self._planned += map(planned_of, told["planned"])

    def _take(self, _who: str, told: dict[str, Any]) -> None:
        if len(self._planned) != told["planned"]:
            _end(f"{len(self._planned)} of {told['planned']} arrivals of its share came")
        self._share.set((Asking(**told["asking"]), self._planned))

    def _begin(self, _who: str, told: dict[str, Any]) -> None:
        self._begun.set(float(told["start_at_s"]))

    def _end_refused(self, _who: str, told: dict[str, Any]) -> None:
        _end(f"the master refused: {told['why']}")

    def _tell_time(self, _who: str, told: dict[str, Any]) -> None:
        self._send("clock", asked_s=told["asked_s"], told_s=time.monotonic())

    def _keep(self, row: OperationRow, look: Look | None) -> None:
        self._rows.append({**row._asdict(), "look": look})

    def _tell(self, counts: Counts) -> None:
        rows, self._rows = self._rows, []
        if rows:
            self._send("rows", rows=rows)
        self._send("counts", counts=asdict(counts))

    def _send(self, kind: str, **said: Any) -> None:
        self._runner.send_message(kind, said)

    def _tell_stall(self, stall: Stall) -> None:
        self._send("stall", **stall._asdict())

    def _hear_heart(self, **_heartbeat: Any) -> None:
        self._heard_s = time.monotonic()

    def _look_for_master(self) -> None:
        while time.monotonic() - self._heard_s < SILENT_S:
            gevent.sleep(LOOK_EVERY_S)
            if not self._is_over and not len(self._runner.greenlet):  # Locust's own way to quit
                raise NotJudged("the master is through without it")
        raise NotJudged(f"nothing was heard of the master for {SILENT_S:.0f} s")


def _keep_beating(heart: Heartbeat) -> None:
    while True:
        gevent.sleep(EVERY_S)
        heart.beat()


def _own_address(host: str, port: int) -> str:
    """As the master sees it: of what would be sent there (nothing is)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return str(probe.getsockname()[0])


def _give_up(failed: gevent.Greenlet) -> None:
    """Load that nobody looks at must not go on, and a stall that nobody is told of was none."""
    _end(str(failed.exception))


def _end(why: str) -> NoReturn:
    """At once, from whatever greenlet."""
    print(f"load: {why}", file=sys.stderr, flush=True)  # noqa: T201 - a process's own standard error
    os._exit(NOT_JUDGED)


if __name__ == "__main__":
    sys.exit(main())
