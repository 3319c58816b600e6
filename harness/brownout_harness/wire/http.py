"""The API on HTTP/1.1: bytes in, bytes out, by h11; on loopback, to programs only.

A page in a browser must not switch faults: who says it is one is refused, as Toxiproxy does, and so is who asks for a
name that is not this machine's (DNS rebinding).
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final, cast

import h11

from brownout_harness.wire.api import TEXT, Answer
from brownout_simulators.safety import is_loopback_host

BODY_BYTES: Final = 1024 * 1024
_TOO_LARGE: Final = Answer(413, b"the body is larger than 1 MiB\n", TEXT)

_log = logging.getLogger(__name__)

Answering = Callable[[str, str, bytes], Answer]
"""By method, path and body."""


def request_ids(start: str) -> Iterator[str]:
    """Names for the requests of a server; `start` tells this start of it from others."""
    return (f"{start}{number:012x}" for number in itertools.count(1))


class HttpApi(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, answering: Answering, ids: Iterator[str], among: set["HttpApi"]) -> None:
        """`among` are those that are open: it is there while it is."""
        self._answering = answering
        self._among = among
        self._ids = ids
        self._http = h11.Connection(h11.SERVER)
        self._transport: asyncio.Transport | None = None
        self._request: h11.Request | None = None
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`, as of the others."""
        self._transport = cast("asyncio.Transport", transport)
        self._among.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._among.discard(self)

    def abort(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def eof_received(self) -> bool:
        self._take(b"")
        return False

    def _take(self, data: bytes) -> None:
        try:
            self._http.receive_data(data)
            while self._step(self._http.next_event()):
                pass
        except h11.RemoteProtocolError as error:
            if self._http.our_state is h11.SEND_RESPONSE or self._http.our_state is h11.IDLE:
                self._say(Answer(error.error_status_hint, b"400 Bad Request", TEXT), must_close=True)
            self._close()

    def _step(self, event: object) -> bool:
        """Whether there may be another one."""
        if isinstance(event, h11.Request):
            self._request = event
            self._body.clear()
            if self._http.they_are_waiting_for_100_continue:
                self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > BODY_BYTES:
                self._say(_TOO_LARGE, must_close=True)
                self._close()
                return False
        elif isinstance(event, h11.EndOfMessage):
            self._say(self._answer())
            if self._http.our_state is h11.MUST_CLOSE:
                self._close()
                return False
            self._http.start_next_cycle()
        elif isinstance(event, h11.ConnectionClosed):
            self._close()
            return False
        return event is not h11.NEED_DATA and event is not h11.PAUSED

    def _answer(self) -> Answer:
        assert self._request is not None  # noqa: S101 - a message that has ended had begun
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._request.headers}
        if headers.get("user-agent", "").startswith("Mozilla/"):
            return Answer(403, b"User agent not allowed\n", TEXT)
        if not is_loopback_host(headers.get("host", "localhost")):
            return Answer(403, b"this API answers to loopback names only\n", TEXT)
        method, path = self._request.method.decode("latin-1"), self._request.target.decode("latin-1")
        return self._answering(method, path, bytes(self._body))

    def _say(self, answer: Answer, *, must_close: bool = False) -> None:
        headers = [("X-Toxiproxy-Request-Id", next(self._ids))]
        if answer.status != HTTPStatus.NO_CONTENT:
            headers += [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        if must_close:
            headers.append(("Connection", "close"))
        head = h11.Response(status_code=answer.status, headers=headers, reason=HTTPStatus(answer.status).phrase)
        is_head = self._request is not None and self._request.method == b"HEAD"  # an answer to that has no body
        body = h11.Data(data=b"" if is_head else answer.body)
        # In one write: a client that waits for the rest of an answer would wait for an acknowledgement.
        said = [self._http.send(head), self._http.send(body), self._http.send(h11.EndOfMessage())]
        self._write(b"".join(part for part in said if part))

    def _write(self, data: bytes | None) -> None:
        if self._transport is not None and data:
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
