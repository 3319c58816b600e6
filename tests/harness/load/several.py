"""Runs a master and its workers on a plan, and reads what they left."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from brownout_harness.load import keys
from brownout_harness.load.plan import Asking, Planned, write_plan
from brownout_harness.real.ports import free_port
from tests.harness.load.loads import LEAD_S, LIMIT_S, Loaded, collect

NAMES = ("load.1", "load.2")


class Several:
    """A master that waits for the workers of these names; `begin` starts the load."""

    def __init__(self, folder: Path, asking: Asking, planned: Sequence[Planned], names: Sequence[str] = NAMES) -> None:
        self.folder = folder
        self.secret, self.token = keys.new_keys()
        self.address = f"127.0.0.1:{free_port()}"
        self.workers: dict[str, subprocess.Popen[str]] = {}
        write_plan(folder / "plan.ndjson", asking, planned)
        files = {
            "--plan": "plan.ndjson",
            "--out": "operations.ndjson",
            "--stats": "stats.json",
            "--start-file": "start",
        }
        options = [word for option, name in files.items() for word in (option, str(folder / name))]
        self.master = _start(self.secret, "master", "--listen", self.address, "--names", ",".join(names), *options)
        self.all = [self.master]
        self._lines: list[str] = []

    def join(self, name: str) -> None:
        """Start one of the workers."""
        self.workers[name] = _start(self.token, "worker", "--join", self.address, "--name", name)
        self.all.append(self.workers[name])

    def said(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next line of the master that is so; those before it are kept, too."""
        assert self.master.stdout is not None
        for line in self.master.stdout:
            self._lines.append(line)
            if wanted(json.loads(line)):
                return dict(json.loads(line))
        raise AssertionError(f"the master ended: {self.master.communicate()}")

    def begin(self) -> None:
        """When all are ready."""
        self.said(lambda line: line.get("ready"))
        (self.folder / "start.new").write_text(repr(time.monotonic() + LEAD_S))
        (self.folder / "start.new").rename(self.folder / "start")

    def end(self) -> Loaded:
        """Wait until the master is through."""
        output, errors = self.master.communicate(timeout=LIMIT_S)
        return collect(self.folder, self.master.returncode, "".join(self._lines) + output, errors)


@contextmanager
def several(*arguments: Any, **options: Any) -> Iterator[Several]:
    """All of it is gone afterwards."""
    made = Several(*arguments, **options)
    try:
        yield made
    finally:
        for each in made.all:
            each.kill()
            each.communicate()


def _start(token: str, module: str, *arguments: str) -> "subprocess.Popen[str]":
    environment: Mapping[str, str] = {**os.environ, keys.VARIABLE: token}
    command = [sys.executable, "-m", f"brownout_harness.load.{module}", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
