import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from brownout_harness.wire.api import Answer
from brownout_harness.wire.http import BODY_BYTES, HttpApi, request_ids
from tests.harness.wire.fakes import FakeTransport


class Said:
    """What was answered to these bytes, as they came."""

    def __init__(self, *parts: bytes) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.transport = FakeTransport()
        api = HttpApi(self._answer, request_ids("abcdef01"))
        api.connection_made(cast("asyncio.Transport", self.transport))
        for part in parts:
            api.data_received(part)

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append((method, path, body))
        return Answer(204) if method == "DELETE" else Answer(200, b"{}")

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
