"""An application of aiohttp's is asked as any other: whole answers, streams, errors, and an end in the middle."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from brownout_harness.asked.request import Request
from brownout_harness.virtual.foreign.aiohttp_web import as_asgi
from brownout_harness.virtual.foreign.life import ForeignLife
from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.loop import run_virtually

BANK = web.AppKey("BANK", str)


async def echo(request: web.Request) -> web.Response:
    said = {"said": await request.text(), "of": request.query["of"], "bank": request.app[BANK]}
    return web.json_response(said, status=201)


async def pieces(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for word in (b"one ", b"two"):
        await asyncio.sleep(1)
        await answer.write(word)
    return answer


async def breaks_off(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    await answer.write(b"half")
    assert request.transport is not None
    request.transport.close()
    return answer


def shop() -> web.Application:
    app = web.Application()

    async def started(app: web.Application) -> None:
        await asyncio.sleep(0.5)
        app[BANK] = "open"

    app.on_startup.append(started)
    app.add_routes([web.post("/echo", echo), web.get("/pieces", pieces), web.get("/half", breaks_off)])
    return app


def asked(method: str, path: str, body: bytes = b"") -> tuple[Any, float]:
    """Its answer, None where there was none, and when."""

    async def main() -> tuple[Any, float]:
        life = ForeignLife(network_loop(), raised=lambda _error: None)
        life.born(lambda: as_asgi(shop()))
        assert await life.started() == ""
        answer = life.ask(Request(method, path, {"content-type": "text/plain"}, body), None, name="ask")
        await asyncio.wait([answer])
        at_s = network_loop().time()
        await life.leave(5.0)
        return (None if answer.cancelled() else answer.result()), at_s

    return run_virtually(main(), NetworkLoop)


def test_it_is_started_asked_and_answers() -> None:
    answer, at_s = asked("POST", "/echo?of=me", b"hello")
    assert answer.status == 201
    assert answer.body == b'{"said": "hello", "of": "me", "bank": "open"}'
    assert at_s == pytest.approx(0.5)


def test_a_stream_takes_its_time() -> None:
    answer, at_s = asked("GET", "/pieces")
    assert answer.body == b"one two"
    assert at_s == pytest.approx(2.5)


def test_what_is_not_there_is_not_found() -> None:
    assert asked("GET", "/nowhere")[0].status == 404


def test_an_answer_that_breaks_off_is_none() -> None:
    assert asked("GET", "/half")[0] is None


def test_others_are_left_as_they_are() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        return

    assert as_asgi(app) is app
