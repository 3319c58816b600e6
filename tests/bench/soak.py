"""`make soak [SOAK_S=1800]`: whether a simulator stays as large as it is, under payments without end.

One Stripe simulator in a process of its own takes confirmed payments over HTTP, each for an operation and under an
idempotency key of its own. Its resident memory is read every ten seconds. In the first five minutes it fills what it is
to hold; from then on it must be flat: the slope of the line of least squares through the samples is the figure.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from statistics import linear_regression
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from tests.bench.http_client import Generator, Timing
from tests.bench.measure import machine
from tests.bench.simulators import PATH, Server, credential, serving

RESULT: Final = Path(__file__).parent / "results" / "soak.md"
SAMPLE_S: Final = 10.0
FILLING_S: Final = 300.0
"""What it is to hold is full after this."""
LEAST_SAMPLES: Final = 60
"""Fewer of them after that say nothing about a slope."""
FLAT_MB: Final = 1.0
"""In five minutes, at most."""
SLOPE_OVER_S: Final = 300.0

PAYMENT: Final = {
    "amount": "2000",
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": "true",
    "off_session": "true",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}


class Sample(NamedTuple):
    """Resident memory at an instant since the first payment."""

    at_s: float
    rss_mb: float


class Soaked(NamedTuple):
    """What was seen."""

    samples: list[Sample]
    timing: Timing
    status: Mapping[str, Any]
    """The simulator's own, at the end."""
    cpu_s: float
    """The simulator's processor time."""


def main() -> int:
    """0 flat, 1 it grew or did not serve, 3 too short to say; the figures are kept unless it was too short."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--rate", type=float, default=300.0, help="payments per second")
    options = parser.parse_args()
    on = machine()
    with serving("stripe") as server:
        soaked = asyncio.run(_soak(server, options.rate, options.seconds))
        # Before anything else can go wrong: half an hour went into it.
        return _keep(soaked, options.rate, options.seconds, on)


def _keep(soaked: Soaked, rate_per_s: float, seconds: float, on: str) -> int:
    steady = [sample for sample in soaked.samples if sample.at_s >= FILLING_S]
    text = f"# soak\n\n{__doc__}\n{on}\n\n{_told(soaked, steady, rate_per_s, seconds)}\n"
    print(text, flush=True)
    if len(steady) < LEAST_SAMPLES:
        return 3
    RESULT.write_text(text, encoding="utf-8")
    return 1 if _wrong(soaked) or slope_mb(steady) > FLAT_MB else 0


async def _soak(server: Server, rate_per_s: float, seconds: float) -> Soaked:
    generator = Generator("127.0.0.1", server.port)
    start_s, samples = time.monotonic(), []

    async def sampling() -> None:
        for number in count():
            await asyncio.sleep(start_s + number * SAMPLE_S - time.monotonic())
            samples.append(Sample(number * SAMPLE_S, server.rss_mb()))
            print(f"{number * SAMPLE_S:.0f} s: {server.rss_mb():.1f} MB", file=sys.stderr, flush=True)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(sampling())
        timing = await generator.open(_payments(), rate_per_s, seconds)
        looking.cancel()
    cpu_s = server.cpu_s()
    status = await generator.fetch(b"GET /_brownout/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
    return Soaked(samples, timing, json.loads(status), cpu_s)


def _payments() -> Iterator[bytes]:
    """Without end, as the payment API's client sends them."""
    for number in count():
        operation_id = f"pay-{number:07d}-soak00"
        body = urlencode({**PAYMENT, "metadata[operation_id]": operation_id}).encode()
        lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}",
                 f"Authorization: Bearer {credential()}", "Content-Type: application/x-www-form-urlencoded",
                 f"X-Correlation-ID: {operation_id}", f"Idempotency-Key: key-{number:07d}-0123456789"]  # fmt: skip
        yield ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def slope_mb(samples: Sequence[Sample]) -> float:
    """How much a simulator grows in five minutes, by the line of least squares."""
    return linear_regression(*zip(*samples, strict=True)).slope * SLOPE_OVER_S


def _wrong(soaked: Soaked) -> list[str]:
    """What keeps these samples from being those of a simulator at work."""
    status, answered = soaked.status, len(soaked.timing.took_s)
    wrong = []
    if soaked.timing.failed:
        wrong.append(f"{soaked.timing.failed} payments failed")
    if status["ledger"]["next_seq"] != 2 * answered:
        wrong.append(f"{status['ledger']['next_seq']} rows for {answered} payments, of which each has two")
    if status["ledger"]["dropped"]:
        wrong.append(f"{status['ledger']['dropped']} rows dropped")
    return [*wrong, *status["problems"]]


def _told(soaked: Soaked, steady: Sequence[Sample], rate_per_s: float, seconds: float) -> str:
    answered, objects = len(soaked.timing.took_s), soaked.status["objects"]
    used_us = soaked.cpu_s / max(1, answered) * 1e6
    kept = ", ".join(f"{kind} {of['kept']:,}" for kind, of in objects.items() if of["kept"] and of["forgotten"])
    lines = [
        f"{answered:,} payments at {rate_per_s:g}/s in {seconds:,.0f} s; {used_us:.0f} us of processor time each.",
        f"Full, and the oldest forgotten: {kept or 'nothing'}.",
        *(f"**Wrong**: {what}." for what in _wrong(soaked)),
    ]
    if len(steady) < LEAST_SAMPLES:
        lines.append(f"Too short: {len(steady)} samples after {FILLING_S:.0f} s, at least {LEAST_SAMPLES} needed.")
    else:
        slope, least, most = slope_mb(steady), min(s.rss_mb for s in steady), max(s.rss_mb for s in steady)
        verdict = "flat" if slope <= FLAT_MB else "**it grows**"
        lines.append(
            f"After {FILLING_S:.0f} s: {slope:+.2f} MB in five minutes (at most {FLAT_MB:g}: {verdict}), "
            f"between {least:.1f} and {most:.1f} MB."
        )
    rows = [f"| {at_s:.0f} | {rss_mb:.1f} |" for at_s, rss_mb in soaked.samples if at_s % 60 == 0]
    return "\n".join([*lines, "", "| s | MB |", "| ---: | ---: |", *rows])


if __name__ == "__main__":
    sys.exit(main())
