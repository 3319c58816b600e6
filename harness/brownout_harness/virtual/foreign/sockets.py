"""What a library sees of a socket: names, options, and a descriptor to look at before a connection is used again."""

import os
import socket
import struct
from collections.abc import Callable
from typing import Any, Final

Address = tuple[str, int]
_LINGER_OFF: Final = struct.pack("ii", 1, 0)


class Quiet:
    """A descriptor on which nothing ever comes: clients poll it to see whether an idle connection has been closed."""

    def __init__(self) -> None:
        self.fd, self._other = os.pipe()

    def close(self) -> None:
        """Give it back."""
        os.close(self.fd)
        os.close(self._other)


class StandIn:
    """Stands in for the socket of one connection in memory."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(self, own: Address, peer: Address, fileno: Callable[[], int]) -> None:
        """`fileno` gives -1 once the peer has said its last: whoever looks takes it for closed then."""
        self._own = own
        self._peer = peer
        self.fileno = fileno
        self.resets = False
        """Closing at once is a reset (`SO_LINGER` of nothing)."""

    def getsockname(self) -> Address:
        """Its own address."""
        return self._own

    def getpeername(self) -> Address:
        """The address of who is at the other end."""
        return self._peer

    def setsockopt(self, level: int, option: int, value: Any = None, *_more: Any) -> None:
        """Only lingering makes a difference."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER):
            self.resets = value == _LINGER_OFF

    def getsockopt(self, *_which: Any) -> int:
        """No option is set, and no error pending."""
        return 0

    def setblocking(self, _flag: bool) -> None:
        """Nothing blocks."""

    def close(self) -> None:
        """Its transport is what ends it."""
