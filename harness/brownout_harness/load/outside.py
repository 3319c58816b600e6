"""How a process of the load meets the harness: files that appear, JSON lines that it prints, Locust's figures."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gevent  # type: ignore[import-untyped]
from locust.env import Environment

from brownout_harness.problems import NotJudged

POLL_S: Final = 0.01
APPEARS_WITHIN_S: Final = 120.0


def wait_for(path: Path, what: str) -> None:
    """Until the file is there. Raises `NotJudged` when it does not come."""
    until(path.exists, APPEARS_WITHIN_S, lambda: f"no {what} came within {APPEARS_WITHIN_S:.0f} s")


def until(is_so: Callable[[], bool], within_s: float, why: Callable[[], str]) -> None:
    """Wait. Raises `NotJudged(why())` when it is not so in time."""
    deadline_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() >= deadline_s:
            raise NotJudged(why())
        gevent.sleep(POLL_S)


def start_in(path: Path) -> float:
    """The start instant, on the machine's monotonic clock, from a file that appears.

    Raises:
        NotJudged: it never came.
    """
    wait_for(path, "start instant")
    return float(path.read_text(encoding="ascii"))


def say(line: dict[str, Any]) -> None:
    """One line to the harness, whole."""
    write_line(1, line)


def write_line(file: int, row: dict[str, Any]) -> None:
    """One write: what was written survives however this process ends."""
    os.write(file, json.dumps(row).encode() + b"\n")


def write_statistics(path: Path, environment: Environment) -> None:
    """Locust's own figures: `OPERATION` counts from the intended instant, the others from sending."""
    figures = [
        {
            "type": entry.method,
            "name": entry.name,
            "requests": entry.num_requests,
            "failures": entry.num_failures,
            "average_ms": round(entry.avg_response_time, 3),
            "p50_ms": entry.get_response_time_percentile(0.5),
            "p99_ms": entry.get_response_time_percentile(0.99),
            "max_ms": round(entry.max_response_time, 3),
        }
        for entry in environment.stats.entries.values()
    ]
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
