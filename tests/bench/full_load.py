"""`make full-load [ONLY=stripe] [SECONDS=600]`: how a simulator's memory fares at full load.

Each vendor's main write (OpenAI's as a stream, too) comes from 32 connections, each of which asks again as soon as it
is answered, for ten minutes: more than a million requests. A simulator's resident memory is read every five seconds.
In the first three minutes it fills what it is to hold, all of it bounded; from then on to the end it may grow by 20 MB,
and in the second half it must be flat: by the line of least squares through its samples. Its books go to disk.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.bench.http_client import Generator
from tests.bench.measure import machine
from tests.bench.simulators import Server, serving
from tests.bench.soak import FLAT_MB, SLOPE_OVER_S, Sample, slope_mb
from tests.bench.writes import CONNECTIONS, WRITES, Write, key_of, requests_of

RESULT: Final = Path(__file__).parent / "results" / "full_load.md"
SAMPLE_S: Final = 5.0
FILLING_S: Final = 180.0
GROWN_MB: Final = 20.0
LEAST_S: Final = 300.0
"""What lasts less long says nothing about a slope."""


def _streamed(number: int) -> Mapping[str, Any]:
    return {**WRITES["openai"].body(number), "stream": True}


def _upserted(number: int) -> Mapping[str, Any]:
    return {**WRITES["supabase"].body(number % ROWS)}


ROWS: Final = 50_000
LOADS: Final[Mapping[str, Write]] = {
    # Cloudflare's records stay where they are, up to what a zone takes.
    **{name: write for name, write in WRITES.items() if name != "cloudflare"},
    "openai-stream": replace(WRITES["openai"], body=_streamed),
    # What is written into a table stays there, up to the size of a project's disk.
    "supabase": replace(
        WRITES["supabase"],
        path="/rest/v1/jobs?on_conflict=business_key",
        headers={**WRITES["supabase"].headers, "Prefer": "resolution=merge-duplicates,return=representation"},
        body=_upserted,
    ),
}


class Loaded(NamedTuple):
    """What was seen of one vendor."""

    name: str
    seconds: float
    samples: Sequence[Sample]
    answered: int
    cpu_s: float
    status: Mapping[str, Any]

    @property
    def grown_mb(self) -> float:
        """From when it was full to the end."""
        filled = [sample for sample in self.samples if sample.at_s >= min(FILLING_S, self.seconds / 2)]
        return filled[-1].rss_mb - filled[0].rss_mb

    @property
    def slope_mb(self) -> float:
        """In five minutes of the second half."""
        return slope_mb([sample for sample in self.samples if sample.at_s >= self.seconds / 2])

    def wrong(self) -> list[str]:
        """What is not as it must be."""
        ledger, found = self.status["ledger"], list(self.status["problems"])
        if ledger["next_seq"] < self.answered:
            found.append(f"{ledger['next_seq']} rows for {self.answered} answers")
        if self.grown_mb > GROWN_MB:
            found.append(f"it has grown by {self.grown_mb:.1f} MB, at most {GROWN_MB:g}")
        if self.seconds >= LEAST_S and self.slope_mb > FLAT_MB:
            found.append(f"it grows by {self.slope_mb:.1f} MB in {SLOPE_OVER_S:.0f} s, at most {FLAT_MB:g}")
        return found


def main() -> int:
    """0 where all is well, else 1; the figures of a whole round of ten minutes or more are kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.full_load", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"of {', '.join(LOADS)}; all by default")
    parser.add_argument("--seconds", type=float, default=600.0)
    options = parser.parse_args()
    on = machine()
    loaded = [_load(name, options.seconds) for name in options.only or LOADS]
    text = f"# full load\n\n{__doc__}\n{on}\n\n" + "\n\n".join(map(told, loaded)) + "\n"
    print(text)
    if not options.only and options.seconds >= LEAST_S:
        RESULT.write_text(text, encoding="utf-8")
    return int(any(each.wrong() for each in loaded))


def _load(name: str, seconds: float) -> Loaded:
    vendor = name.partition("-")[0]
    with serving(vendor) as server:
        return asyncio.run(_loaded(name, vendor, server, seconds))


async def _loaded(name: str, vendor: str, server: Server, seconds: float) -> Loaded:
    generator, samples, began_s = Generator("127.0.0.1", server.port), list[Sample](), time.monotonic()
    key = await key_of(vendor, server)

    async def sampling() -> None:
        for number in count():
            await asyncio.sleep(began_s + number * SAMPLE_S - time.monotonic())
            samples.append(Sample(number * SAMPLE_S, server.rss_mb()))
            print(f"{name} {number * SAMPLE_S:.0f} s: {samples[-1].rss_mb:.1f} MB", file=sys.stderr, flush=True)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(sampling())
        per_s = await generator.closed(requests_of(LOADS[name], key, count()), CONNECTIONS, seconds)
        looking.cancel()
    cpu_s = server.cpu_s()
    status = await generator.fetch(b"GET /_brownout/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
    return Loaded(name, seconds, samples, round(per_s * seconds), cpu_s, json.loads(status))


def told(loaded: Loaded) -> str:
    """One vendor's figures and its curve."""
    kept = ", ".join(f"{kind} {of['kept']:,}" for kind, of in loaded.status["objects"].items() if of["forgotten"])
    rows, dropped = loaded.status["ledger"]["next_seq"], loaded.status["ledger"]["dropped"]
    used_us = loaded.cpu_s / max(1, loaded.answered) * 1e6
    grown, slope = f"{loaded.grown_mb:+.1f} MB (at most {GROWN_MB:g})", f"{loaded.slope_mb:+.2f} MB"
    lines = [
        f"## {loaded.name}",
        "",
        f"{loaded.answered:,} answers in {loaded.seconds:,.0f} s; {used_us:.0f} us of processor time each.",
        f"{rows:,} rows in the books, {dropped:,} dropped. Full, and the oldest forgotten: {kept or 'nothing'}.",
        f"From when it was full: {grown}; in the second half {slope} in {SLOPE_OVER_S:.0f} s (at most {FLAT_MB:g}).",
        *(f"**Wrong**: {what}." for what in loaded.wrong()),
        "",
        "| s | MB |",
        "| ---: | ---: |",
    ]
    every_s = max(SAMPLE_S, round(loaded.seconds / 20 / SAMPLE_S) * SAMPLE_S)
    return "\n".join([*lines, *(f"| {at_s:.0f} | {mb:.1f} |" for at_s, mb in loaded.samples if at_s % every_s == 0)])


if __name__ == "__main__":
    sys.exit(main())
