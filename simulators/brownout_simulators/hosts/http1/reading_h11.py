"""Requests that are not for httptools, by h11: any method (Vault's clients send `LIST`), an `Upgrade` that is declined.

Slower, and right. A connection that needed it once is read this way for the rest of its life.
"""

from collections import deque

import h11

from brownout_simulators.hosts.http1.reading import (
    HEAD_LIMIT,
    Request,
    RequestRefused,
    awaits_continue,
    check_framing,
    check_length,
    check_patience,
    wants_websocket,
)


class H11Reader:
    """A `Reader`. Each request has an h11 connection of its own: h11 would see every byte of the answers, too."""

    def __init__(self, queue: deque[Request], body_limit: int, skip: int) -> None:
        """The first `skip` requests are read and thrown away."""
        self._queue = queue
        self._limit = body_limit
        self._skip = skip
        self._parser = _parser()
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._raw = 0
        """Bytes of the request so far, framing included."""
        self._halted = False
        self._is_over = False
        self.is_midway = False
        self.in_body = False
        self.awaits_continue = False
        self.rest = b""

    def feed(self, data: bytes) -> None:
        """See `Reader`."""
        for start in range(0, len(data), HEAD_LIMIT):  # so that a head that is too large is seen to be
            piece = data[start : start + HEAD_LIMIT]
            if self._halted:
                self.rest += piece
                check_patience(self.rest)
            elif not self._is_over:
                self._feed(piece)

    def go_on(self) -> None:
        """See `Reader`."""
        rest, self.rest, self._halted = self.rest, b"", False
        self.feed(rest)

    def _feed(self, data: bytes) -> None:
        if not self.is_midway:
            data = _without_blank_lines(data)
        if not data:
            return
        self._parser.receive_data(data)
        self.is_midway = True
        self._raw += len(data)
        try:
            self._read()
        except h11.RemoteProtocolError as error:
            raise RequestRefused(error.error_status_hint, str(error)) from None
        check_framing(self._raw, self._limit)

    def _read(self) -> None:
        while True:
            event = self._parser.next_event()
            if isinstance(event, h11.Request):
                self._begin(event)
            elif isinstance(event, h11.Data):
                self._body += event.data
                check_length(len(self._body), self._limit)
            elif isinstance(event, h11.EndOfMessage):
                rest = self._end()
                if not rest or self._halted or self._is_over:
                    self.rest = rest if self._halted else b""
                    return
                self._parser.receive_data(rest)
                self.is_midway = True
            else:
                return

    def _begin(self, request: h11.Request) -> None:
        self._request = request
        self.in_body = True
        if request.http_version not in {b"1.0", b"1.1"}:
            raise RequestRefused(505, "the request is of no version that is spoken here")
        names = {name for name, _ in request.headers}
        if {b"content-length", b"transfer-encoding"} <= names:
            raise RequestRefused(400, "the request has two lengths")
        for name, value in request.headers:
            if name == b"content-length":
                check_length(int(value), self._limit)
            elif name == b"expect":
                self.awaits_continue = awaits_continue(value.decode("latin-1"), request.http_version.decode("ascii"))

    def _end(self) -> bytes:
        """Queue the request that is whole; what came after it."""
        assert self._request is not None  # noqa: S101  (h11 keeps the order)
        request = _read_whole(self._request, bytes(self._body))
        request.awaits_continue, self.awaits_continue = self.awaits_continue, False
        rest = self._parser.trailing_data[0]
        if not request.wants_websocket:
            rest = _without_blank_lines(rest)
        self._parser, self._body = _parser(), bytearray()
        self.is_midway = self.in_body = False
        self._raw = len(rest)
        if self._skip:
            self._skip -= 1
            return rest
        self._queue.append(request)
        self._halted = request.wants_websocket
        self._is_over = not request.keep_alive
        return rest


def _without_blank_lines(data: bytes) -> bytes:
    """What is between requests does no harm, but h11 takes offence at it."""
    return data.lstrip(b"\r\n")


def _parser() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)


def _read_whole(head: h11.Request, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in head.headers}
    wishes = {wish.strip() for wish in headers.get("connection", "").lower().split(",")}
    method, is_http11 = head.method.decode("ascii"), head.http_version != b"1.0"
    return Request(
        method,
        head.target.decode("utf-8", "replace"),
        headers,
        body,
        keep_alive="close" not in wishes and (is_http11 or "keep-alive" in wishes) and method != "CONNECT",
        is_http11=is_http11,
        wants_websocket="upgrade" in wishes and wants_websocket(method, headers),
    )
