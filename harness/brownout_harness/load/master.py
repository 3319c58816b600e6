"""`python -m brownout_harness.load.master --listen HOST:PORT --names load.1,load.2 [--joining load.3] --plan FILE …`

Locust's master: hands each worker its share of the plan, begins all at one instant, writes down what they recorded.
To the harness it is what `python -m brownout_harness.load` is, and prints the same lines; `workers` in them says how
each fares, and in the last one `troubles`, `behind` and `clocks` why this is not the load that was planned. Exit codes:
0 every worker is through or lost, 2 bad input, 3 the start instant had passed or never came.
"""

# Locust patches sockets and threads for the whole process, and must do so before anything else is imported.
import locust  # noqa: F401, I001

import argparse
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import gevent  # type: ignore[import-untyped]
from gevent.queue import Empty, Queue  # type: ignore[import-untyped]
from locust import FastHttpUser
from locust.runners import STATE_MISSING

from brownout_harness.load import bus, keys
from brownout_harness.load.caller import environment_for
from brownout_harness.load.generator import PROGRESS_EVERY_S, user_for
from brownout_harness.load.merging import Merge
from brownout_harness.load.offsets import ROUNDS, UNKNOWN, Offset, Round, in_words, offset_of, trouble_of
from brownout_harness.load.outside import say, start_in, until, wait_for, write_line, write_statistics
from brownout_harness.load.plan import Asking, read_plan, urls_of
from brownout_harness.load.relay import Relay
from brownout_harness.load.roster import Roster
from brownout_harness.load.shares import asking_for_share, asking_through, shares
from brownout_harness.load.web import look_on
from brownout_harness.problems import Problem
from brownout_harness.safety.loopback import require_loopback
from brownout_harness.safety.reach import FORM, private_address

SET_WITHIN_S: Final = 60.0
"""For the workers to read their shares."""
LOT: Final = 5000
"""Arrivals in one message."""
ANSWERS_WITHIN_S: Final = 2.0
"""What a worker's clock says."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Have a plan run; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.load.master", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="NDJSON, a line per finished operation")
    parser.add_argument("--stats", type=Path, required=True, help="where Locust's own statistics go, as JSON")
    parser.add_argument("--start-file", type=Path, required=True, help="a file that will hold the start instant")
    parser.add_argument("--listen", metavar=FORM, required=True, help="where workers join")
    parser.add_argument("--names", default="", help="the workers that the harness starts, by name")
    parser.add_argument("--joining", default="", help="the names of those that somebody has join")
    parser.add_argument("--web", type=int, metavar="PORT", help="Locust's own page, on this port of loopback")
    options = parser.parse_args(arguments)
    try:
        bus.secure(keys.serve)
        out = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        _Master(options, out).run()
    except Problem as problem:
        print(f"load: {problem}", file=sys.stderr)  # noqa: T201 - a process's own standard error
        return problem.exit_code
    return 0


class _Master:
    """One run."""

    def __init__(self, options: argparse.Namespace, out: int) -> None:
        self._options = options
        self._out = out
        self._host, port = private_address(options.listen, "--listen")
        self._roster = Roster(_named(options.names), _named(options.joining), version("brownout"))
        self._set: set[str] = set()
        self._merge = Merge({})
        self._rounds: Queue[Round] = Queue()
        self._clocks: dict[str, Offset] = {}
        self._start_at_s = 0.0
        self._environment = environment_for(user_for(_never), "")
        self._runner = self._environment.create_master_runner(self._host, port)
        heard = {
            "joined": self._join,
            "clock": lambda _who, told: self._rounds.put(Round(told["asked_s"], told["told_s"], time.monotonic())),
            "set": lambda who, _told: self._set.add(who),
            "rows": self._keep,
            "counts": lambda who, told: self._merge.tell(self._roster.name_of[who], told["counts"]),
            "stall": self._tell_stall,
            "over": lambda who, told: self._merge.end(self._roster.name_of[who], told["counts"], told["failed"]),
        }
        bus.listen(self._runner, heard)
        if options.web is not None:
            look_on(self._environment, options.web)

    def run(self) -> None:
        """From the first worker that joins to the last word of the last one.

        Raises:
            NotJudged: it could not begin.
        """
        until(lambda: self._roster.is_whole, math.inf, str)  # the harness knows how long
        self._clocks = {name: self._offset(name) for name in self._roster.address_of}
        self._deal()
        until(lambda: len(self._set) == len(self._roster.names), SET_WITHIN_S, self._unset)
        say({"ready": True})
        self._start_at_s = start_in(self._options.start_file)
        for name in self._roster.names:
            self._send(name, "begin", start_at_s=self._start_at_s + self._ahead_s(name))
        while self._merge.waiting:
            gevent.sleep(PROGRESS_EVERY_S)
            self._look_for_lost()
            say(self._progress())
        clocks = {name: (before, self._offset(name)) for name, before in self._clocks.items()}
        self._runner.quit()
        write_statistics(self._options.stats, self._environment)
        say({"finished": True, **self._progress(), **self._merge.verdict(), **_of_clocks(clocks)})

    def _deal(self) -> None:
        """Hand out the plan, and have Locust spawn the one user of each worker."""
        wait_for(self._options.plan, "plan")
        asking, planned = read_plan(self._options.plan)
        for url in urls_of(asking):
            require_loopback(url, "the target's url")
        names = self._roster.names
        dealt = dict(zip(names, shares(planned, len(names)), strict=True))
        self._merge = Merge({name: {each.operation_id for each in share} for name, share in dealt.items()})
        told = asking_for_share(asking, len(names))
        from_afar = self._through_relays(told) if self._roster.address_of else told
        for name, share in dealt.items():
            own = from_afar if name in self._roster.address_of else told
            for start in range(0, len(share), LOT):
                self._send(name, "lot", planned=[list(each) for each in share[start : start + LOT]])
                gevent.sleep(0)  # packing takes a while, and hearts are to be heard meanwhile
            self._send(name, "share", asking=asdict(own), planned=len(share))
        self._environment.host = next(iter(asking.urls.values()))
        gevent.spawn(self._runner.start, len(dealt), len(dealt))

    def _through_relays(self, asking: Asking) -> Asking:
        """The same for who cannot reach this machine's loopback."""
        relays = {url: Relay(self._host, url, self._roster.is_known) for url in urls_of(asking)}
        return asking_through(asking, {url: relay.url for url, relay in relays.items()})

    def _join(self, who: str, told: dict[str, Any]) -> None:
        if why := self._roster.admit(who, **told):
            self._runner.send_message("refused", {"why": why}, client_id=who)
            self._runner.clients.pop(who, None)  # or Locust would give it one of the users
            return
        say({"joined": self._roster.name_of[who]})

    def _unset(self) -> str:
        missing = [name for name, who in self._roster.id_of.items() if who not in self._set]
        return f"{' and '.join(missing)} did not get ready within {SET_WITHIN_S:.0f} s"

    def _offset(self, name: str) -> Offset:
        """How far a worker's clock is ahead, by asking it one time after the other."""
        rounds = []
        for _ in range(ROUNDS):
            self._send(name, "clock", asked_s=time.monotonic())
            try:
                rounds.append(self._rounds.get(timeout=ANSWERS_WITHIN_S))
            except Empty:
                return UNKNOWN
        return offset_of(rounds)

    def _ahead_s(self, name: str) -> float:
        return self._clocks[name].ahead_s if name in self._clocks else 0.0

    def _keep(self, who: str, told: dict[str, Any]) -> None:
        for row in self._merge.take(self._roster.name_of[who], told["rows"]):
            write_line(self._out, row)

    def _tell_stall(self, who: str, told: dict[str, Any]) -> None:
        name = self._roster.name_of[who]
        stall = {key: each - self._ahead_s(name) for key, each in told.items()}
        say({"stall": stall, "process": name})

    def _look_for_lost(self) -> None:
        """Locust hears a heart of each worker every second, and misses who has not been heard for some."""
        for name in self._merge.waiting:
            node = self._runner.clients.get(self._roster.id_of[name])
            if node is None or node.state == STATE_MISSING:
                at_s = time.monotonic() - self._start_at_s
                self._merge.lose(name, f"was not heard any more at {at_s:.1f} s")

    def _send(self, name: str, kind: str, **said: Any) -> None:
        self._runner.send_message(kind, said, client_id=self._roster.id_of[name])

    def _progress(self) -> dict[str, Any]:
        return {"at_s": round(time.monotonic() - self._start_at_s, 3), **self._merge.counts()}


def _of_clocks(measured: Mapping[str, tuple[Offset, Offset]]) -> dict[str, Any]:
    """What is said of the clocks of other machines, and which of them cannot be trusted."""
    troubles = {name: trouble_of(*both) for name, both in measured.items()}
    return {
        "clocks": [f"{name} {why}" for name, why in troubles.items() if why],
        "notes": [f"{name}: {in_words(*both)}" for name, both in measured.items()],
    }


def _named(names: str) -> list[str]:
    return [each for each in names.split(",") if each]


def _never(_user: FastHttpUser) -> None:
    """A master has no user of its own."""


if __name__ == "__main__":
    sys.exit(main())
