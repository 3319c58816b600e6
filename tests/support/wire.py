"""A request and its whole answer, for tests of transports."""

from brownout_core.transport import Request, Response, Transport


async def send(transport: Transport, request: Request) -> Response:
    """Raises what `Transport.open` raises."""
    async with transport.open(request) as opened:
        return await opened.whole()
