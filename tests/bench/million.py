"""`make million [OPERATIONS=1000000]`: how much memory a large run in virtual time takes, judged, written and reported.

A thousand payments a second, every one of them guarded (limiters wide open), for a thousand simulated seconds: the very
command that anybody gives, `brownout run … --mode virtual`, in a process of its own. The figure is the most that was
ever resident in it, as the kernel counts: what it maps of its own files counts, too.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from brownout_reports.rows import EventRow, LedgerRow, OperationRow
from brownout_reports.run_folder import Verdict, read
from tests.bench.measure import Row, machine, table

RESULT: Final = Path(__file__).parent / "results" / "million.md"
MILLION: Final = 1_000_000
RATE_PER_S: Final = 1_000
GOAL_MB: Final = 1_000.0

SCENARIO: Final = """\
name: million
about: A thousand payments a second, and nothing is wrong.
seed: 7
workload:
  arrivals: {{rate: {rate}/s}}
  operations: [{{name: pay}}]
phases: [{{name: steady, for: {seconds}s}}]
policies:
  stripe: {{limiter: {{capacity: 1000000, refill: 1000000/s}}}}
expect:
  - exactly_once: {{effect: stripe.charge}}
  - nothing_lost: {{}}
  - success_rate: {{operation: pay, at_least: 100%}}
  - latency: {{operation: pay, p99_below: 800ms}}
  - breaker: {{vendor: stripe, stays_closed: true}}
  - amplification: {{vendor: stripe, max: 1.0}}
  - no_secrets: {{}}
"""


class Ran(NamedTuple):
    """What one run took, and left."""

    took_s: float
    peak_mb: float
    verdict: Verdict
    rows: dict[str, int]
    folder_mb: float


def main() -> int:
    """0 as long as the run passed and stayed within the goal; only a million keeps its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.million", description=__doc__)
    parser.add_argument("--operations", type=int, default=MILLION)
    operations: int = parser.parse_args().operations
    on = machine()
    ran = run(operations)
    text = f"# million\n\n{__doc__}\n{on}\n\n{told(ran, operations)}\n"
    print(text)
    if operations == MILLION:
        RESULT.write_text(text, encoding="utf-8")
    return 0 if ran.verdict.verdict == "passed" and ran.peak_mb <= GOAL_MB else 1


def run(operations: int) -> Ran:
    """By the command, on a scenario that lasts as long as so many operations take."""
    with tempfile.TemporaryDirectory(prefix="brownout-bench-") as place:
        scenario, folder = Path(place, "million.yaml"), Path(place, "run")
        scenario.write_text(SCENARIO.format(rate=RATE_PER_S, seconds=operations / RATE_PER_S), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("brownout")), "run", str(scenario)]
        started_s = time.monotonic()
        process = subprocess.Popen([*command, "--mode", "virtual", "--out", str(folder)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took_s = time.monotonic() - started_s
        if not folder.exists():
            raise RuntimeError(f"the run came to no verdict: exit code {process.returncode}")
        left = read(folder)
        rows = {kind.__name__: len(left.tables.of(kind)) for kind in (OperationRow, LedgerRow, EventRow)}
        size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        return Ran(took_s, used.ru_maxrss / 1024 * 1.048576, left.verdict, rows, size / 1e6)


def told(ran: Ran, operations: int) -> str:
    """A table, and the verdict."""
    asked = sum(each.asked for each in ran.verdict.phase_metrics if (each.phase, each.operation) == ("all", "all"))
    rows = [
        Row(bench="million", case="most that was resident", value=ran.peak_mb, unit="MB", goal=GOAL_MB,
            note=f"{ran.peak_mb * 1e6 / operations:.0f} bytes an operation"),
        Row(bench="million", case="run, judged, written, reported", value=ran.took_s, unit="s",
            note=f"{operations / ran.took_s:,.0f} operations per wall second"),
        Row(bench="million", case="the run's folder", value=ran.folder_mb, unit="MB",
            note=", ".join(f"{count:,} {name}" for name, count in ran.rows.items())),
    ]  # fmt: skip
    held = [f"- {each.title}: {each.status}, {each.observed}" for each in ran.verdict.expectations]
    return "\n".join([table(rows), "", f"{asked:,} asked; {ran.verdict.verdict}:", "", *held, *ran.verdict.reasons])


if __name__ == "__main__":
    sys.exit(main())
