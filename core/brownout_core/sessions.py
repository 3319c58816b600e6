"""A session with a vendor (a websocket): texts both ways, until one of the two ends it.

It stands beside `transport`, whose requests end with their answers. Two implementations: `transports.aiohttp`, and
`transports.memory` for virtual time. How long an opening may take, and how long a silence, is not a transport's
business: it cancels, and what had arrived stays for whoever receives next.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from brownout_core.transport import NoConnection, Request, Response

GONE = 1006
"""No closing frame came (RFC 6455, 7.1.5)."""


class SessionRefused(Exception):
    """The handshake was answered with something else."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"status {response.status}")
        self.response = response


class SessionOver(Exception):
    """Nothing more comes, and nothing can be said."""

    def __init__(self, code: int = GONE, reason: str = "") -> None:
        super().__init__(f"code {code}")
        self.code = code
        """As RFC 6455 has them."""
        self.reason = reason
        """The vendor's words; they may say anything."""


class Session(Protocol):
    """One open session. For one who sends and one who receives."""

    async def send(self, text: str) -> None:
        """Say something. Raises `SessionOver`."""
        ...

    async def receive(self) -> str:
        """What the vendor says next. Raises `SessionOver`. Whoever gives up waiting loses nothing."""
        ...


class SessionTransport(Protocol):
    """Opens sessions. Safe for concurrent use."""

    def connect(self, request: Request) -> AbstractAsyncContextManager[Session]:
        """Make the handshake with this GET; leaving ends the session.

        Raises, on the way in:
            NoConnection: nothing was sent.
            Lost: sent, and no whole answer came.
            Unreadable: sent, and what came is no handshake.
            SessionRefused: the vendor's own no.
        """
        ...


class NoSessions:
    """Where nobody has said how sessions are opened: none is."""

    def connect(self, request: Request) -> AbstractAsyncContextManager[Session]:
        """Raises `NoConnection`."""
        raise NoConnection(f"sessions cannot be opened here: {request.method}")
