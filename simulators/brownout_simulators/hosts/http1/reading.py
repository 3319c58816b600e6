"""Requests out of the bytes of a connection, by httptools; `reading_h11` reads what httptools refuses.

A reader is fed whatever arrives, in whatever pieces, and fills a queue with whole requests. Names of headers are in
lower case; of several of one name the last counts. What is no text becomes U+FFFD, so that nobody downstream has to
expect half a character.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import httptools

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of request line and headers; what is larger gets 431."""
_FRAMING_FACTOR: Final = 8  # a body in chunks of a single byte takes six times its size
_NAMES_LIMIT: Final = 1024
KNOWN_LIMIT: Final = 4 * 1024
"""Bytes of a head that is known again, at most: each connection keeps one."""
PATIENCE: Final = 32
"""So many requests in a row whose head was not the one before, and no more heads are kept: none comes again here."""
OLD_VERSIONS: Final = frozenset({"1.0", "0.9"})
"""They know neither chunks nor interim answers."""


class RequestRefused(Exception):
    """What arrived is nothing that a vendor is to see: the status to refuse it with, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class NotForHttptools(Exception):
    """The connection needs the other parser, which is to begin with `data`."""

    def __init__(self, data: bytes, skip: int) -> None:
        super().__init__(f"{len(data)} bytes, the first {skip} requests of which are read")
        self.data = data
        self.skip = skip
        """How many requests at the beginning of the data were read already."""


@dataclass(slots=True)
class Request:
    """One request, whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Perhaps those of other requests of the connection, too: nobody changes them."""
    body: bytes
    keep_alive: bool = True
    """Whether the client wants the connection to go on."""
    is_http11: bool = True
    """Whether it is newer than HTTP/1.0, which knows no chunks."""
    awaits_continue: bool = False
    """The client asked to be told to go on, and was not told before the body was there all the same."""
    wants_websocket: bool = False
    """Nothing behind it is read before it is answered."""


class Reader(Protocol):
    """What a connection needs of either parser."""

    is_midway: bool
    """A part of a request has arrived, and not all of it."""
    in_body: bool
    """Its head is there."""
    awaits_continue: bool
    """The client wants to be told to go on before it sends the body. Whoever tells it takes this back."""
    rest: bytes
    """What arrived behind a request that wants a websocket."""

    def feed(self, data: bytes) -> None:
        """Queue the requests that are whole. Raises `RequestRefused` and `NotForHttptools`; those before are queued."""
        ...

    def go_on(self) -> None:
        """No websocket was opened: read what is behind the request that wanted one. Raises like `feed`."""
        ...


def wants_websocket(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request that asks for another protocol asks for this one."""
    return method == "GET" and headers.get("upgrade", "").strip().lower() == "websocket"


def awaits_continue(expect: str, version: str) -> bool:
    """Whether a client expects to be told to go on. Other expectations there are none; an unknown one is overlooked."""
    return expect.lower() == "100-continue" and version not in OLD_VERSIONS


def check_length(length: int, limit: int) -> None:
    """Raises `RequestRefused` for a body that is too large."""
    if length > limit:
        raise RequestRefused(413, f"the body is larger than {limit} bytes")


def check_framing(raw: int, limit: int) -> None:
    """Raises `RequestRefused` for a request that has many more bytes than its body may have."""
    if raw > _FRAMING_FACTOR * limit + 2 * HEAD_LIMIT:
        raise RequestRefused(413, "the body is more framing than content")


def check_patience(rest: bytes) -> None:
    """Raises `RequestRefused` for a client that does not wait for its websocket."""
    if len(rest) > HEAD_LIMIT:
        raise RequestRefused(400, "the client speaks before its websocket is open")


class HttptoolsReader:
    """The quick one. What begins with `on_` is called by httptools.

    It gives up where httptools refuses, and on a client that sends requests ahead and cuts them anywhere.

    Many clients say the same head again and again. Where all that arrives is the very head of the request before and as
    many bytes as its body had, nothing is left to find out: that takes a tenth of what parsing does.
    """

    __slots__ = (
        "_body",
        "_changes",
        "_halted",
        "_head",
        "_headers",
        "_known",
        "_known_head",
        "_known_size",
        "_limit",
        "_parser",
        "_queue",
        "_since",
        "_target",
        "_whole",
        "awaits_continue",
        "in_body",
        "is_midway",
        "rest",
    )

    def __init__(self, queue: deque[Request], body_limit: int) -> None:
        self._queue = queue
        self._limit = body_limit
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._head: dict[str, str] = {}
        self._headers: dict[str, str] = {}
        """Where headers go: to the head, or nowhere if they are trailers."""
        self._body: bytes | bytearray = b""
        self._since = bytearray()
        """What was fed of the request that has begun."""
        self._whole = 0
        """Requests that became whole in this feeding."""
        self._halted = False
        self._known: Request | None = None
        """The request before, where it was all that arrived and its head may come again; None while one is midway."""
        self._known_head = b""
        self._known_size = self._changes = 0
        self.is_midway = False
        self.in_body = False
        self.awaits_continue = False
        self.rest = b""

    def feed(self, data: bytes) -> None:
        """See `Reader`."""
        known = self._known
        if known is not None:
            if len(data) == self._known_size and data.startswith(self._known_head):
                body = data[len(self._known_head) :]
                self._changes = 0
                self._queue.append(Request(known.method, known.target, known.headers, body))
                return
            self._known = None
        if len(data) > HEAD_LIMIT:
            self._feed_in_pieces(data)
            return
        if self._halted:
            self._keep(data)
            return
        if not self._parse(data):
            return
        if self.is_midway:
            self._note(data)
            return
        if self._whole == 1 and self._changes < PATIENCE and not self._since:
            self._changes += 1
            self._know_again(data, self._queue[-1])
        self._whole = 0
        self._since.clear()

    def _parse(self, data: bytes) -> bool:
        """False for what a client says after its last word."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data, upgrade.args[0])
        except httptools.HttpParserInvalidMethodError:
            raise NotForHttptools(bytes(self._since) + data, self._whole) from None
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, RequestRefused):
                raise error.__context__ from None
            if self._queue and not self._queue[-1].keep_alive:
                return False
            raise RequestRefused(400, str(error)) from None
        return True

    def _know_again(self, data: bytes, request: Request) -> None:
        """Remember a request that is all of `data`, unless it is one to be looked at more closely."""
        head_size = data.find(b"\r\n\r\n") + 4
        if head_size + len(request.body) != len(data) or head_size > KNOWN_LIMIT:
            return  # blank lines around it, chunks, or a line that ends otherwise
        is_plain = request.keep_alive and request.is_http11 and not request.awaits_continue
        if is_plain and "upgrade" not in request.headers:
            self._known, self._known_head, self._known_size = request, data[:head_size], len(data)

    def _feed_in_pieces(self, data: bytes) -> None:
        """So that a head that is too large is seen to be."""
        for start in range(0, len(data), HEAD_LIMIT):
            try:
                self.feed(data[start : start + HEAD_LIMIT])
            except NotForHttptools as other:
                raise NotForHttptools(other.data + data[start + HEAD_LIMIT :], other.skip) from None

    def _note(self, data: bytes) -> None:
        """A request has begun, and this is the newest of it."""
        if self._whole:
            # Nobody tells where in here it begins, and from there it may have to be read again.
            raise NotForHttptools(bytes(self._since) + data, self._whole)
        self._since += data
        if not self.in_body and len(self._since) >= HEAD_LIMIT:
            raise RequestRefused(431, f"the head is larger than {HEAD_LIMIT} bytes")
        check_framing(len(self._since), self._limit)

    def go_on(self) -> None:
        """See `Reader`."""
        rest, self.rest, self._halted = self.rest, b"", False
        self.feed(rest)

    def _upgrade(self, data: bytes, offset: int) -> None:
        request = self._queue[-1]
        if request.wants_websocket:
            self._halted = True
            self._keep(data[offset:])
        elif request.method == "CONNECT":
            request.keep_alive = False  # what follows is meant for somebody else
        else:
            # A server may overlook that a client would rather speak another protocol (h2c, say). httptools cannot: it
            # takes the body for that protocol's.
            self._queue.pop()
            raise NotForHttptools(bytes(self._since) + data, self._whole - 1)

    def _keep(self, data: bytes) -> None:
        self.rest += data
        check_patience(self.rest)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._target = self._body = b""
        self._head = self._headers = {}
        self.is_midway = True

    def on_url(self, url: bytes) -> None:
        """A piece of the target, mostly the whole."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("utf-8", "replace")
        self._headers[_names.get(name) or _name(name)] = text

    def on_headers_complete(self) -> None:
        """The head is there, a body may follow."""
        head = self._head
        self.in_body = True
        if "content-length" in head:
            check_length(int(head["content-length"]), self._limit)
        elif "transfer-encoding" in head:
            self._headers = {}
        if "expect" in head:
            self.awaits_continue = awaits_continue(head["expect"], self._parser.get_http_version())

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, mostly the whole."""
        if not self._body:
            self._body = piece
        elif isinstance(self._body, bytearray):
            self._body += piece
        else:
            self._body = bytearray(self._body) + piece
        check_length(len(self._body), self._limit)

    def on_message_complete(self) -> None:
        """The request is whole."""
        head, parser = self._head, self._parser
        request = Request(
            parser.get_method().decode(),
            self._target.decode("utf-8", "replace"),
            head,
            bytes(self._body),
            parser.should_keep_alive(),
        )
        if self.awaits_continue:
            request.awaits_continue, self.awaits_continue = True, False
        if "connection" in head or not request.keep_alive:
            request.is_http11 = parser.get_http_version() not in OLD_VERSIONS
            request.wants_websocket = parser.should_upgrade() and wants_websocket(request.method, head)
        self._queue.append(request)
        self._whole += 1
        self.is_midway = self.in_body = False


_names: dict[bytes, str] = {}


def _name(name: bytes) -> str:
    """A header's name as a call has it; those that come again and again are made once."""
    text = name.decode("utf-8", "replace").lower()
    if len(_names) < _NAMES_LIMIT and len(name) < 64:
        _names[name] = text
    return text
