"""Answers as bytes."""

import pytest

from brownout_simulators.call import Sending
from brownout_simulators.hosts.head import answer_bytes, head_bytes


def test_a_whole_answer_has_status_headers_length_and_body() -> None:
    answer = answer_bytes(Sending(201, {"x-a": "b"}, b"body"), "POST", (1, 1), keep_alive=True)
    assert answer == b"HTTP/1.1 201 Created\r\nx-a: b\r\nContent-Length: 4\r\n\r\nbody"


@pytest.mark.parametrize(
    ("version", "keep_alive", "line"),
    [((1, 1), True, b""), ((1, 1), False, b"Connection: close\r\n"), ((1, 0), True, b"Connection: keep-alive\r\n")],
)
def test_the_connections_fate_is_told_where_it_is_not_the_default(
    version: tuple[int, int], keep_alive: bool, line: bytes
) -> None:
    answer = answer_bytes(Sending(200, {}, b""), "GET", version, keep_alive=keep_alive)
    assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + line + b"\r\n"


def test_an_answer_that_can_have_no_body_has_none() -> None:
    assert answer_bytes(Sending(204, {}, b"x"), "DELETE", (1, 1), keep_alive=True) == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert answer_bytes(Sending(200, {}, b"xyz"), "HEAD", (1, 1), keep_alive=True).endswith(b"Length: 3\r\n\r\n")


def test_an_unknown_length_goes_out_in_chunks() -> None:
    assert b"Transfer-Encoding: chunked\r\nConnection: close" in head_bytes(Sending(200, {}), None, "close")


def test_no_echoed_line_break_becomes_a_header() -> None:
    head = head_bytes(Sending(599, {"x-echo": "a\r\nSet-Cookie: evil\n\nbody", "x-b": "\u20ac"}), 0, "")
    assert head.count(b"\r\n") == 5
    assert b"\r\nSet-Cookie" not in head
    assert b"x-b: ?" in head
