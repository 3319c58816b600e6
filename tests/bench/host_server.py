"""The HTTP host with nothing behind it: every call gets one constant answer, as the bare handler's does."""

import asyncio
import json
import time
from collections.abc import Generator
from typing import Any

import uvloop

from brownout_simulators.call import Call, Sending
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.bench.bare_server import ANSWER

HEADERS = {
    "content-type": "application/json",
    "request-id": "req_000000000000000000000000",
    "stripe-version": "2026-10-28.endive",
    "idempotency-key": "key-000000",
    "date": "Thu, 01 Jan 1970 00:00:00 GMT",
}


class Constant(Simulator[Any]):
    """Books nothing, keeps nothing, and answers at once."""

    def handle(self, call: Call) -> Generator[float, None, Sending]:
        yield from ()
        return Sending(200, HEADERS, ANSWER.encode())

    def sent(self, sending: Sending, *, chunks: int, left: bool) -> None:
        """Nobody wants to know."""


async def main() -> None:
    """Serve on a free port until killed."""
    host = HttpHost(Constant(load_vendor("stripe"), clock=time.monotonic, epoch_s=0.0))
    await host.start()
    print(json.dumps({"url": host.url}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
