"""The gateway as a process: ready when it says so, gone when it is told, and nothing that it said is lost."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from brownout_core.clock import system_wall_clock
from brownout_core.flows.background import Background as Beside
from brownout_core.front_door.door import FrontDoor, Trouble
from brownout_core.gateway.server import Background, Shell, _unhandled
from brownout_core.records import DeadLetter, LetterState
from brownout_core.redaction import Redactor
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from tests.core.fakes import SECRETS, WALL_S
from tests.core.flows.world import World
from tests.core.gateway.test_settings import GOOD
from tests.core.stores.test_sqlite import letter
from tests.support.aio import really
from tests.support.redis_server import fake_redis, free_port

pytestmark = pytest.mark.real


@contextmanager
def gateway(tmp_path: Path, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    nowhere = f"http://127.0.0.1:{free_port()}"
    bases = {f"{vendor}_API_BASE": nowhere for vendor in ("STRIPE", "TWILIO", "SALES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "brownout_core.gateway"],
        cwd=tmp_path,
        env={**GOOD, **bases, "BROWNOUT_PORT": "0", "BROWNOUT_TELEMETRY": "telemetry.ndjson", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.communicate(timeout=10)


def ask(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - the gateway's own URL
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def events(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "telemetry.ndjson").read_text().splitlines()]


def test_it_is_ready_when_it_says_so_and_ends_well_on_sigterm(tmp_path: Path) -> None:
    with gateway(tmp_path, BROWNOUT_OPERATIONS="pay,notify") as (process, url):
        assert ask(url + "/health")[1]["status"] == "healthy"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        (started,) = events(tmp_path)
        assert (started["kind"], started["detail"]) == ("started", str(process.pid))
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_other_parts_than_its_own_are_told_in_its_log_and_in_its_telemetry(tmp_path: Path) -> None:
    name = "brownout_core.compose:Replacements"
    with gateway(tmp_path, BROWNOUT_OPERATIONS="pay,notify", BROWNOUT_GATEWAY_PARTS=name) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr is not None
        (warned,) = [line for line in process.stderr.read().splitlines() if "parts_replaced" in line]
    assert name in warned
    (started,) = events(tmp_path)
    assert started["outcome"] == name


def test_the_port_is_free_again_for_the_next_life_and_a_taken_one_is_said(tmp_path: Path) -> None:
    with gateway(tmp_path) as (process, url):
        port = url.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "brownout_core.gateway"],
            cwd=tmp_path,
            env={**GOOD, "BROWNOUT_PORT": port},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == 2
        assert second.stderr == f"brownout gateway: port {port} on 127.0.0.1 is taken; set BROWNOUT_PORT\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        with gateway(tmp_path, BROWNOUT_PORT=port) as (_, again):
            assert again == url


def test_a_dead_letter_and_what_was_said_survive_sigkill(tmp_path: Path) -> None:
    site = {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "us"}
    order = {"customer": "Ada", "site": site, "lines": [{"sku": "A", "unit_price": 5}]}
    with fake_redis() as redis_url:
        with gateway(tmp_path, BROWNOUT_CLAIMS=redis_url) as (process, url):
            status, answer = ask(url + "/v1/orders", order, **{"X-Correlation-ID": "op-1"})
            assert (status, answer["status"]) == (202, "accepted")
            os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
        with gateway(tmp_path, BROWNOUT_CLAIMS=redis_url) as (_, url):
            _, listed = ask(url + "/dead-letters")
            assert [each["id"] for each in listed["dead_letters"]] == [answer["dead_letter_id"]]
            status, again = ask(url + "/v1/orders", order, **{"X-Correlation-ID": "op-1"})
            assert (status, again["dead_letter_id"]) == (202, answer["dead_letter_id"])
        kinds = [event["kind"] for event in events(tmp_path)]
        assert kinds.count("started") == 2
        assert "dead_lettered" in kinds


def test_without_redis_at_its_url_nothing_is_paid_and_health_says_why(tmp_path: Path) -> None:
    with gateway(tmp_path, BROWNOUT_CLAIMS=f"redis://127.0.0.1:{free_port()}/0") as (_, url):
        status, answer = ask(url + "/v1/pay", {"amount": 5}, **{"X-Correlation-ID": "op-1"})
        assert (status, answer["status"], answer["code"]) == (503, "unknown", "claims_unavailable")
        status, health = ask(url + "/health")
        assert (status, health["checks"]["claims"]["status"]) == (503, "fail")


async def _raw(*requests: bytes) -> list[bytes]:
    """What a gateway in this process answers to bytes, one connection each; it is asked to close them."""
    world = World()
    door = FrontDoor(
        world.app,
        wall_clock=lambda: WALL_S,
        redactor=Redactor(SECRETS),
        instance="gw",
        log=lambda trouble: pytest.fail(f"{trouble.what}: {trouble.error!r}"),
    )
    runner = web.ServerRunner(Shell(door).server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    answers = []
    for request in requests:
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(request)
        answers.append(await reader.read())
        writer.close()
    await runner.cleanup()
    await world.app.close()
    return answers


def test_whatever_bytes_come_the_answer_is_the_front_doors() -> None:
    head = b"POST /v1/pay HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Correlation-ID: op-1\r\n"
    paid, expected, unknown, digits, raw, absolute, long = really(
        _raw(
            head + b'Content-Length: 13\r\n\r\n{"amount": 5}',
            head + b'Expect: 100-continue\r\nContent-Length: 13\r\n\r\n{"amount": 5}',
            head + b'Expect: 100-c\xff\r\nContent-Length: 13\r\n\r\n{"amount": 5}',
            head.replace(b"POST /v1/pay", b"GET /dead-letters?limit=" + b"9" * 5000) + b"\r\n",
            head.replace(b"POST /v1/pay", b"GET /dead-letters?after=%ff%00") + b"\r\n",
            head.replace(b"POST /v1/pay", b"GET http://127.0.0.1/health") + b"\r\n",
            head + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000,
        )
    )
    assert paid.startswith(b"HTTP/1.1 200 ")
    assert b"X-Request-Id: gw-1" in paid
    assert expected.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")
    assert unknown.startswith(b"HTTP/1.1 417 ")
    assert b'"code":"expectation_failed"' in unknown
    assert digits.startswith(b"HTTP/1.1 400 ")
    assert raw.startswith(b"HTTP/1.1 200 ")
    assert absolute.startswith(b"HTTP/1.1 200 ")
    assert long.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"request_entity_too_large"' in long


def test_bytes_that_are_no_http_are_one_line_in_the_log(tmp_path: Path) -> None:
    with gateway(tmp_path) as (process, url):
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as caller:
            caller.sendall(b"GET /health?\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert b" 400 Bad Request" in caller.recv(65_536)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        told = [json.loads(line)["event"] for line in process.stderr.read().splitlines()]
        assert told == ["started", "malformed_request"]


INTENT = (
    b'{"id": "pi_1", "status": "succeeded", "amount": 5, "currency": "usd", "latest_charge": "ch_1", "metadata": {}}'
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(INTENT), INTENT)


@contextmanager
def payment_under_way(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", str, socket.socket, socket.socket]]:
    """A payment whose request has reached the vendor: the process, its URL, the caller's and the vendor's socket."""
    with socket.create_server(("127.0.0.1", 0)) as vendor:
        vendor.settimeout(20)
        base = f"http://127.0.0.1:{vendor.getsockname()[1]}"
        with gateway(tmp_path, STRIPE_API_BASE=base) as (process, url):
            host, _, port = url.removeprefix("http://").partition(":")
            head = f"POST /v1/pay HTTP/1.1\r\nHost: {host}\r\nX-Correlation-ID: op-1\r\nContent-Length: 13\r\n\r\n"
            with socket.create_connection((host, int(port)), timeout=20) as caller:
                caller.sendall(head.encode() + b'{"amount": 5}')
                connection, _ = vendor.accept()
                with connection:
                    connection.recv(65_536)
                    yield process, url, caller, connection


def test_an_operation_under_way_is_finished_after_sigterm(tmp_path: Path) -> None:
    with payment_under_way(tmp_path) as (process, _, caller, vendor):
        process.send_signal(signal.SIGTERM)
        vendor.sendall(ANSWER)
        assert caller.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        assert process.wait(timeout=20) == 0


def test_a_redrive_that_a_shutdown_cuts_off_is_kept_as_maybe_sent(tmp_path: Path) -> None:
    """The message is at the vendor when the grace is over: what is written down must not say that it was not sent."""
    path = tmp_path / "letters.db"
    payload = b'{"body":"x","operation_id":"op-1","to":"+15005550100"}'
    really(put(path, letter(flow="notify", payload=payload, first_attempt_at=1000.0, last_attempt_at=1000.0)))
    with socket.create_server(("127.0.0.1", 0)) as vendor:
        vendor.settimeout(20)
        base = f"http://127.0.0.1:{vendor.getsockname()[1]}"
        settings = {"TWILIO_API_BASE": base, "BROWNOUT_DEAD_LETTERS": str(path), "BROWNOUT_GRACE_S": "0.3"}
        with gateway(tmp_path, **settings) as (process, url):
            host, _, port = url.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port)), timeout=20) as operator:
                head = f"POST /dead-letters/redrive HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"
                operator.sendall(head.encode())
                connection, _ = vendor.accept()
                with connection:
                    assert connection.recv(65_536).startswith(b"GET ")  # it looks first
                    nothing = b'{"messages": [], "next_page_uri": null}'
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(nothing), nothing))
                    assert connection.recv(65_536).startswith(b"POST ")
                    cut_off_at = system_wall_clock()
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(timeout=20) == 0
    kept = really(get(path))
    assert (kept.state, kept.attempts) == (LetterState.PENDING, 2)
    assert kept.last_attempt_at >= cut_off_at


async def put(path: Path, kept: DeadLetter) -> None:
    store = SqliteDeadLetterStore(path, wall_clock=system_wall_clock)
    await store.put(kept)
    await store.close()


async def get(path: Path) -> DeadLetter:
    store = SqliteDeadLetterStore(path, wall_clock=system_wall_clock)
    kept = await store.get("dl_1")
    await store.close()
    assert kept is not None
    return kept


def test_a_caller_that_leaves_does_not_stop_the_operation(tmp_path: Path) -> None:
    with payment_under_way(tmp_path) as (_, url, caller, vendor):
        caller.close()
        ask(url + "/health")  # by now the server has noticed
        vendor.sendall(ANSWER)
        # Were it stopped, this would be a second request to a vendor that answers no more.
        assert ask(url + "/v1/pay", {"amount": 5}, **{"X-Correlation-ID": "op-1"})[1]["payment_intent"] == "pi_1"


class Part(Beside):
    """Something beside that waits, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.ended = False

    async def run(self) -> None:
        try:
            if self.error is not None:
                raise self.error
            await asyncio.Event().wait()
        finally:
            self.ended = True

    def in_hand(self) -> int:
        return 0

    def check(self) -> dict[str, Any]:
        return {"status": "pass", "message": ""}


def test_an_error_that_nobody_waits_for_is_a_defect_and_having_no_files_left_is_none() -> None:
    async def main() -> None:
        loop, troubles = asyncio.get_running_loop(), list[Trouble]()
        told: list[Any] = []
        loop.default_exception_handler = told.append  # type: ignore[method-assign, assignment]
        loop.set_exception_handler(partial(_unhandled, troubles.append))
        for error in (ValueError("planted"), OSError(24, "too many open files")):
            loop.call_exception_handler({"message": "why", "exception": error})
        assert [(each.request_id, each.is_defect, type(each.error)) for each in troubles] == [("why", True, ValueError)]
        assert len(told) == 1

    really(main())


def test_what_goes_on_beside_is_ended_with_the_gateway_and_a_failure_of_it_is_a_defect() -> None:
    async def main() -> None:
        parts = {"waits": Part(), "fails": Part(ValueError("planted"))}
        application: Any = SimpleNamespace(background=lambda: parts)
        troubles: list[Trouble] = []
        background = Background(application, troubles.append)
        background.begin()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [(each.request_id, each.is_defect, type(each.error)) for each in troubles] == [
            ("fails", True, ValueError)
        ]
        await background.end()
        assert parts["waits"].ended
        assert len(troubles) == 1

    really(main())
