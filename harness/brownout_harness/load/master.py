"""`python -m brownout_harness.load.master --listen HOST:PORT --names load.1,load.2 --plan FILE …`

Locust's master: hands each worker its share of the plan, begins all at one instant, writes down what they recorded.
To the harness it is what `python -m brownout_harness.load` is, and prints the same lines; `workers` in them says how
each fares, `troubles` in the last one why this is not the load that was planned. Exit codes: 0 every worker is through
or lost, 2 bad input, 3 the start instant had passed or never came.
"""

# Locust patches sockets and threads for the whole process, and must do so before anything else is imported.
import locust  # noqa: F401, I001

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import gevent  # type: ignore[import-untyped]
from locust import FastHttpUser
from locust.runners import STATE_MISSING

from brownout_harness.load import bus, keys
from brownout_harness.load.caller import environment_for
from brownout_harness.load.generator import PROGRESS_EVERY_S, user_for
from brownout_harness.load.merging import Merge
from brownout_harness.load.outside import say, start_in, until, wait_for, write_line, write_statistics
from brownout_harness.load.plan import read_plan
from brownout_harness.load.shares import asking_for_share, shares
from brownout_harness.problems import Problem

SET_WITHIN_S: Final = 60.0
"""For the workers to read their shares."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Have a plan run; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.load.master", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="NDJSON, a line per finished operation")
    parser.add_argument("--stats", type=Path, required=True, help="where Locust's own statistics go, as JSON")
    parser.add_argument("--start-file", type=Path, required=True, help="a file that will hold the start instant")
    parser.add_argument("--listen", metavar=bus.ADDRESS, required=True, help="where workers join")
    parser.add_argument("--names", required=True, help="the workers that the harness starts, by name")
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
        self._names: list[str] = options.names.split(",")
        self._id_of: dict[str, str] = {}
        """Locust's, by the name."""
        self._name_of: dict[str, str] = {}
        self._set: set[str] = set()
        self._merge = Merge({})
        self._start_at_s = 0.0
        self._environment = environment_for(user_for(_never), "")
        self._runner = self._environment.create_master_runner(*bus.parted(options.listen))
        heard = {
            "joined": self._join,
            "set": lambda who, _told: self._set.add(who),
            "rows": self._keep,
            "counts": lambda who, told: self._merge.tell(self._name_of[who], told["counts"]),
            "stall": self._tell_stall,
            "over": self._end,
        }
        bus.listen(self._runner, heard)

    def run(self) -> None:
        """From the first worker that joins to the last word of the last one.

        Raises:
            NotJudged: it could not begin.
        """
        until(lambda: len(self._id_of) == len(self._names), math.inf, str)  # the harness knows how long
        self._deal()
        until(lambda: len(self._set) == len(self._names), SET_WITHIN_S, self._unset)
        say({"ready": True})
        self._start_at_s = start_in(self._options.start_file)
        for name in self._names:
            self._send(name, "begin", start_at_s=self._start_at_s)
        while self._merge.waiting:
            gevent.sleep(PROGRESS_EVERY_S)
            self._look_for_lost()
            say(self._progress())
        self._runner.quit()
        write_statistics(self._options.stats, self._environment)
        say({"finished": True, **self._progress(), "troubles": self._merge.troubles(), "behind": self._merge.behind()})

    def _deal(self) -> None:
        """Hand out the plan, and have Locust spawn the one user of each worker."""
        wait_for(self._options.plan, "plan")
        asking, planned = read_plan(self._options.plan)
        dealt = dict(zip(self._names, shares(planned, len(self._names)), strict=True))
        self._merge = Merge({name: {each.operation_id for each in share} for name, share in dealt.items()})
        for name, share in dealt.items():
            told = asdict(asking_for_share(asking, len(dealt)))
            self._send(name, "share", asking=told, planned=[list(each) for each in share])
        self._environment.host = next(iter(asking.urls.values()))
        gevent.spawn(self._runner.start, len(dealt), len(dealt))

    def _unset(self) -> str:
        missing = [name for name, who in self._id_of.items() if who not in self._set]
        return f"{' and '.join(missing)} did not get ready within {SET_WITHIN_S:.0f} s"

    def _join(self, who: str, told: dict[str, Any]) -> None:
        name = told["name"]
        if name not in self._names or name in self._id_of:
            self._runner.send_message("quit", client_id=who)
            self._runner.clients.pop(who, None)  # or Locust would give it one of the users
            return
        self._id_of[name], self._name_of[who] = who, name
        say({"joined": name})

    def _keep(self, who: str, told: dict[str, Any]) -> None:
        for row in self._merge.take(self._name_of[who], told["rows"]):
            write_line(self._out, row)

    def _tell_stall(self, who: str, told: dict[str, Any]) -> None:
        say({"stall": told, "process": self._name_of[who]})

    def _end(self, who: str, told: dict[str, Any]) -> None:
        self._merge.end(self._name_of[who], told["counts"], told["failed"])

    def _look_for_lost(self) -> None:
        """Locust hears a heart of each worker every second, and misses who has not been heard for some."""
        for name in self._merge.waiting:
            node = self._runner.clients.get(self._id_of[name])
            if node is None or node.state == STATE_MISSING:
                at_s = time.monotonic() - self._start_at_s
                self._merge.lose(name, f"was not heard any more at {at_s:.1f} s")

    def _send(self, name: str, kind: str, **said: Any) -> None:
        self._runner.send_message(kind, said, client_id=self._id_of[name])

    def _progress(self) -> dict[str, Any]:
        return {"at_s": round(time.monotonic() - self._start_at_s, 3), **self._merge.counts()}


def _never(_user: FastHttpUser) -> None:
    """A master has no user of its own."""


if __name__ == "__main__":
    sys.exit(main())
