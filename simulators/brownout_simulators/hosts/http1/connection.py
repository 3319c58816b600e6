"""One client's connection: requests come in, are served one after the other, and their answers go out in order.

Nothing here awaits anything: an answer that need not wait is written in the very call that brought its request, one
that must wait goes on by a timer. What a client gives up is handled to its end all the same.
"""

import asyncio
from collections import deque
from collections.abc import Generator
from typing import Final, cast

from brownout_simulators.call import Call, Ending, Sending
from brownout_simulators.hosts.http1 import transports
from brownout_simulators.hosts.http1.head import CONTINUE, answer_bytes, message, own_answer
from brownout_simulators.hosts.http1.lasting import Lasting
from brownout_simulators.hosts.http1.pieces import Pieces
from brownout_simulators.hosts.http1.reading import HttptoolsReader, NotForHttptools, Reader, Request, Unreadable
from brownout_simulators.hosts.http1.service import Service

PIPELINE_LIMIT: Final = 64
"""Requests that wait for their turn before no more is read."""
_NEVER: Final = float("inf")
_NOT_SET: Final = -_NEVER
Steps = Generator[float, None, Sending]
_NO_REQUEST: Final = Request("", "", {}, b"", keep_alive=False)


class Connection(asyncio.Protocol):
    """On any transport."""

    __slots__ = (
        "_call",
        "_is_busy",
        "_is_deaf",
        "_is_held_up",
        "_is_in_head",
        "_is_paused",
        "_lasting",
        "_out",
        "_reader",
        "_refusal",
        "_request",
        "_sending",
        "_service",
        "_simulator",
        "_steps",
        "_transport",
        "_unread",
        "_waiting",
        "due_s",
    )

    def __init__(self, service: Service) -> None:
        self._service = service
        self._simulator = service.simulator
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[Request] = deque()
        self._reader: Reader = HttptoolsReader(self._waiting, service.body_limit)
        self._is_held_up = False
        """Too many requests wait: nothing is read."""
        self._refusal: Unreadable | None = None
        """To be said when the requests before it are answered."""
        self._is_deaf = False
        """The last word is said: what still comes is thrown away."""
        self._is_in_head = False
        """A head has begun, and by when it must be there is settled."""
        self._is_busy = False
        """A request is being handled, or its answer is not out yet."""
        self._request = _NO_REQUEST
        self._call: Call | None = None
        """The request as the simulator has it, if it has."""
        self._steps: Steps | None = None
        """How the request is handled, while it waits."""
        self._out = b""
        """The answer, between its making and its writing."""
        self._sending: Sending | None = None
        """What the simulator is to hear of, once the answer is out."""
        self._lasting: Lasting | None = None
        """An answer that takes its time, while it does."""
        self._is_paused = False
        """Not all that was written is handed over."""
        self._unread = 0
        self.due_s = _NEVER
        """By when the client must have done something."""

    # -- called by the event loop ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are, but do not say so
        transports.tell_of_every_byte(self._transport)
        self.due_s = self._service.clock() + self._service.patience.head_s
        self._service.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or was sent away."""
        del exc
        self._transport = None
        self._fall_silent()
        self._service.parted(self, handling=self._steps is not None)
        if self._lasting is not None:
            lasting, self._lasting = self._lasting, None
            lasting.lost()
        elif self._is_busy and self._steps is None and not self._out:
            self._settle()

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._is_deaf or (self._lasting is not None and self._lasting.received(data)):
            return
        try:
            self._reader.feed(data)
        except (NotForHttptools, Unreadable) as trouble:
            self._read_otherwise(trouble)
        if not self._is_busy:
            self._go_on()
        if len(self._waiting) > PIPELINE_LIMIT and self._transport is not None:
            self._is_held_up = True
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Not all that was written could be handed over."""
        self._is_paused = True
        if self._transport is not None:
            self._unread = self._transport.get_write_buffer_size()
        self.due_s = self._service.clock() + self._service.patience.unread_s
        if self._lasting is not None:
            self._lasting.is_paused = True

    def resume_writing(self) -> None:
        """Now it is."""
        self._is_paused = False
        self.due_s = _NEVER
        if self._lasting is not None:
            self._lasting.is_paused = False
            self.answer_may_go_on()
        elif self._is_busy and self._steps is None and not self._out:
            self.written()

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
        elif self._is_paused:
            unread, self._unread = self._unread, transport.get_write_buffer_size()
            self.due_s = now_s + self._service.patience.unread_s
            if self._unread == unread:
                transport.abort()
        elif self._is_busy:
            self.due_s = _NEVER
        elif self._reader.is_midway:
            self._refuse(Unreadable(408, "the request took too long to arrive"))
        else:
            self._hang_up()

    def end(self) -> None:
        """The service stops: what is under way ends here."""
        self._throw_away()
        if self._transport is not None:
            if self._is_paused:
                self._transport.abort()
            else:
                self._transport.close()

    def cut(self) -> None:
        """The call ends with its epoch: close the connection at once."""
        self._throw_away()
        if self._transport is not None:
            self._transport.abort()

    def _allow_cut(self) -> None:
        """The call is not over when this turn is."""
        if self._call is not None:
            self._call.cut = self.cut

    def _throw_away(self) -> None:
        self._fall_silent()
        if self._steps is not None:
            self._steps.close()
            self._steps = None
            self._is_busy = False
            self._service.handled(self)

    def write_out(self) -> None:
        """The turn is over: write the answer."""
        out, self._out = self._out, b""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._transport.write(out)
        except (OSError, RuntimeError):  # some transports say so when they are closed
            self._transport.abort()

    def written(self) -> None:
        """The answer was written: see what became of it, and go on."""
        self._settle()
        if not self._is_busy:
            self._go_on()

    # -- requests -------------------------------------------------------------------------------------------------

    def _read_otherwise(self, trouble: NotForHttptools | Unreadable) -> None:
        if isinstance(trouble, Unreadable):
            self._refusal = trouble
            return
        # Imported where it is needed, as few connections do; the same goes for sessions below.
        from brownout_simulators.hosts.http1.reading_h11 import H11Reader

        self._reader = H11Reader(self._waiting, self._service.body_limit, trouble.skip)
        try:
            self._reader.feed(trouble.data)
        except Unreadable as error:
            self._refusal = error

    def _go_on(self) -> None:
        """Serve what waits; then listen."""
        waiting = self._waiting
        while waiting and not self._is_busy:
            self._serve(waiting.popleft())
        if not self._is_busy and (self._reader.is_midway or self._is_held_up or self._refusal is not None):
            self._listen()

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
        if reader.awaits_continue:
            reader.awaits_continue = False
            transport.write(CONTINUE)
        if not reader.is_midway:
            return
        if reader.in_body:
            self.due_s = self._service.clock() + self._service.patience.body_s
        elif not self._is_in_head:
            self._is_in_head = True
            self.due_s = self._service.clock() + self._service.patience.head_s

    def _serve(self, request: Request) -> None:
        self._is_busy = True
        self._is_in_head = False
        self._request = request
        if request.awaits_continue and self._transport is not None:
            self._transport.write(CONTINUE)
        call = self._service.reception.receive(request)
        if isinstance(call, Call):
            self._call = call
            self._step(self._simulator.handle(call))
        else:
            self._call = None
            self._put(own_answer(*call, request))

    def _step(self, steps: Steps) -> None:
        """Handle the request up to its next wait, or to its end."""
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            self._steps = None
            self._answer(stop.value)
        else:
            self._steps = steps
            self.due_s = _NEVER
            self._allow_cut()
            self._service.timers.call_at(self._service.clock() + delay_s, self._step_later)

    def _step_later(self) -> None:
        if self._steps is None:
            return  # the service has stopped
        self._step(self._steps)
        if not self._is_busy:
            self._service.handled(self)
            self._go_on()

    # -- answers --------------------------------------------------------------------------------------------------

    def _answer(self, sending: Sending) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            self._is_busy = False
            self._fall_silent()
            self._simulator.sent(sending, chunks=0, left=True)
        elif sending.ending is Ending.COMPLETE and sending.session is not None:
            from brownout_simulators.hosts.http1.websocket import Websocket

            self.due_s = _NEVER
            self._last(session := Websocket(self._service, transport, sending, sending.session, self))
            session.begin(self._request, self._reader.rest)
        elif sending.ending is Ending.COMPLETE and sending.stream is None and not sending.bad_chunk:
            self._sending = sending
            self._put(answer_bytes(sending, self._request))
        else:
            self.due_s = _NEVER
            self._last(pieces := Pieces(self._service, transport, sending, self._request, self))
            pieces.begin()

    def _last(self, lasting: Lasting) -> None:
        """From now on this is what goes out."""
        self._lasting = lasting
        lasting.is_paused = self._is_paused
        self._allow_cut()

    def _put(self, out: bytes) -> None:
        """Write an answer: now if nobody else is to be served, else with the others of this turn."""
        self._out = out
        if len(self._service.connections) == 1 and not self._waiting:
            self.write_out()
            self._settle()
        else:
            self._allow_cut()
            self._service.turn.add(self)

    def _settle(self) -> None:
        """The answer was written: unless it waits to be handed over, this request is over."""
        left = self._transport is None or self._transport.is_closing()
        if self._is_paused and not left:
            self._allow_cut()
            return
        sending, self._sending = self._sending, None
        if sending is not None:
            self._simulator.sent(sending, chunks=0 if left else 1, left=left)
        self._over(stays=self._request.keep_alive)

    def answer_may_go_on(self) -> None:
        """The next piece of it is due, or can go out at last."""
        if self._lasting is not None:
            self._lasting.go_on()
        if not self._is_busy:
            self._go_on()

    def answer_is_out(self, ending: Ending, *, stays: bool) -> None:
        """All of it is out, and the simulator knows."""
        self._lasting = None
        if ending is Ending.RESET and self._transport is not None:
            self._fall_silent()
            transports.reset(self._transport)
        self._over(stays=stays)

    def session_is_over(self) -> None:
        """It was closed, and the simulator knows."""
        self._lasting = None
        self._is_busy = False
        self._take_leave()

    def _over(self, *, stays: bool) -> None:
        """The answer is out, and the simulator knows."""
        self._is_busy = False
        if not stays:
            self._hang_up()
            return
        self.due_s = _NOT_SET
        if self._request.wants_websocket:
            try:
                self._reader.go_on()
            except (NotForHttptools, Unreadable) as trouble:
                self._read_otherwise(trouble)

    def _refuse(self, refusal: Unreadable) -> None:
        """Say why, and end the connection."""
        self._service.complain(str(refusal))
        if self._transport is not None:
            self._transport.write(own_answer(refusal.status, message(str(refusal)), _NO_REQUEST))
        self._take_leave()

    def _take_leave(self) -> None:
        """End the connection when the client has read what it was sent, though it may still be speaking itself."""
        self._fall_silent()
        self.due_s = self._service.clock() + self._service.patience.linger_s
        if self._transport is not None:
            transports.half_close(self._transport)

    def _hang_up(self) -> None:
        self._fall_silent()
        if self._transport is not None:
            self._transport.close()

    def _fall_silent(self) -> None:
        """The last word is said, or nobody listens."""
        self._is_deaf = True
        self._waiting.clear()
