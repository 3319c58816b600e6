"""`python -m brownout_harness.load --plan plan.ndjson --out operations.ndjson --start-at MONOTONIC`

Prints JSON lines: `{"ready": true}` when it could begin, then progress, then `{"finished": true, ...}`; and
`{"stall": ...}` whenever it had been kept from running. With `--start-file` instead of `--start-at` it waits for a file
that holds the instant: the harness writes it once everything else is ready. The plan, too, may appear after the process
has started. Exit codes: 0 every arrival was dispatched, 2 bad input, 3 the start instant had passed or never came.
"""

# Locust patches sockets and threads for the whole process, and must do so before anything else is imported.
import locust  # noqa: F401, I001

import argparse
import gc
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent  # type: ignore[import-untyped]

from brownout_harness.load.generator import Counts, Generator
from brownout_harness.load.outside import say, start_in, wait_for, write_line, write_statistics
from brownout_harness.load.plan import read_plan, urls_of
from brownout_harness.load.reading import reader_for
from brownout_harness.safety.loopback import require_loopback
from brownout_harness.problems import NotJudged, Problem
from brownout_simulators.heartbeat import EVERY_S, Heartbeat


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a plan; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.load", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="NDJSON, a line per finished operation, at once")
    parser.add_argument("--stats", type=Path, help="where Locust's own statistics go, as JSON")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--start-at", type=float, help="the run's start on the machine's monotonic clock")
    start.add_argument("--start-file", type=Path, help="a file that will hold that instant")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except Problem as problem:
        print(f"load: {problem}", file=sys.stderr)  # noqa: T201 - a process's own standard error
        return problem.exit_code
    return 0


def _run(options: argparse.Namespace) -> None:
    wait_for(options.plan, "plan")
    asking, arrivals = read_plan(options.plan)
    for url in urls_of(asking):
        require_loopback(url, "the target's url")
    say({"ready": True, "planned": len(arrivals)})
    start_at_s = _start_of(options)
    if start_at_s < time.monotonic():
        raise NotJudged(f"the start instant had passed by {time.monotonic() - start_at_s:.1f} s")
    # The plan stays for the whole run: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    heart = gevent.spawn(_beat)
    out = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        generator = Generator(
            asking,
            arrivals,
            start_at_s=start_at_s,
            read=reader_for(asking.readings),
            # One write per operation: what was answered survives however this process ends.
            emit=lambda row, look: write_line(out, {**row._asdict(), "look": look}),
            progress=lambda counts: say(_progress(counts, time.monotonic() - start_at_s)),
        )
        environment = generator.run()
    finally:
        heart.kill()
        os.close(out)
    if options.stats is not None:
        write_statistics(options.stats, environment)
    say({"finished": True, **_progress(generator.counts, time.monotonic() - start_at_s)})


def _beat() -> None:
    heart = Heartbeat(time.monotonic, lambda stall: say({"stall": stall._asdict()}))
    while True:
        gevent.sleep(EVERY_S)
        heart.beat()


def _start_of(options: argparse.Namespace) -> float:
    return float(options.start_at) if options.start_file is None else start_in(options.start_file)


def _progress(counts: Counts, at_s: float) -> dict[str, Any]:
    return {"at_s": round(at_s, 3), **asdict(counts)}


if __name__ == "__main__":
    sys.exit(main())
