"""Answers as bytes."""

import pytest

from brownout_simulators.call import Sending
from brownout_simulators.hosts.http1.head import answer_bytes, head_bytes, message, own_answer
from brownout_simulators.hosts.http1.reading import Request

POST = Request("POST", "/", {}, b"")


def test_a_whole_answer_has_status_headers_length_and_body() -> None:
    answer = answer_bytes(Sending(201, {"x-a": "b"}, b"body"), POST)
    assert answer == b"HTTP/1.1 201 Created\r\nx-a: b\r\nContent-Length: 4\r\n\r\nbody"


@pytest.mark.parametrize(
    ("is_http11", "keep_alive", "line"),
    [
        (True, True, b""),
        (True, False, b"Connection: close\r\n"),
        (False, True, b"Connection: keep-alive\r\n"),
        (False, False, b"Connection: close\r\n"),
    ],
)
def test_the_connections_fate_is_told_where_it_is_not_the_default(
    is_http11: bool, keep_alive: bool, line: bytes
) -> None:
    request = Request("GET", "/", {}, b"", keep_alive=keep_alive, is_http11=is_http11)
    answer = answer_bytes(Sending(200, {}, b""), request)
    assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + line + b"\r\n"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_can_have_no_body_has_none(status: int) -> None:
    answer = answer_bytes(Sending(status, {}, b"x"), POST)
    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length" not in answer


def test_an_answer_to_head_announces_what_it_leaves_out() -> None:
    answer = answer_bytes(Sending(200, {}, b"xyz"), Request("HEAD", "/", {}, b""))
    assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


def test_a_status_without_a_name_is_sent_all_the_same() -> None:
    assert answer_bytes(Sending(599, {}), POST).startswith(b"HTTP/1.1 599 \r\n")


@pytest.mark.parametrize(
    "echo", ["a\r\nSet-Cookie: evil", "a\n\nbody", "a\rSet-Cookie: evil", "a\r\n\r\nHTTP/1.1 200 OK"]
)
def test_no_echoed_line_break_becomes_a_header_or_a_body(echo: str) -> None:
    head = head_bytes(Sending(200, {"x-echo": echo, "x-b": "\u20ac"}), POST, keep_alive=True)
    assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n") == 4
    assert b"\nSet-Cookie" not in head
    assert b"x-b: ?" in head


def test_the_hosts_own_answers_are_json_with_a_message() -> None:
    answer = own_answer(403, message('no "you"'), POST)
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n")
    assert answer.endswith(b'{"error": {"message": "no \\"you\\""}}')
