"""A notice on its way to the application in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.request import Request
from brownout_harness.virtual.delivery import TARGET_URL, deliver
from brownout_harness.virtual.life import Killed
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.vendor import NO_ANSWER
from tests.support.aio import virtually

WEBHOOK = OutgoingWebhook(
    id=1,
    url=f"{TARGET_URL}/webhooks/stripe#terms",
    headers={"Stripe-Signature": "t=1"},
    body=b"{}",
    timeout_s=5.0,
    connect_timeout_s=5.0,
    account="a",
    type="charge.succeeded",
    attempt=1,
)


class Door:
    """Answers by what it is given; keeps what came."""

    def __init__(self, answering: Callable[[], Coroutine[Any, Any, Answer]] | None) -> None:
        self.answering = answering
        self.came: list[Request] = []

    def serve(self, request: Request, *, name: str) -> asyncio.Task[Answer] | None:
        assert name == "notice charge.succeeded"
        self.came.append(request)
        return None if self.answering is None else asyncio.get_running_loop().create_task(self.answering())


async def good() -> Answer:
    return Answer(200, {}, b"")


async def killed() -> Answer:
    raise Killed


def test_it_comes_by_the_door_as_it_was_signed_and_its_answer_is_the_status() -> None:
    door = Door(good)
    assert virtually(deliver(WEBHOOK, door, 0.001)) == 200
    assert door.came == [Request("POST", "/webhooks/stripe", {"Stripe-Signature": "t=1"}, b"{}")]


def test_where_nobody_listens_there_is_no_connection_and_from_the_dead_there_is_no_answer() -> None:
    assert virtually(deliver(WEBHOOK, Door(None), 0.001)) is None
    assert virtually(deliver(WEBHOOK, Door(killed), 0.001)) == NO_ANSWER


def test_who_is_told_goes_on_when_the_vendor_waits_no_longer() -> None:
    done: list[str] = []

    async def slowly() -> Answer:
        await asyncio.sleep(10.0)
        done.append("kept")
        return Answer(200, {}, b"")

    async def body() -> None:
        delivering = asyncio.get_running_loop().create_task(deliver(WEBHOOK, Door(slowly), 0.001))
        await asyncio.sleep(5.0)
        delivering.cancel()
        await asyncio.sleep(10.0)

    virtually(body())
    assert done == ["kept"]
