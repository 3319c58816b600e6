"""A request, from its handling to the last byte of its answer. Given up or not, it is handled to its end.

An answer that need not wait is written in the very call that brought its request, alone or with the others of the turn;
one that must wait goes on by a timer; one that takes its time is `Lasting`.
"""

import asyncio
from collections.abc import Generator
from typing import Final, Protocol

from brownout_simulators.call import UNTIL_WOKEN, Call, Ending, Sending
from brownout_simulators.hosts.http1 import transports
from brownout_simulators.hosts.http1.head import CONTINUE, DEFECT, answer_bytes, message, own_answer
from brownout_simulators.hosts.http1.lasting import Lasting
from brownout_simulators.hosts.http1.pieces import Pieces
from brownout_simulators.hosts.http1.reading import Request, RequestRefused
from brownout_simulators.hosts.http1.reception import OwnAnswer
from brownout_simulators.hosts.http1.service import Service, Watched
from brownout_simulators.hosts.timers import Timer
from brownout_simulators.session import Conversation

Steps = Generator[float, None, Sending]
NO_REQUEST: Final = Request("", "", {}, b"", keep_alive=False)


class Owner(Watched, Protocol):
    """The connection that the request came by."""

    @property
    def rest(self) -> bytes:
        """What came behind a request that wants a websocket."""
        ...

    def is_answering(self) -> None:
        """It is not the client's turn, for as long as this takes."""
        ...

    def answered(self, request: Request, *, stays: bool) -> None:
        """The request is over; the connection stays, or is to be closed."""
        ...

    def go_on(self) -> None:
        """The next request may be served."""
        ...

    def fall_silent(self) -> None:
        """Nothing that still comes is to be looked at."""
        ...

    def take_leave(self) -> None:
        """Close when the client has read what it was sent."""
        ...


class Exchange:
    """One request at a time; a connection has one of these for all of its requests."""

    __slots__ = (
        "_call",
        "_lasting",
        "_out",
        "_owner",
        "_request",
        "_sending",
        "_service",
        "_simulator",
        "_steps",
        "_timer",
        "is_busy",
        "is_paused",
        "port",
        "transport",
    )

    def __init__(self, service: Service, owner: Owner) -> None:
        self.transport: asyncio.Transport | None = None
        """None before the client is there, and when it has gone."""
        self.is_busy = False
        """A request is being handled, or its answer is not out yet."""
        self.is_paused = False
        """Not all that was written is handed over."""
        self.port = 0
        """That the client connects from."""
        self._service = service
        self._simulator = service.simulator
        self._owner = owner
        self._request = NO_REQUEST
        self._call: Call | None = None
        """The request as the simulator has it, if it has."""
        self._steps: Steps | None = None
        """How it is handled, while that waits."""
        self._timer: Timer | None = None
        """Ends that wait, unless it ends only by being woken."""
        self._out = b""
        """The answer, between its making and its writing."""
        self._sending: Sending | None = None
        """What the simulator is to hear of once the answer is out."""
        self._lasting: Lasting | None = None
        """An answer that takes its time, while it does."""

    @property
    def is_handling(self) -> bool:
        """The simulator is at work, and will be also if the client leaves."""
        return self._steps is not None

    def serve(self, request: Request) -> None:
        """Begin with a request. Nothing else may be under way."""
        self.is_busy = True
        self._request = request
        if request.awaits_continue and self.transport is not None:
            self.transport.write(CONTINUE)
        try:
            call = self._service.reception.receive(request)
        except RequestRefused as refusal:
            self._service.complain(str(refusal))
            call = OwnAnswer(refusal.status, message(str(refusal)))
        if isinstance(call, Call):
            call.connection = self.port
            self._call = call
            self._step(self._simulator.handle(call))
        else:
            self._call = None
            self._put(own_answer(call.status, call.body, request, call.headers))

    def received(self, data: bytes) -> bool:
        """The client has sent something; False: it is not for the answer that is going out."""
        return self._lasting is not None and self._lasting.received(data)

    def paused(self) -> None:
        """Not all that was written could be handed over."""
        self.is_paused = True
        if self._lasting is not None:
            self._lasting.is_paused = True

    def resumed(self) -> None:
        """Now it is."""
        self.is_paused = False
        if self._lasting is not None:
            self._lasting.is_paused = False
            self.answer_may_go_on()
        elif self.is_busy and self._steps is None and not self._out:
            self.written()

    def lost(self) -> None:
        """The client has left, or was sent away."""
        self.transport = None
        if self._lasting is not None:
            lasting, self._lasting = self._lasting, None
            lasting.lost()
        elif self.is_busy and self._steps is None and not self._out:
            self._settle()

    def throw_away(self) -> None:
        """End the handling where it stands."""
        if self._steps is not None:
            self._steps.close()
            self._steps = None
            self.is_busy = False
            self._service.handled(self._owner)

    # -- handling -------------------------------------------------------------------------------------------------

    def _step(self, steps: Steps) -> None:
        """Handle the request up to its next wait, or to its end."""
        try:
            delay_s = next(steps)
        except StopIteration as stop:
            self._steps = None
            self._answer(stop.value)
        else:
            self._steps = steps
            self._takes_time()
            if delay_s != UNTIL_WOKEN:
                self._timer = self._service.timers.call_at(self._service.clock() + delay_s, self._step_later)

    def _wake(self) -> None:
        """What the handling waits for has come. By a timer: whoever says so is in the middle of another request."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._service.timers.call_at(self._service.clock(), self._step_later)

    def _step_later(self) -> None:
        self._timer = None
        if self._steps is None:
            return  # it was thrown away
        self._step(self._steps)
        if not self.is_busy:
            self._service.handled(self._owner)
            self._owner.go_on()

    def _takes_time(self) -> None:
        """The call is not over when this turn is: it can be cut, and the client has no reason to do anything."""
        self._owner.is_answering()
        if self._call is not None:
            self._call.cut, self._call.wake = self._owner.cut, self._wake

    # -- answering ------------------------------------------------------------------------------------------------

    def _answer(self, sending: Sending) -> None:
        transport = self.transport
        if transport is None or transport.is_closing():
            self.is_busy = False
            self._owner.fall_silent()
            self._simulator.sent(sending, chunks=0, left=True)
            return
        self._sending = sending
        try:
            if sending.ending is not Ending.COMPLETE or sending.stream is not None or sending.bad_chunk:
                self._begin(Pieces(self._service, transport, sending, self._request, self))
            elif sending.session is not None:
                self._begin(self._websocket(transport, sending, sending.session))
            else:
                self._put(answer_bytes(sending, self._request))
        except Exception as error:  # noqa: BLE001  a defect of the vendor's: what it says cannot be written
            self._break(sending, error)

    def _put(self, out: bytes) -> None:
        """Write an answer: now if nobody else is to be served, else with the others of this turn."""
        self._out = out
        if len(self._service.connections) == 1:
            self.write_out()
            self._settle()
        else:
            if self._call is not None:
                self._call.cut = self._owner.cut
            self._service.turn.add(self)

    def write_out(self) -> None:
        """The turn is over: write the answer."""
        out, self._out = self._out, b""
        if self.transport is None or self.transport.is_closing():
            return
        try:
            self.transport.write(out)
        except (OSError, RuntimeError):  # some transports say so when they are closed
            self.transport.abort()

    def written(self) -> None:
        """The answer was written: see what became of it, and go on."""
        self._settle()
        if not self.is_busy:
            self._owner.go_on()

    def _settle(self) -> None:
        """Unless the answer waits to be handed over, the request is over."""
        left = self.transport is None or self.transport.is_closing()
        if self.is_paused and not left:
            if self._call is not None:
                self._call.cut = self._owner.cut
            return
        sending, self._sending = self._sending, None
        if sending is not None:
            self._simulator.sent(sending, chunks=0 if left else 1, left=left)
        self.is_busy = False
        self._owner.answered(self._request, stays=self._request.keep_alive and not left)

    # -- answers that take their time -----------------------------------------------------------------------------

    def _websocket(self, transport: asyncio.Transport, sending: Sending, session: Conversation) -> Lasting:
        # Imported where it is needed: few vendors have sessions, and the library is large.
        from brownout_simulators.hosts.http1.websocket import Websocket

        rest = self._owner.rest
        return Websocket(self._service, transport, sending, session, request=self._request, rest=rest, owner=self)

    def _begin(self, lasting: Lasting) -> None:
        """From now on this goes out, and it tells the simulator of itself."""
        self._sending = None
        self._lasting = lasting
        lasting.is_paused = self.is_paused
        self._takes_time()
        lasting.begin()

    def _break(self, sending: Sending, error: Exception) -> None:
        """Say so instead of the answer, or break off where it has begun."""
        self._simulator.problem(f"an answer with status {sending.status}", error)
        if self._lasting is None:
            sending.status = 500
            self._put(own_answer(500, message(DEFECT), self._request))
        elif self.transport is not None:
            self.transport.abort()

    def answer_may_go_on(self) -> None:
        """The next piece of it is due, or can go out at last."""
        lasting = self._lasting
        if lasting is not None:
            try:
                lasting.go_on()
            except Exception as error:  # noqa: BLE001  as in `_answer`
                self._break(lasting.sending, error)
        if not self.is_busy:
            self._owner.go_on()

    def answer_is_out(self, ending: Ending, *, stays: bool) -> None:
        """All of it is out, and the simulator knows."""
        self._lasting = None
        self.is_busy = False
        if ending is Ending.RESET and self.transport is not None:
            self._owner.fall_silent()
            transports.reset(self.transport)
        self._owner.answered(self._request, stays=stays)

    def session_is_over(self) -> None:
        """It was closed, and the simulator knows."""
        self._lasting = None
        self.is_busy = False
        self._owner.take_leave()
