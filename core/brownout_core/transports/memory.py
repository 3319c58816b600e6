"""Requests answered in this process by a function: for virtual time, and for tests of code that sends requests."""

from collections.abc import Awaitable, Callable

from brownout_core.transport import Request, Response

Handler = Callable[[Request], Awaitable[Response]]
"""Answers a request, or raises `NoConnection`, `Lost` or `Unreadable`, or never returns (a hang)."""


class MemoryTransport:
    """A `Transport` without sockets. Cancelling `send` cancels the handler's await, as closing a socket would."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(self, request: Request) -> Response:
        return await self._handler(request)

    async def close(self) -> None:
        return
