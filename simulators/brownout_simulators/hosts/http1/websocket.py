"""A session, spoken as a websocket (RFC 6455): the handshake, then frames by the `websockets` library's sans-I/O part.

Pings are answered, fragments put together, and the closing handshake is made here; what is said is the vendor's.
"""

import asyncio
import logging
from typing import Final

from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import OPEN, SERVER
from websockets.protocol import Protocol as Framing

from brownout_simulators.call import Sending
from brownout_simulators.hosts.http1.handshake import accepting
from brownout_simulators.hosts.http1.head import head_bytes
from brownout_simulators.hosts.http1.lasting import Owner
from brownout_simulators.hosts.http1.reading import Request
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.timers import Timer
from brownout_simulators.session import Close, Conversation, Said

UNREAD_LIMIT: Final = 16 * 1024 * 1024
"""Bytes that may wait for a client that reads too slowly; beyond, it is sent away."""

_log = logging.getLogger(__name__)
_log.setLevel(logging.ERROR)  # that a connection was closed is told to the simulator, not to the log


class Websocket:
    """One open session on its connection."""

    def __init__(
        self,
        service: Service,
        transport: asyncio.Transport,
        sending: Sending,
        session: Conversation,
        *,
        request: Request,
        rest: bytes,
        owner: Owner,
    ) -> None:
        """`rest` is what the client said behind its request."""
        self.sending = sending
        self.is_paused = False
        """Not all that was written is handed over. Whoever sets it back calls `go_on`."""
        self._service = service
        self._transport = transport
        self._session = session
        self._head = head_bytes(sending, request, *accepting(request.headers), keep_alive=True)
        self._rest = rest
        self._owner = owner
        self._framing = Framing(SERVER, max_size=service.body_limit, logger=_log)
        self._opcode = Opcode.TEXT
        self._pieces: list[bytes] = []
        """Of a message that comes in fragments."""
        self._said = 0
        self._gone_out = 0
        self._timer: Timer | None = None
        self._is_misunderstood = False
        self._is_over = False

    def begin(self) -> None:
        """Make the handshake, and hear what the client has said already."""
        self._transport.write(self._head)
        self._session.begin(self._say)
        if self._rest:
            self.received(self._rest)

    def received(self, data: bytes) -> bool:
        """Bytes from the client."""
        if self._is_over:
            return True
        self._framing.receive_data(data)
        for event in self._framing.events_received():
            if isinstance(event, Frame) and not self._is_misunderstood:
                self._hear(event)
        self._write()
        return True

    def go_on(self) -> None:
        """All that was written is handed over."""
        self._gone_out = self._said

    def lost(self) -> None:
        """The client has left, or was sent away; many do so instead of answering the vendor's closing."""
        self._end(left=self._framing.state is OPEN or self.is_paused)

    def _hear(self, frame: Frame) -> None:
        """A frame that the framing has found in order: a message, or a piece of one."""
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY}:
            self._opcode = frame.opcode
        elif frame.opcode is not Opcode.CONT:
            return
        self._pieces.append(bytes(frame.data))
        if not frame.fin:
            return
        message, self._pieces = b"".join(self._pieces), []
        if self._opcode is Opcode.BINARY:
            self._session.hear(message)
            return
        try:
            text = message.decode()
        except UnicodeDecodeError:
            self._is_misunderstood = True
            self._framing.fail(CloseCode.INVALID_DATA, "a text message must be UTF-8")
        else:
            self._session.hear(text)

    def _say(self, said: Said) -> None:
        """The vendor says something; called at any time, also while a message is being heard."""
        if self._is_over or self._framing.state is not OPEN:
            return
        if isinstance(said, Close):
            self._close(said)
        else:
            self._said += 1
            if isinstance(said, str):
                self._framing.send_text(said.encode("utf-8", "replace"))
            else:
                self._framing.send_binary(said)
        self._write()

    def _close(self, close: Close) -> None:
        """Begin the closing handshake; the client has a while to answer it."""
        try:
            self._framing.send_close(close.code, close.reason)
        except ProtocolError as error:
            self._service.simulator.problem("the closing of a session", error)
            self._framing.send_close(CloseCode.INTERNAL_ERROR)
        due_s = self._service.clock() + self._service.patience.linger_s
        self._timer = self._service.timers.call_at(due_s, self._finish)

    def _write(self) -> None:
        data = b"".join(writes := self._framing.data_to_send())
        if data and not self._transport.is_closing():
            self._transport.write(data)
            if self._transport.get_write_buffer_size() > UNREAD_LIMIT:
                self._transport.abort()
        if not self.is_paused and not self._transport.is_closing():
            self._gone_out = self._said
        if b"" in writes:  # the closing handshake is made, or the client cannot be understood
            self._finish()

    def _finish(self) -> None:
        if not self._is_over:
            self._end(left=False)
            self._owner.session_is_over()

    def _end(self, *, left: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        self._service.simulator.sent(self.sending, chunks=self._gone_out, left=left)
