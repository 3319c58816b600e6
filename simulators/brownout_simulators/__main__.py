"""`python -m brownout_simulators`: vendors on sockets, in one process.

    --vendors stripe,twilio   which; all by default
    --ports fixed | 0         each vendor's documented port, or free ones
    --port-base N             N, N + 1, …; 0 for free ports
    --seed N                  of ids and of faults
    --host ADDRESS            where to bind; loopback by default
    --correlate VENDOR=PLACE  where the caller's operation ids travel, in place of the vendor's own places; may be said
                              several times
    --setup VENDOR=FILE       what the vendor is set up with, YAML or JSON; may be said several times

Prints one line of JSON per vendor when all of them are ready: vendor, url, env, and for one that is served over TLS
`ca`, the authority to trust. Then `{"stall": {"since_s": …, "until_s": …}}`, on the machine's monotonic clock, whenever
the process had been kept from running. Ends on SIGTERM or SIGINT with 0; a port that is taken or a vendor that does not
exist is one line on standard error and exit code 2.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, closing
from typing import Any

from brownout_simulators.correlation import correlating
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.heartbeat import EVERY_S, Heartbeat
from brownout_simulators.hosts.blocks import FileBlocks
from brownout_simulators.hosts.http import HttpHost, PortTaken
from brownout_simulators.setup_files import BadSetup, read_setups
from brownout_simulators.simulator import ReadRule, Simulator
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, UnknownVendor, load_vendor


def main(arguments: Sequence[str] | None = None, *, read_rule: ReadRule = rule_from_json) -> int:
    """Run until told to stop; the exit code. `read_rule` as of `Simulator`."""
    parser = argparse.ArgumentParser(prog="brownout_simulators", description="Vendors, simulated, on local ports.")
    parser.add_argument("--vendors", default=",".join(VENDORS), help="comma-separated; all by default")
    parser.add_argument("--ports", choices=("fixed", "0"), default="fixed", help="documented ports, or free ones")
    parser.add_argument("--port-base", type=int, default=None, help="this port, and the next ones; 0 for free ports")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--correlate", action="append", default=[], metavar="VENDOR=PLACE")
    parser.add_argument("--setup", action="append", default=[], metavar="VENDOR=FILE")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        vendors = _correlating(_named(options.vendors), options.correlate)
        setups = read_setups(vendors, options.setup)
        ports = _ports(vendors, options.ports, options.port_base)
        _run(_serve(vendors, ports, options.seed, options.host, setups, read_rule=read_rule))
    except (UnknownVendor, UnknownPlace, BadSetup, PortTaken, OSError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        sys.stderr.write(f"brownout_simulators: {text}\n")
        return 2
    return 0


def _named(names: str) -> list[Vendor[Any]]:
    vendors = [load_vendor(name) for name in names.split(",") if name]
    if not vendors:
        raise UnknownVendor(f"no vendor is named; there are {', '.join(VENDORS)}")
    return vendors


class UnknownPlace(ValueError):
    """Nowhere in a call of that vendor."""


def _correlating(vendors: list[Vendor[Any]], told: Sequence[str]) -> list[Vendor[Any]]:
    try:
        return correlating(vendors, told)
    except ValueError as error:
        raise UnknownPlace(f"--correlate {error}") from None


def _ports(vendors: Sequence[Vendor[Any]], kind: str, base: int | None) -> list[int]:
    if base:
        # Some loops take a port modulo 65536 instead of refusing it.
        if not 0 < base <= 65_536 - len(vendors):
            raise OSError(f"--port-base must be in [0, {65_536 - len(vendors)}], got {base}")
        return [base + place for place in range(len(vendors))]
    if kind == "0" or base == 0:
        return [0] * len(vendors)
    return [vendor.port for vendor in vendors]


def _run(main_coroutine: Any) -> None:
    try:
        import uvloop
    except ImportError:  # no uvloop on this system
        asyncio.run(main_coroutine)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main_coroutine)


async def _serve(
    vendors: Sequence[Vendor[Any]],
    ports: Sequence[int],
    seed: int,
    address: str,
    setups: Mapping[str, Mapping[str, Any]],
    *,
    read_rule: ReadRule,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # The wall clock is read once: afterwards all dates follow the monotonic clock.
    epoch_s = time.time() - time.monotonic()  # noqa: TID251
    async with AsyncExitStack() as started:
        hosts: list[HttpHost] = []
        for vendor, port in zip(vendors, ports, strict=True):
            # The books go to disk: in memory, those of a long run would be most of what the process takes.
            blocks = started.enter_context(closing(FileBlocks()))
            simulator = Simulator(
                vendor,
                clock=time.monotonic,
                epoch_s=epoch_s,
                seed=seed,
                blocks=blocks,
                setup=setups.get(vendor.name),
                read_rule=read_rule,
            )
            host = HttpHost(simulator, host=address, port=port)
            await host.start()
            started.push_async_callback(host.stop)
            hosts.append(host)
        for host in hosts:
            _say(json.dumps(_introduction(host)))
        for host in hosts:
            await host.warm_up()
        _spare_the_collector()
        heart = Heartbeat(time.monotonic, lambda stall: _say(json.dumps({"stall": stall._asdict()})))
        while not stop.is_set():
            heart.beat()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await stop.wait()


def _introduction(host: HttpHost) -> dict[str, Any]:
    """What somebody must know to use it."""
    vendor = host.simulator.vendor
    line: dict[str, Any] = {"vendor": vendor.name, "url": host.url}
    line["env"] = dict(vendor.environment(host.url, vendor.test_key("default")))
    if host.certificate is not None:
        line["ca"] = str(host.certificate.authority)
    return line


def _spare_the_collector() -> None:
    """A simulator under load makes many objects that live: looking through all of them again and again would make it
    the slower, the more it holds. What there is now lives for ever; the young are looked at once, in lots that keep
    whoever calls meanwhile waiting for little; the oldest generation, to which they go then, is rarely looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, -1, 2_000)  # -1: the second generation goes along with every lot of the first


def _say(line: str) -> None:
    """One whole line at once: whoever reads it may be another process."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
