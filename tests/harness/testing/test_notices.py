"""Webhooks: whom the vendor tells, and what came of it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import brownout
from brownout import Account
from tests.harness.testing.paying import pay

pytestmark = pytest.mark.real


@pytest.fixture
def stripe() -> Iterator[Account]:
    with brownout.open("stripe") as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_receiver_is_told_and_its_answers_are_known(stripe: Account, receiver: str) -> None:
    assert stripe.webhooks.to(receiver).startswith("whsec_")
    pay(stripe)
    (told,) = stripe.webhooks.arrived(type="charge.succeeded")
    assert (told.account, told.status, told.attempt) == (stripe.label, 200, 1)
    assert told in stripe.webhooks.attempts


def test_what_does_not_arrive_is_an_error_that_says_what_did(stripe: Account, receiver: str) -> None:
    stripe.webhooks.to(receiver)
    with pytest.raises(AssertionError, match=r"^stripe: no 1 webhooks \* arrived within 0.01 s: no attempt is over$"):
        stripe.webhooks.arrived(within_s=0.01)
    pay(stripe)
    stripe.webhooks.arrived(type="charge.succeeded")
    with pytest.raises(AssertionError, match=r"no 1 webhooks no.such arrived within 0.05 s: .*charge.succeeded 200"):
        stripe.webhooks.arrived(type="no.such", within_s=0.05)


def test_nothing_is_sent_beyond_this_machine(stripe: Account) -> None:
    with pytest.raises(ValueError, match=r"this machine alone, not to 'https://shop.example/hook'"):
        stripe.webhooks.to("https://shop.example/hook")
