"""A vendor that does nothing but stream, behind the engine and the HTTP host: so many chunks, so far apart."""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import uvloop

from brownout_simulators.__main__ import _spare_the_collector
from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Route
from tests.simulators.toy import TILL, Till

CHUNK = b'data: {"choices":[{"delta":{"content":" word"},"index":0}],"object":"chat.completion.chunk"}\n\n'


def stream(call: Call, account: Account[Till]) -> Reply:
    """GET /stream/{count}/{gap_us}: chunks of the size of a token's event."""
    del account
    gap_s = int(call.params["gap_us"]) / 1e6
    chunks = [(gap_s, CHUNK)] * int(call.params["count"])
    return Reply(200, headers={"content-type": "text/event-stream"}, stream=chunks)


async def main() -> None:
    """Serve on a free port until killed."""
    vendor = replace(TILL, routes=[Route("GET", "/stream/{count}/{gap_us}", stream)])
    simulator: Simulator[Any] = Simulator(vendor, clock=time.monotonic, epoch_s=1.76e9)
    host = HttpHost(simulator)
    await host.start()
    print(json.dumps({"url": host.url}), flush=True)
    _spare_the_collector()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
