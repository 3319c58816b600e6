"""`brownout toxiproxy`: TCP proxies that misbehave on command, by Toxiproxy's HTTP API.

Examples:
  brownout toxiproxy
  brownout toxiproxy --config proxies.json --seed 7
  brownout toxiproxy --port 0 --proxy-metrics
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.problems import Interrupted

if TYPE_CHECKING:
    from brownout_harness.wire.server import Server


def toxiproxy(
    *,
    host: Annotated[str, typer.Option(help="Where the API listens: an address of loopback.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Of the API; 0: any free one.")] = 8474,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The proxies to begin with: a list, in JSON.", dir_okay=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of which connections a toxic strikes, of jitter and of slices.")] = 0,
    proxy_metrics: Annotated[
        bool, typer.Option("--proxy-metrics", help="Serve the bytes of each proxy at /metrics.")
    ] = False,
) -> None:
    """Serve TCP proxies with Toxiproxy's API until Ctrl-C.

    Any client of Toxiproxy drives it. Proxies listen on this machine and lead to this machine only.
    """
    from brownout_harness.wire.serving import serve

    with suppress(Interrupted):  # before it served
        serve(_announce, host=host, port=port, seed=seed, config=config, with_metrics=proxy_metrics)
    print("stopped", file=sys.stderr)


def _announce(server: "Server") -> None:
    for proxy in server.proxies:
        print(f"{proxy.name}: {proxy.listen} leads to {proxy.upstream}", flush=True)
    print(f"Toxiproxy's API: {server.url}. Ctrl-C ends it.", flush=True)
