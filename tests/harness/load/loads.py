"""Runs the load process on a plan and reads what it left."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brownout_harness.load.plan import Asking, Planned, write_plan

LIMIT_S = 60.0
LEAD_S = 2.5
"""From the process's start to the run's: Locust's imports take most of it."""


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


def load(folder: Path, asking: Asking, planned: list[Planned], start_at_s: float | None = None) -> Loaded:
    """Run a plan to its end."""
    plan, out, stats = folder / "plan.ndjson", folder / "operations.ndjson", folder / "stats.json"
    write_plan(plan, asking, planned)
    command = [sys.executable, "-m", "brownout_harness.load", "--plan", str(plan), "--out", str(out)]
    command += [
        "--stats",
        str(stats),
        "--start-at",
        str(time.monotonic() + LEAD_S if start_at_s is None else start_at_s),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return Loaded(
        exit_code=done.returncode,
        operations=[json.loads(line) for line in out.read_text().splitlines()] if out.exists() else [],
        said=[json.loads(line) for line in done.stdout.splitlines()],
        errors=done.stderr,
        stats=json.loads(stats.read_text()) if stats.exists() else [],
    )
