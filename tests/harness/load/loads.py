"""Runs the load process on a plan and reads what it left."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brownout_harness.load.plan import Asking, Planned, write_plan

LIMIT_S = 60.0
LEAD_S = 0.5
"""From telling the start instant to it: the process must have read it by then, on a busy machine too."""


@dataclass(frozen=True)
class Loaded:
    """What a load process did."""

    exit_code: int
    operations: list[dict[str, Any]]
    said: list[dict[str, Any]]
    errors: str
    stats: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return self.said[-1]


def arrivals(path: str, instants: list[float], method: str = "POST") -> list[Planned]:
    return [
        Planned(at_s, f"op-{n:04}", "pay", method, path, {"X-Correlation-ID": f"op-{n:04}"}, "{}")
        for n, at_s in enumerate(instants)
    ]


def load(
    folder: Path, asking: Asking, planned: list[Planned], on_start: Callable[[float], None] = lambda _at_s: None
) -> Loaded:
    """Run a plan to its end; it starts as soon as the process is ready, and `on_start` gets the instant before."""
    write_plan(folder / "plan.ndjson", asking, planned)
    start = folder / "start"
    process = subprocess.Popen(command(folder, "--start-file", str(start)), stdout=-1, stderr=-1, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    if first:
        start_at_s = time.monotonic() + LEAD_S
        on_start(start_at_s)
        (folder / "start.new").write_text(str(start_at_s))
        (folder / "start.new").rename(start)
    output, errors = process.communicate(timeout=LIMIT_S)
    return collect(folder, process.returncode, first + output, errors)


def command(folder: Path, *start: str) -> list[str]:
    paths = ["--plan", "plan.ndjson", "--out", "operations.ndjson", "--stats", "stats.json"]
    files = [part if part.startswith("--") else str(folder / part) for part in paths]
    return [sys.executable, "-m", "brownout_harness.load", *files, *start]


def collect(folder: Path, exit_code: int, output: str, errors: str) -> Loaded:
    out, stats = folder / "operations.ndjson", folder / "stats.json"
    return Loaded(
        exit_code=exit_code,
        operations=[json.loads(line) for line in out.read_text().splitlines()] if out.exists() else [],
        said=[json.loads(line) for line in output.splitlines()],
        errors=errors,
        stats=json.loads(stats.read_text()) if stats.exists() else [],
    )
