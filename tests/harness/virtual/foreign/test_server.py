"""One life after another: it is ready before it is asked, and what does not come back is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from brownout_harness.asked.request import Request
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.virtual.foreign.loop import NetworkLoop
from brownout_harness.virtual.foreign.server import ForeignServer
from brownout_harness.virtual.loop import run_virtually

ASK = Request("GET", "/", {}, b"")


def answering(status: int) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    return app


def serving(load: Callable[[], Any], said: list[str] | None = None) -> ForeignServer:
    words: list[str] = [] if said is None else said
    return ForeignServer(load, grace_s=5.0, drain_s=15.0, process="target", not_back=words.append)


def test_nobody_listens_between_two_lives() -> None:
    async def main() -> list[int]:
        server = serving(lambda: answering(204))
        await server.ready("/", 20)
        statuses = []
        for do in (None, server.kill, server.start):
            if do is not None:
                do()
            await asyncio.sleep(1)
            asking = server.serve(ASK, name="ask")
            statuses.append(0 if asking is None else (await asking).status)
        assert server.answers == 3
        server.end()
        return statuses

    assert run_virtually(main(), NetworkLoop) == [204, 0, 204]


def test_who_answers_with_errors_only_is_not_ready() -> None:
    async def main() -> None:
        with pytest.raises(NotJudged, match=r"not ready within 3 s of virtual time: GET /health answered 503"):
            await serving(lambda: answering(503)).ready("/health", 3)

    run_virtually(main(), NetworkLoop)


def test_a_life_that_does_not_come_is_told_of() -> None:
    lives = iter([answering(200)])

    def load() -> Any:
        try:
            return next(lives)
        except StopIteration:
            raise BadInput("it is gone") from None

    async def main() -> list[str]:
        said: list[str] = []
        server = serving(load, said)
        await server.ready("/", 20)
        server.kill()
        server.start()
        server.end()
        return said

    assert run_virtually(main(), NetworkLoop) == ["it is gone"]


def test_what_the_application_let_escape_is_counted() -> None:
    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["type"] == "http" and scope["path"] != "/":
            raise ValueError("no such page")
        await answering(200)(scope, _receive, _send)

    async def main() -> list[str]:
        server = serving(lambda: app)
        await server.ready("/", 20)
        for _ in range(2):
            asking = server.serve(ASK._replace(path="/nowhere"), name="ask")
            assert asking is not None
            assert (await asking).status == 500
        server.end()
        return server.notes()

    [note] = run_virtually(main(), NetworkLoop)
    assert note.startswith("the target raised 2 times: ValueError: no such page (test_server.py:")


async def serves_all_the_same(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        raise ConnectionError("no bank")
    await answering(200)(scope, receive, send)


def test_a_lifespan_that_broke_off_is_told_of() -> None:
    async def main() -> list[str]:
        server = serving(lambda: serves_all_the_same)
        await server.ready("/", 20)
        server.end()
        return server.notes()

    assert run_virtually(main(), NetworkLoop) == ["the target's lifespan ended with an error: ConnectionError: no bank"]
