"""An answer that does not go out in one go: a stream, a drip, and whatever is to end otherwise than well.

A piece has gone out when its last byte is handed over. A client that reads slowly holds up the next one and nothing
else; the wait for a piece's instant takes a timer, the wait for a client to give up takes nothing.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from brownout_simulators.call import Ending, Sending
from brownout_simulators.hosts.http1.head import BODILESS, head_bytes
from brownout_simulators.hosts.http1.lasting import Owner
from brownout_simulators.hosts.http1.reading import Request
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.timers import Timer

_NO_CHUNK: Final = b"zz\r\nthis is no chunk\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"


class Pieces:
    """One such answer on its way."""

    def __init__(
        self, service: Service, transport: asyncio.Transport, sending: Sending, request: Request, owner: Owner
    ) -> None:
        self.sending = sending
        self.is_paused = False
        """Not all that was written is handed over. Whoever sets it back calls `go_on`."""
        self._service = service
        self._transport = transport
        self._owner = owner
        length = sending.content_length
        if length is None and sending.stream is None and not sending.bad_chunk:
            length = len(sending.body)
        self._has_body = bool(sending.status) and sending.status not in BODILESS and request.method != "HEAD"
        self._is_chunked = length is None and request.is_http11
        ends = self._is_chunked or length is not None or not self._has_body
        # A server that is about to break off does not say so beforehand: a client that was told "Connection: close" may
        # take the end of the connection for the end of the answer (undici does, and with it Node's fetch).
        says_it_stays = request.keep_alive and ends
        self._stays = says_it_stays and sending.ending is Ending.COMPLETE and not sending.bad_chunk
        self._head = b""
        if sending.status:
            framing = ["Transfer-Encoding: chunked"] if self._is_chunked else []
            if length is not None:
                framing = [f"Content-Length: {length}"]
            if sending.status in BODILESS:
                framing = []
            self._head = head_bytes(sending, request, *framing, keep_alive=says_it_stays)
        self._chunks: Iterator[tuple[float, bytes]] = iter(())
        if self._has_body:
            self._chunks = iter(sending.stream if sending.stream is not None else ((0.0, sending.body),))
        self._chunk: bytes | None = None
        """The next one, which waits for its instant."""
        self._due_s = 0.0
        self._timer: Timer | None = None
        self._gone_out = 0
        self._is_on_its_way = False
        """A chunk was written that is not counted yet."""
        self._is_at_end = False

    def begin(self) -> None:
        """Put out the head, and all that is due."""
        if self._head:
            self._transport.write(self._head)
        self._due_s = self._service.clock()
        self.go_on()

    def lost(self) -> None:
        """The client has left, or was sent away."""
        if self._timer is not None:
            self._timer.cancel()
        self._service.simulator.sent(self.sending, chunks=self._gone_out, left=True)

    def received(self, data: bytes) -> bool:
        """A request that was sent ahead, or a part of one."""
        del data
        return False

    def go_on(self) -> None:
        """Put out what is due and can go out."""
        while not self.is_paused and not self._transport.is_closing():
            if self._is_on_its_way:
                self._gone_out += 1
                self._is_on_its_way = False
            if self._is_at_end:
                self._end()
                return
            if self._chunk is None and not self._fetch():
                self._write_end()
            elif self._due_s > self._service.clock():
                self._timer = self._service.timers.call_at(self._due_s, self._owner.answer_may_go_on)
                return
            else:
                self._put()

    def _fetch(self) -> bool:
        for delay_s, chunk in self._chunks:
            self._due_s += delay_s
            self._chunk = chunk
            return True
        return False

    def _put(self) -> None:
        chunk, self._chunk = self._chunk, None
        self._is_on_its_way = True
        if chunk:  # an empty one would be the last one on the wire
            self._transport.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if self._is_chunked else chunk)

    def _write_end(self) -> None:
        self._is_at_end = True
        if self._has_body and self.sending.bad_chunk:
            self._transport.write(_NO_CHUNK)
        elif self._has_body and self._is_chunked and self.sending.ending is Ending.COMPLETE:
            self._transport.write(_LAST_CHUNK)

    def _end(self) -> None:
        ending = self.sending.ending
        if ending is not Ending.HANG:
            self._service.simulator.sent(self.sending, chunks=self._gone_out, left=False)
            self._owner.answer_is_out(ending, stays=self._stays)
