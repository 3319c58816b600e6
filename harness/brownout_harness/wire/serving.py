"""The proxies as a process of their own: `brownout toxiproxy`, and `python -m brownout_harness.wire` beside a run."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from brownout_harness.problems import SIGNALS, BadInput
from brownout_harness.wire import bodies
from brownout_harness.wire.address import LAST_PORT
from brownout_harness.wire.proxies import Refused, Wanted
from brownout_harness.wire.server import PortTaken, Server
from brownout_scenarios.loopback import is_loopback


def serve(
    announce: Callable[[Server], None],
    *,
    host: str,
    port: int,
    seed: int,
    config: Path | None = None,
    with_metrics: bool = False,
) -> None:
    """Serve until a signal ends it. `announce` is called when it does.

    Raises:
        BadInput: a host that is not loopback, a port that is taken, a file that cannot be read.
    """
    if not is_loopback(host):
        raise BadInput(f"--host {host} is not this machine: only loopback (127.0.0.1, ::1, localhost) is allowed")
    if not 0 <= port <= LAST_PORT:
        raise BadInput(f"--port {port}: a port is from 0 to {LAST_PORT}")
    wanted = [] if config is None else read_config(config)
    address = "127.0.0.1" if host.lower().startswith("localhost") else host
    with asyncio.Runner(loop_factory=new_loop) as runner:
        server = Server(host=address, port=port, seed=seed, with_metrics=with_metrics)
        runner.run(_serve(announce, server, wanted, config))


def read_config(path: Path) -> list[Wanted]:
    """The proxies of a file, as Toxiproxy's `-config` has them. Raises `BadInput`, which names the file."""
    try:
        return bodies.wanted_proxies(bodies.value_of(path.read_bytes()))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except Refused as refused:
        raise BadInput(f"{path}: {str(refused).removeprefix('bad request body: ')}") from None


async def _serve(announce: Callable[[Server], None], server: Server, wanted: list[Wanted], config: Path | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        async with server:
            try:
                list(server.proxies.populate(wanted))
            except Refused as refused:
                raise BadInput(f"{config}: {refused}") from None
            announce(server)
            await stop.wait()
    except PortTaken as error:
        raise BadInput(f"{error.strerror}: end what uses it, or choose another with --port") from None


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest that is here, for proxies in a process of their own."""
    try:
        import uvloop
    except ImportError:  # no uvloop on this system
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
