"""Requests out of bytes, by both parsers."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brownout_simulators.hosts.http1.reading import (
    HEAD_LIMIT,
    PATIENCE,
    HttptoolsReader,
    NotForHttptools,
    Reader,
    Request,
    RequestRefused,
)
from brownout_simulators.hosts.http1.reading_h11 import H11Reader
from tests.support.examples import examples

LIMIT = 100_000
Make = Callable[[deque[Request]], Any]


class AsOnAConnection:
    """Reads with httptools, and by h11 from where that gives up."""

    def __init__(self, queue: deque[Request]) -> None:
        self._queue = queue
        self.reader: Reader = HttptoolsReader(queue, LIMIT)

    def feed(self, data: bytes) -> None:
        self._try(lambda: self.reader.feed(data))

    def go_on(self) -> None:
        self._try(self.reader.go_on)

    def _try(self, feed: Callable[[], None]) -> None:
        try:
            feed()
        except NotForHttptools as other:
            self.reader = H11Reader(self._queue, LIMIT, other.skip)
            self.reader.feed(other.data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


def h11_alone(queue: deque[Request]) -> Any:
    return H11Reader(queue, LIMIT, skip=0)


def httptools_alone(queue: deque[Request]) -> Any:
    return HttptoolsReader(queue, LIMIT)


both = pytest.mark.parametrize("make", [AsOnAConnection, h11_alone], ids=["httptools", "h11"])


def read(make: Make, *pieces: bytes) -> list[Request]:
    """The requests in these pieces."""
    queue: deque[Request] = deque()
    reader = make(queue)
    for piece in pieces:
        reader.feed(piece)
    assert not reader.is_midway
    return list(queue)


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


POST = (
    b"POST /v1/x?a=%41&b HTTP/1.1\r\nHost: h\r\nX-Number: 1\r\nx-number: \xc3\xa9\xff\r\nContent-Length: 5\r\n\r\nhello"
)
CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: t\r\nHost: evil\r\n\r\n"
)
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


@both
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_requests_are_the_same_however_the_bytes_are_cut(make: Make, size: int) -> None:
    post, chunked, get = read(make, *in_pieces(POST + CHUNKED + GET, size))
    assert (post.method, post.target, post.body) == ("POST", "/v1/x?a=%41&b", b"hello")
    assert post.headers == {"host": "h", "x-number": "é\ufffd", "content-length": "5"}
    assert (chunked.body, chunked.headers) == (b"hello", {"host": "h", "transfer-encoding": "chunked"})
    assert (get.method, get.target, get.body, get.keep_alive, get.is_http11) == ("GET", "/", b"", True, True)


@both
@pytest.mark.parametrize("size", [1, 10_000])
def test_blank_lines_between_requests_are_overlooked(make: Make, size: int) -> None:
    data = b"\r\n\r\n" + GET + b"\r\n" + POST + b"\r\n\r\n" + GET
    assert len(read(make, *in_pieces(data, size))) == 3


@both
@pytest.mark.parametrize(
    ("head", "keep_alive", "is_http11"),
    [
        (b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", False, True),
        (b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Keep-Alive\r\n\r\n", True, True),
        (b"GET / HTTP/1.0\r\n\r\n", False, False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True, False),
    ],
)
def test_the_client_says_whether_the_connection_goes_on(
    make: Make, head: bytes, keep_alive: bool, is_http11: bool
) -> None:
    (request,) = read(make, head)
    assert (request.keep_alive, request.is_http11) == (keep_alive, is_http11)


@both
def test_what_follows_the_clients_last_word_is_not_read(make: Make) -> None:
    last = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    assert [request.target for request in read(make, last + GET)] == ["/last"]


@both
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: h\r\n\r\n", (400, 505)),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" + b"x" * 100_001, 413),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * (2 * HEAD_LIMIT), 431),
        (b"GET /" + b"x" * (2 * HEAD_LIMIT), 431),
        (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * HEAD_LIMIT + b"\r\n", 431),
    ],
)
@pytest.mark.parametrize("size", [1 << 20, 5_000])
def test_what_is_no_request_is_refused_with_the_status_that_says_why(
    make: Make, data: bytes, status: int | tuple[int, ...], size: int
) -> None:
    with pytest.raises(RequestRefused) as refused:
        read(make, *in_pieces(data, size))
    assert refused.value.status in (status if isinstance(status, tuple) else (status,))


@both
def test_a_body_of_exactly_the_limit_is_none_too_large(make: Make) -> None:
    (request,) = read(make, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
    assert len(request.body) == 100_000


@both
def test_a_body_that_is_nearly_all_framing_is_refused(make: Make) -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    endless = b"1;" + b"x" * 60_000 + b"\r\ny\r\n"
    with pytest.raises(RequestRefused):
        read(make, head, *[endless] * 100)


@both
def test_requests_before_the_trouble_are_read(make: Make) -> None:
    queue: deque[Request] = deque()
    with pytest.raises(RequestRefused):
        make(queue).feed(GET + POST + b"GET / HTTP/1.1\r\nNo colon\r\n\r\n")
    assert [request.method for request in queue] == ["GET", "POST"]


@both
def test_a_client_that_waits_to_be_told_to_go_on_is_known_before_its_body_is_there(make: Make) -> None:
    queue: deque[Request] = deque()
    reader = make(queue)
    reader.feed(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
    assert (reader.is_midway, reader.in_body, reader.awaits_continue) == (True, True, True)
    told: Reader = reader.reader if make is AsOnAConnection else reader
    told.awaits_continue = False
    reader.feed(b"x")
    assert not queue[0].awaits_continue


@both
def test_an_expectation_is_the_requests_own(make: Make) -> None:
    asking = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    old = b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    assert [request.awaits_continue for request in read(make, GET + asking + GET + old)] == [False, True, False, False]


# -- what httptools refuses -------------------------------------------------------------------------------------------


LIST = b"LIST /v1/secret?list=true HTTP/1.1\r\nHost: h\r\nX-Vault-Token: t\r\n\r\n"
H2C = (
    b"POST /h2c HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
    b"Content-Length: 4\r\n\r\nbody"
)


@pytest.mark.parametrize("before", [b"", GET, POST, CHUNKED, GET + CHUNKED + POST])
@pytest.mark.parametrize("odd", [LIST, H2C, LIST + H2C, H2C + LIST], ids=["LIST", "h2c", "LIST+h2c", "h2c+LIST"])
@pytest.mark.parametrize("size", [1, 3, 50, 10_000])
def test_h11_takes_over_where_httptools_refuses_and_no_request_is_lost_or_read_twice(
    before: bytes, odd: bytes, size: int
) -> None:
    data = before + odd + POST + GET
    requests = read(AsOnAConnection, *in_pieces(data, size))
    assert requests == read(h11_alone, data)
    assert len(requests) >= 3


def test_a_tunnel_is_refused_by_closing_behind_the_answer() -> None:
    (request,) = read(AsOnAConnection, b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n\x16\x03\x01")
    assert (request.method, request.keep_alive) == ("CONNECT", False)


# -- websockets -------------------------------------------------------------------------------------------------------

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@both
@pytest.mark.parametrize("size", [1, 10_000])
def test_nothing_is_read_behind_a_request_that_wants_a_websocket(make: Make, size: int) -> None:
    queue: deque[Request] = deque()
    reader = make(queue)
    for piece in in_pieces(GET + HANDSHAKE + b"\x81\x80mask", size):
        reader.feed(piece)
    assert [request.wants_websocket for request in queue] == [False, True]
    assert reader.rest == b"\x81\x80mask"


@both
def test_reading_goes_on_where_no_websocket_was_opened(make: Make) -> None:
    queue: deque[Request] = deque()
    reader = make(queue)
    reader.feed(HANDSHAKE + POST[:30])
    reader.feed(POST[30:] + GET)
    assert len(queue) == 1
    reader.go_on()
    assert [request.method for request in queue] == ["GET", "POST", "GET"]


@both
def test_a_client_that_does_not_wait_for_its_websocket_is_refused_in_the_end(make: Make) -> None:
    reader = make(deque())
    reader.feed(HANDSHAKE)
    with pytest.raises(RequestRefused):
        reader.feed(b"x" * (HEAD_LIMIT + 1))


# -- whatever comes ---------------------------------------------------------------------------------------------------

_WORDS = [GET, POST, CHUNKED, LIST, H2C, HANDSHAKE, b"\r\n", b"\r\n\r\n", b"HTTP/1.1", b" ", b":", b"GET", b"0\r\n\r\n"]
_NOISE = st.lists(st.one_of(st.sampled_from(_WORDS), st.binary(max_size=20)), max_size=8).map(b"".join)


def outcome(make: Make, *pieces: bytes) -> tuple[list[Request], int]:
    """The requests that were read, and the status of the refusal that followed, if one did."""
    queue: deque[Request] = deque()
    reader = make(queue)
    try:
        for piece in pieces:
            reader.feed(piece)
    except RequestRefused as refused:
        return list(queue), refused.status
    return list(queue), 0


@examples(300)
@given(data=_NOISE, size=st.integers(1, 200))
def test_whatever_comes_is_requests_or_a_refusal(data: bytes, size: int) -> None:
    for make in (AsOnAConnection, h11_alone):
        requests, status = outcome(make, *in_pieces(data, size))
        assert status in {0, 400, 413, 431, 501, 505}
        assert all(request.method and isinstance(request.body, bytes) for request in requests)


@examples(300)
@given(data=_NOISE, cut=st.integers(0, 400))
def test_a_cut_loses_no_request(data: bytes, cut: int) -> None:
    whole, _ = outcome(AsOnAConnection, data)
    in_two, _ = outcome(AsOnAConnection, data[:cut], data[cut:])
    assert in_two == whole


def fed(chunks: list[bytes], make: Make) -> tuple[list[Request], bytes, int]:
    """The requests, what is kept behind them, and the status of the refusal if there was one."""
    queue: deque[Request] = deque()
    reader = make(queue)
    try:
        for chunk in chunks:
            reader.feed(chunk)
    except RequestRefused as refused:
        return list(queue), b"", refused.status
    return list(queue), reader.rest, 0


MESSAGES = [
    POST,
    POST[:-5] + b"HELLO",
    POST[:-5] + b"\r\n\r\n!",
    POST.replace(b"hello", b"a\r\n\r\n").replace(b"POST /v1", b"\r\n\r\nPOST /v1"),
    POST + b"\r\n",
    POST[:-5],
    b"hello",
    GET,
    b"\r\n" + GET,
    GET + GET,
    GET[:10],
    GET[10:],
    CHUNKED,
    GET.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"),
    GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    GET.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    GET.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    POST.replace(b"Host: h\r\n", b"Host: h\r\nExpect: 100-continue\r\n"),
    b"LIST / HTTP/1.1\r\nHost: h\r\n\r\n",
    GET.replace(b"\r\n", b"\n"),
    b"nonsense\r\n\r\n",
]


@examples(30)
@given(st.lists(st.sampled_from(MESSAGES).flatmap(lambda one: st.integers(1, 3).map(lambda times: [one] * times))))
@example([[GET[:10]], [GET[10:], GET[10:]]])
def test_what_is_known_again_is_read_as_if_it_were_not(lots: list[list[bytes]]) -> None:
    """A reader that is given no chance to know anything again, for every byte comes by itself, reads the same."""
    chunks = [message for lot in lots for message in lot]
    requests, rest, status = fed(chunks, AsOnAConnection)
    singly, rest_of_singly, status_of_singly = fed(in_pieces(b"".join(chunks), 1), AsOnAConnection)
    for request in (*requests, *singly):
        request.awaits_continue = False  # who sends byte by byte is told to go on
    assert (requests, rest, status) == (singly, rest_of_singly, status_of_singly)


def test_who_asks_to_be_told_to_go_on_asks_so_each_time() -> None:
    post = POST.replace(b"Host: h\r\n", b"Host: h\r\nExpect: 100-continue\r\n")
    assert [request.awaits_continue for request in read(httptools_alone, post, post)] == [True, True]


def test_requests_of_one_head_have_their_headers_in_common() -> None:
    first, second = read(httptools_alone, POST, POST)
    assert first == second
    assert first.headers is second.headers  # what is put off by many calls keeps them, once


def test_a_head_that_has_changed_often_is_kept_no_longer() -> None:
    queue: deque[Request] = deque()
    reader = HttptoolsReader(queue, LIMIT)
    for number in range(2 * PATIENCE):
        reader.feed(GET.replace(b" / ", b" /%d " % number))
    assert reader._known is None
    assert [request.target for request in queue] == [f"/{number}" for number in range(2 * PATIENCE)]
