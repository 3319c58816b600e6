"""TLS between a transport and a protocol, on any transport.

The event loops have their own, which takes whatever is written at once and never says what of it was handed over: an
answer that nobody reads would count as sent. Here every byte that is written goes on to the transport in the same call,
so what that says of pausing is true of the answer, and a reset is one.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any, Final, cast

_READ: Final = 256 * 1024
_HANDSHAKE: Final = 22
"""The first byte of a client that speaks TLS (RFC 8446, section 5.1); no HTTP method begins with it."""


class EncryptedTransport(asyncio.Transport):
    """What the protocol writes on. Until the handshake is made nobody has a reason to write."""

    def __init__(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        super().__init__()
        self._transport = transport
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._hands_are_shaken = False
        self._has_said_goodbye = False
        self.has_heard_goodbye = False
        """The client says no more."""

    def decrypt(self, data: bytes) -> bytes:
        """What the client says in these bytes. Raises `ssl.SSLError` where it cannot be understood."""
        self._incoming.write(data)
        plain = bytearray()
        try:
            if not self._hands_are_shaken:
                self._tls.do_handshake()
                self._hands_are_shaken = True
            while piece := self._tls.read(_READ):
                plain += piece
            self.has_heard_goodbye = True
        except ssl.SSLWantReadError:
            pass
        finally:
            self._flush()
        return bytes(plain)

    def _flush(self) -> None:
        if self._outgoing.pending and not self._transport.is_closing():
            self._transport.write(self._outgoing.read())

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See `asyncio.WriteTransport`."""
        if data:
            self._tls.write(data)
            self._flush()

    def can_write_eof(self) -> bool:
        """TLS has a word for it."""
        return True

    def write_eof(self) -> None:
        """Say goodbye; what the client still says can be read."""
        self._say_goodbye()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _say_goodbye(self) -> None:
        if self._hands_are_shaken and not self._has_said_goodbye:
            self._has_said_goodbye = True
            with contextlib.suppress(ssl.SSLError):  # it would like to hear the client's goodbye, too
                self._tls.unwrap()
            self._flush()

    def close(self) -> None:
        """See `asyncio.BaseTransport`."""
        if not self._transport.is_closing():
            self._say_goodbye()
            self._transport.close()

    def abort(self) -> None:
        """See `asyncio.WriteTransport`."""
        self._transport.abort()

    def is_closing(self) -> bool:
        """See `asyncio.BaseTransport`."""
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        """See `asyncio.ReadTransport`."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """See `asyncio.ReadTransport`."""
        self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Encrypted bytes that wait."""
        return self._transport.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """See `asyncio.WriteTransport`."""
        self._transport.set_write_buffer_limits(high=high, low=low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The transport's own, and `ssl_object`."""
        return self._tls if name == "ssl_object" else self._transport.get_extra_info(name, default)


class Encrypted(asyncio.Protocol):
    """Hands decrypted bytes to `inner`, which knows nothing of it."""

    def __init__(self, context: ssl.SSLContext, inner: asyncio.Protocol) -> None:
        self._context = context
        self._inner = inner
        self._transport: EncryptedTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Before the handshake, so that `inner` counts a client that never makes one."""
        self._transport = EncryptedTransport(cast("asyncio.Transport", transport), self._context)
        self._inner.connection_made(self._transport)

    def data_received(self, data: bytes) -> None:
        """Encrypted bytes."""
        assert self._transport is not None  # noqa: S101  (there is a connection)
        try:
            plain = self._transport.decrypt(data)
        except ssl.SSLError:
            self._transport.close()
            return
        if plain:
            self._inner.data_received(plain)
        if self._transport.has_heard_goodbye:
            self._transport.close()

    def eof_received(self) -> None:
        """The client's end, with or without a goodbye: the transport closes."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Passed on, and so are the others."""
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """See above."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """See above."""
        self._inner.resume_writing()


class EitherWay(asyncio.Protocol):
    """One port for both: a client's first byte tells whether it speaks TLS. Who speaks none pays nothing for it."""

    def __init__(self, context: ssl.SSLContext, make: Callable[[], asyncio.Protocol]) -> None:
        """`make` makes what speaks to one client."""
        self._context = context
        self._make = make
        self._transport: asyncio.Transport | None = None
        self._inner = make()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Taken for a client without TLS, so that one who says nothing is counted."""
        self._transport = cast("asyncio.Transport", transport)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """The first bytes: from now on somebody else speaks to the client."""
        assert self._transport is not None  # noqa: S101  (there is a connection)
        inner = self._inner
        if data[0] == _HANDSHAKE:
            inner.connection_lost(None)
            inner = Encrypted(self._context, self._make())
            inner.connection_made(self._transport)
        self._transport.set_protocol(inner)
        inner.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Before it said anything."""
        self._inner.connection_lost(exc)
