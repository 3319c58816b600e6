"""One request as an ASGI call: what a server says of it, and for an application that says nothing."""

import asyncio
from typing import Any

import pytest

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.request import Request
from brownout_harness.virtual.foreign.asgi import NO_ANSWER, Exchange, Lifespan, Stage, scope_of
from tests.support.aio import virtually

ASK = Request("POST", "/orders%2F1/caf%C3%A9?a=b%20c", {"X-Order": "1"}, b"{}")


def asked(application: Any) -> tuple[Answer | None, list[str]]:
    """Its answer, and what it let escape."""

    async def main() -> tuple[Answer | None, list[str]]:
        raised: list[str] = []
        exchange = Exchange(ASK, None, raised=lambda error: raised.append(str(error)))
        await exchange.run(application, {})
        return (None if exchange.answer.cancelled() else exchange.answer.result()), raised

    return virtually(main())


def test_the_scope_is_what_a_server_makes_of_a_request() -> None:
    scope = scope_of(ASK, {"bank": 1})
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == (
        "/orders/1/café", b"/orders%2F1/caf%C3%A9", b"a=b%20c",
    )  # fmt: skip
    assert dict(scope["headers"])[b"x-order"] == b"1"
    assert dict(scope["headers"])[b"content-length"] == b"2"
    assert scope["state"] == {"bank": 1}


def test_a_body_in_pieces_is_one_answer() -> None:
    async def app(_scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"{}"
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})
        assert (await receive())["type"] == "http.disconnect"

    assert asked(app) == (Answer(201, {"x": "y"}, b"ab"), [])


def test_who_raises_or_says_nothing_is_answered_for() -> None:
    async def raises(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("no")

    async def is_silent(_scope: Any, _receive: Any, _send: Any) -> None:
        return

    assert asked(raises) == (NO_ANSWER, ["no"])
    assert asked(is_silent) == (NO_ANSWER, [])


def test_who_raises_in_the_middle_cuts_the_answer_off() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("no")

    assert asked(app) == (None, ["no"])


async def starts(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.sleep(2)
    await send({"type": "lifespan.shutdown.complete"})


async def fails(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no bank"})


async def knows_none(_scope: Any, _receive: Any, _send: Any) -> None:
    raise KeyError("type")


@pytest.mark.parametrize(
    ("application", "stage", "why"),
    [(starts, Stage.SERVING, ""), (fails, Stage.FAILED, "no bank"), (knows_none, Stage.SERVING, "")],
)
def test_a_lifespan_starts_fails_or_is_not_known(application: Any, stage: Stage, why: str) -> None:
    async def main() -> float:
        lifespan = Lifespan()
        task = asyncio.get_running_loop().create_task(lifespan.run(application))
        await lifespan.started()
        assert (lifespan.stage, lifespan.why) == (stage, why)
        began_s = asyncio.get_running_loop().time()
        await lifespan.shut_down()
        await task
        return asyncio.get_running_loop().time() - began_s

    assert virtually(main()) == (2.0 if application is starts else 0.0)
