"""Joins the core's transport to the simulators' memory hosts: bytes cross, objects do not."""

import asyncio
from collections.abc import Mapping
from typing import Any

from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_core.transports.memory import Handler
from brownout_simulators.hosts.memory import MemoryClosed, MemoryHost, MemoryReset
from brownout_simulators.simulator import Simulator


def base_url_of(vendor: str) -> str:
    """A simulator's address in virtual time. Nothing listens there, and nothing could: the name cannot be resolved."""
    return f"http://{vendor}.invalid"


def to_host(host: MemoryHost, simulator: Simulator[Any], *, wire_s: float = 0.0) -> Handler:
    """Requests under the simulator's base URL, answered by it; each is `wire_s` on its way."""
    base = simulator.base_url
    prefix = len(base)

    async def answer(request: Request) -> Response:
        if not request.url.startswith(base):
            raise NoConnection(f"{request.url} is not under {base}")
        if wire_s:
            await asyncio.sleep(wire_s)  # who hangs up meanwhile was never heard
        try:
            status, headers, body = await host.exchange(
                request.method, request.url[prefix:], request.headers, request.body
            )
        except (MemoryReset, MemoryClosed) as lost:
            raise Lost(str(lost)) from None
        return Response(status, _lowered(headers), body)

    return answer


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
