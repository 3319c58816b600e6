"""A vendor's notices on their way to the application in virtual time: by the door that everybody's requests come by."""

import asyncio
from typing import Final, Protocol

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.request import Request
from brownout_harness.virtual.life import Killed
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.vendor import NO_ANSWER

HOST: Final = "127.0.0.1:8080"
"""What a client on this machine would say in its Host header."""
TARGET_URL: Final = f"http://{HOST}"


class Serving(Protocol):
    """A process of the application."""

    def serve(self, request: Request, *, name: str) -> asyncio.Future[Answer] | None:
        """Begin to answer; None where nothing listens."""
        ...


async def deliver(webhook: OutgoingWebhook, to: Serving, wire_s: float) -> int | None:
    """The status of the answer; None: nobody listens; `NO_ANSWER`: whoever listened is dead. Who is told goes on with
    it where the vendor does not wait any longer."""
    await asyncio.sleep(wire_s)
    path = webhook.url.removeprefix(TARGET_URL).partition("#")[0]
    asking = to.serve(Request("POST", path, dict(webhook.headers), webhook.body), name=f"notice {webhook.type}")
    if asking is None:
        return None
    await asyncio.wait([asking])
    if asking.cancelled() or isinstance(asking.exception(), Killed):
        return NO_ANSWER
    return asking.result().status
