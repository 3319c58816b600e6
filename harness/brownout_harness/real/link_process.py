"""`python -m brownout_harness.real.link_process`: the links of a run, each a proxy, in a process of their own.

It knows the whole schedule before the run begins, and acts it out by its own timers. On its first line it says, in
JSON, where each proxy listens; when it is told to end it writes down every connection, and what befell it.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from brownout_harness.faults.linked import Acted, Linked, act
from brownout_harness.wire.address import Address
from brownout_harness.wire.books import Books
from brownout_harness.wire.connection import Means
from brownout_harness.wire.proxy import Proxy
from brownout_harness.wire.serving import new_loop
from brownout_simulators.heartbeat import EVERY_S, Heartbeat
from brownout_simulators.hosts.timers import make_timers

LOOK_EVERY_S: Final = 0.02
"""For the start instant, which is told half a second before it, at least."""
PORT_TAKEN: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.real.link_process", description=__doc__)
    for name in ("plan", "start", "books"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_serve(json.loads(given.plan.read_bytes()), start=given.start, books=given.books))
    except OSError as error:
        sys.stderr.write(f"links: {error.strerror or error}\n")
        return PORT_TAKEN
    return 0


async def _serve(plan: dict[str, Any], *, start: Path, books: Path) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    timers, kept = make_timers(loop), Books()
    means = Means(loop, timers, time.monotonic, kept, plan["seed"])
    proxies = {each["name"]: _proxy(each, means) for each in plan["links"]}
    _say({"links": {name: proxy.listen.port for name, proxy in proxies.items()}})
    acted: dict[str, Acted] = {}
    start_at_s = await _start(start, ended)
    if start_at_s is not None:
        for each in plan["links"]:
            rules = [Linked(**rule) for rule in each["rules"]]
            name = each["name"]
            acted[name] = act(rules, proxies[name], start_at_s=start_at_s, clock=time.monotonic, call_at=timers.call_at)
        await _beat(ended)
    told = {
        "passages": [passage.as_json() for passage in kept.passages],
        "forgotten": kept.forgotten,
        "acted": {name: asdict(each) for name, each in acted.items()},
    }
    books.with_suffix(".new").write_text(json.dumps(told), encoding="utf-8")
    books.with_suffix(".new").rename(books)
    for proxy in proxies.values():
        proxy.disable()
    await asyncio.sleep(0)
    timers.close()


async def _beat(ended: asyncio.Event) -> None:
    """Until the end; tells of itself when it stood still, as simulators do."""
    heart = Heartbeat(time.monotonic, lambda stall: _say({"stall": stall._asdict()}))
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await ended.wait()
        heart.beat()


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _proxy(told: dict[str, Any], means: Means) -> Proxy:
    proxy = Proxy(told["name"], Address("127.0.0.1", told["port"]), Address(*told["upstream"]), means)
    proxy.enable()
    return proxy


async def _start(file: Path, ended: asyncio.Event) -> float | None:
    """The start instant, once it is told; None: the run ends before that."""
    while not ended.is_set():
        told = await asyncio.to_thread(_read, file)
        if told:
            return float(told)
        await asyncio.sleep(LOOK_EVERY_S)
    return None


def _read(file: Path) -> str:
    return file.read_text(encoding="ascii") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
