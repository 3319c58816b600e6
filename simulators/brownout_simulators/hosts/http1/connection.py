"""One client's connection: requests come in, are served one after the other, and their answers go out in order.

Nothing here awaits anything. Who takes too long is sent away (`patience`); what makes no sense is refused when the
requests before it are answered.
"""

import asyncio
from collections import deque
from typing import Final, cast

from brownout_simulators.hosts.http1 import transports
from brownout_simulators.hosts.http1.exchange import NO_REQUEST, Exchange
from brownout_simulators.hosts.http1.head import CONTINUE, message, own_answer
from brownout_simulators.hosts.http1.reading import HttptoolsReader, NotForHttptools, Reader, Request, RequestRefused
from brownout_simulators.hosts.http1.service import Service

PIPELINE_LIMIT: Final = 64
"""Requests that wait for their turn before no more is read."""
_NEVER: Final = float("inf")
_NOT_SET: Final = -_NEVER


class Connection(asyncio.Protocol):
    """On any transport."""

    __slots__ = (
        "_exchange",
        "_is_deaf",
        "_is_held_up",
        "_is_in_head",
        "_reader",
        "_refusal",
        "_service",
        "_transport",
        "_unread",
        "_waiting",
        "due_s",
    )

    def __init__(self, service: Service) -> None:
        self.due_s = _NEVER
        """By when the client must have done something."""
        self._service = service
        self._transport: asyncio.Transport | None = None
        self._exchange = Exchange(service, self)
        self._waiting: deque[Request] = deque()
        self._reader: Reader = HttptoolsReader(self._waiting, service.body_limit)
        self._is_in_head = False
        """A head has begun, and by when it must be there is settled."""
        self._is_held_up = False
        """Too many requests wait: nothing is read."""
        self._refusal: RequestRefused | None = None
        """To be said when the requests before it are answered."""
        self._is_deaf = False
        """The last word is said, or nobody listens: what still comes is thrown away."""
        self._unread = 0
        """What the client had not read when it was last looked at."""

    # -- called by the event loop ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        made = cast("asyncio.Transport", transport)  # uvloop's are, but do not say so
        self._transport = self._exchange.transport = made
        self._exchange.port = transports.port_of(made)
        transports.tell_of_every_byte(made)
        self.due_s = self._service.clock() + self._service.patience.head_s
        self._service.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or was sent away."""
        del exc
        self._transport = None
        self.fall_silent()
        self._service.parted(self, handling=self._exchange.is_handling)
        self._exchange.lost()

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._is_deaf or self._exchange.received(data):
            return
        try:
            self._reader.feed(data)
        except (NotForHttptools, RequestRefused) as trouble:
            self._read_otherwise(trouble)
        self.go_on()
        if len(self._waiting) > PIPELINE_LIMIT and self._transport is not None:
            self._is_held_up = True
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Not all that was written could be handed over."""
        if self._transport is not None:
            self._unread = self._transport.get_write_buffer_size()
        self.due_s = self._service.clock() + self._service.patience.unread_s
        self._exchange.paused()

    def resume_writing(self) -> None:
        """Now it is."""
        self.due_s = _NEVER if self._exchange.is_busy else self._service.clock() + self._service.patience.linger_s
        self._exchange.resumed()

    # -- called by the service ------------------------------------------------------------------------------------

    def give_up(self, now_s: float) -> None:
        """The client has taken too long."""
        transport = self._transport
        if transport is None:
            return
        if self._is_deaf:
            transport.abort()
        elif self.due_s == _NOT_SET:
            self.due_s = now_s + self._service.patience.idle_s
        elif self._exchange.is_paused:
            unread, self._unread = self._unread, transport.get_write_buffer_size()
            self.due_s = now_s + self._service.patience.unread_s
            if self._unread == unread:
                transport.abort()
        elif self._exchange.is_busy:
            self.due_s = _NEVER
        elif self._reader.is_midway:
            self._refuse(RequestRefused(408, "the request took too long to arrive"))
        else:
            self._hang_up()

    def end(self) -> None:
        """The service stops: close when what was written is handed over."""
        self.fall_silent()
        self._exchange.throw_away()
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """Close at once. A call that is under way ends where it stands."""
        self.fall_silent()
        self._exchange.throw_away()
        if self._transport is not None:
            self._transport.abort()

    # -- called by the exchange -----------------------------------------------------------------------------------

    @property
    def rest(self) -> bytes:
        """What came behind a request that wants a websocket."""
        return self._reader.rest

    def is_answering(self) -> None:
        """It is not the client's turn."""
        self.due_s = _NEVER

    def answered(self, request: Request, *, stays: bool) -> None:
        """A request is over. Whoever calls this calls `go_on` where that does not happen anyway."""
        if not stays:
            self._hang_up()
            return
        self.due_s = _NOT_SET
        if request.wants_websocket:
            try:
                self._reader.go_on()
            except (NotForHttptools, RequestRefused) as trouble:
                self._read_otherwise(trouble)

    def go_on(self) -> None:
        """Serve what waits; then listen."""
        waiting, exchange = self._waiting, self._exchange
        while waiting and not exchange.is_busy:
            self._is_in_head = False
            exchange.serve(waiting.popleft())
        if (self._reader.is_midway or self._is_held_up or self._refusal is not None) and not exchange.is_busy:
            self._listen()

    def fall_silent(self) -> None:
        """The last word is said, or nobody listens."""
        self._is_deaf = True
        self._waiting.clear()

    def take_leave(self) -> None:
        """End the connection when the client has read what it was sent, though it may still be speaking itself."""
        self.fall_silent()
        self.due_s = self._service.clock() + self._service.patience.linger_s
        if self._transport is not None:
            transports.half_close(self._transport)

    # -- the client's turn ----------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Nothing is to be done before the client has said more; unless it has said too much."""
        transport, reader = self._transport, self._reader
        if transport is None or self._is_deaf:
            return
        if self._refusal is not None:
            self._refuse(self._refusal)
            return
        if self._is_held_up:
            self._is_held_up = False
            transport.resume_reading()
        if not reader.is_midway:
            return
        if reader.awaits_continue:
            reader.awaits_continue = False
            transport.write(CONTINUE)
        if reader.in_body:
            self.due_s = self._service.clock() + self._service.patience.body_s
        elif not self._is_in_head:
            self._is_in_head = True
            self.due_s = self._service.clock() + self._service.patience.head_s

    def _read_otherwise(self, trouble: NotForHttptools | RequestRefused) -> None:
        if isinstance(trouble, RequestRefused):
            self._refusal = trouble
            return
        # Imported where it is needed: few clients do.
        from brownout_simulators.hosts.http1.reading_h11 import H11Reader

        self._reader = H11Reader(self._waiting, self._service.body_limit, trouble.skip)
        try:
            self._reader.feed(trouble.data)
        except RequestRefused as error:
            self._refusal = error

    def _refuse(self, refusal: RequestRefused) -> None:
        """Say why, and end the connection."""
        self._service.complain(str(refusal))
        if self._transport is not None:
            self._transport.write(own_answer(refusal.status, message(str(refusal)), NO_REQUEST))
        self.take_leave()

    def _hang_up(self) -> None:
        self.fall_silent()
        if self._transport is not None:
            self._transport.close()
