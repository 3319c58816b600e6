"""Hands the connections of workers on other machines on to what serves on this one's loopback, byte by byte.

The application and the simulators listen on loopback and stay there. A relay listens on the address that the workers
joined, on a free port, and takes connections from their addresses alone; it lives as long as the master. Needs gevent.
"""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import gevent  # type: ignore[import-untyped]
from gevent import socket as green
from gevent.server import StreamServer  # type: ignore[import-untyped]

BLOCK = 65536


class Relay:
    """To one URL of loopback."""

    def __init__(self, host: str, url: str, is_known: Callable[[str], bool]) -> None:
        """`host` is where it listens, `is_known` whether an address is a worker's."""
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 80)
        self._is_known = is_known
        self._server = StreamServer((host, 0), self._carry)
        self._server.start()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}"
        """Where workers ask."""

    def _carry(self, near: socket.socket, peer: tuple[str, int]) -> None:
        """The server closes `near` when this returns: of a stranger, and where nobody serves, at once."""
        if not self._is_known(peer[0]):
            return
        try:
            far = green.create_connection(self._to)
        except OSError:
            return
        with far:
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asking = gevent.spawn(_pour, near, far)
            _pour(far, near)
            asking.kill()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    """Until the source has no more to say; then the sink is told so."""
    try:
        while block := source.recv(BLOCK):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        sink.close()
