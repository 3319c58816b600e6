"""The one place that knows what kind of transport it is: everything else would do on any."""

import asyncio
import contextlib
import socket
import struct
from typing import Final

_LINGER_OFF: Final = struct.pack("ii", 1, 0)


def tell_of_every_byte(transport: asyncio.Transport) -> None:
    """Let `pause_writing` say that a byte was not handed over, and `resume_writing` that the last one was."""
    transport.set_write_buffer_limits(high=0, low=0)


def port_of(transport: asyncio.Transport) -> int:
    """The port that the client connects from; 0 where it has none."""
    peer = transport.get_extra_info("peername")
    return peer[1] if isinstance(peer, tuple) else 0


def reset(transport: asyncio.Transport) -> None:
    """End with RST instead of FIN, where there is such a thing."""
    handle = transport.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):  # the client was quicker
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
    transport.abort()


def half_close(transport: asyncio.Transport) -> None:
    """Say that nothing more comes, and still listen, where that can be; else close."""
    if transport.is_closing():
        return
    if transport.can_write_eof():
        transport.write_eof()
    else:
        transport.close()
