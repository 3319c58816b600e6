import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.wire.api import Answer
from brownout_harness.wire.http import BODY_BYTES, HttpApi, request_ids
from tests.harness.wire.fakes import FakeTransport
from tests.support.examples import examples


class Said:
    """What was answered to these bytes, as they came."""

    def __init__(self, *parts: bytes) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.transport = FakeTransport()
        api = HttpApi(self._answer, request_ids("abcdef01"), set())
        api.connection_made(cast("asyncio.Transport", self.transport))
        for part in parts:
            api.data_received(part)

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append((method, path, body))
        return {"DELETE": Answer(204), "CONNECT": Answer(405, b"no")}.get(method, Answer(200, b"{}"))

    @property
    def answers(self) -> Sequence[bytes]:
        """Each one."""
        return [each for each in self.transport.did if isinstance(each, bytes)]


def test_a_request_in_parts_is_answered_in_one_write_with_an_id() -> None:
    said = Said(b"POST /proxies HTTP/1.1\r\nHost: localhost:8474\r\nContent-", b"Length: 4\r\n\r\nab", b"cd")
    assert said.asked == [("POST", "/proxies", b"abcd")]
    (answer,) = said.answers
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"X-Toxiproxy-Request-Id: abcdef01000000000001\r\n" in answer
    assert answer.endswith(b"\r\n\r\n{}")


def test_requests_on_one_connection_are_answered_in_order() -> None:
    said = Said(b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nDELETE /b HTTP/1.1\r\nHost: [::1]:1\r\n\r\n")
    assert [method for method, _, _ in said.asked] == ["GET", "DELETE"]
    assert said.answers[1].startswith(b"HTTP/1.1 204 No Content\r\n")
    assert b"Content-Length" not in said.answers[1]


def test_who_waits_to_send_a_body_is_told_to() -> None:
    said = Said(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", b"x")
    assert said.answers[0].startswith(b"HTTP/1.1 100 ")
    assert said.asked == [("POST", "/", b"x")]


@pytest.mark.parametrize(
    "head", [b"User-Agent: Mozilla/5.0\r\nHost: localhost", b"Host: evil.example", b"Host: 192.0.2.1:8474"]
)
def test_browsers_and_foreign_names_are_refused(head: bytes) -> None:
    said = Said(b"GET /proxies HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert said.answers[0].startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert said.asked == []


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x00\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_http_is_answered_and_ended(garbage: bytes) -> None:
    said = Said(garbage)
    assert said.answers[0].startswith(b"HTTP/1.1 400 ")
    assert said.transport.did[-1] == "close"


def test_a_body_has_a_bound() -> None:
    said = Said(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", b"x" * (BODY_BYTES + 1))
    assert said.answers[0].startswith(b"HTTP/1.1 413 ")
    assert (said.transport.did[-1], said.asked) == ("close", [])


def test_who_wants_to_end_is_let_go() -> None:
    said = Said(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (len(said.answers), said.transport.did[-1]) == (1, "close")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"HEAD /proxies HTTP/1.1\r\nHost: localhost\r\n\r\n", b"200"),
        (b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", b"200"),
        (b"GET / HTTP/1.0\r\n\r\n", b"200"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", b"200"),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", b"200"),
    ],
)
def test_whatever_is_asked_is_answered(request_: bytes, status: bytes) -> None:
    said = Said(request_)
    assert said.answers[0].split()[1] == status
    assert said.answers[0].endswith(b"\r\n\r\n") is request_.startswith(b"HEAD")


@given(
    st.lists(
        st.one_of(st.binary(min_size=1, max_size=30), st.sampled_from([b"GET / HTTP/1.1\r\n", b"Host: a\r\n", b"\r\n"]))
    )
)
@examples(200)
def test_no_bytes_end_the_server(parts: list[bytes]) -> None:
    said = Said(*parts)
    assert all(answer.startswith(b"HTTP/1.1 ") for answer in said.answers)
