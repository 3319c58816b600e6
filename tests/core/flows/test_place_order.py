"""`place_order`: an order can wait, so nothing transient is told to the caller as a failure."""

import asyncio

import pytest

from brownout_core.flows.ending import EndingStatus
from brownout_core.records import LetterState
from brownout_core.transport import Lost, NoConnection
from tests.core.fakes import HANG, After, Step, config, reply
from tests.core.flows.world import World, order, policies
from tests.support.aio import virtually


def test_an_order_is_handed_in_once() -> None:
    async def main() -> None:
        world = World()
        outcome = await world.ask(order())
        assert (outcome.status, outcome.http_status) == (EndingStatus.DONE, 201)
        assert outcome.body()["order"] == "ord_0"
        assert await world.ask(order()) == outcome
        assert world.sales.effects == ["op-1"]

    virtually(main())


@pytest.mark.parametrize(
    "step",
    [
        NoConnection(),
        Lost(),
        After(Lost()),
        HANG,
        reply(503, {}),
        reply(429, {}),
        reply(401, {"code": "token-invalid"}),
    ],
    ids=["no connection", "lost", "lost after", "hang", "503", "429", "401"],
)
def test_every_transient_failure_is_set_aside_and_a_redrive_does_it_once(step: Step) -> None:
    async def main() -> None:
        world = World()
        world.sales.always = step
        outcome = await world.ask(order())
        assert (outcome.status, outcome.http_status) == (EndingStatus.ACCEPTED, 202)
        world.sales.always = None
        await asyncio.sleep(60)
        assert (await world.app.dead_letters.redrive(outcome.dead_letter_id)).outcome == "done"
        assert world.sales.effects == ["op-1"]
        assert (await world.ask(order())).status is EndingStatus.DONE

    virtually(main())


def test_with_the_breaker_open_it_is_set_aside_without_asking_the_vendor() -> None:
    async def main() -> None:
        world = World(config(**policies(sales={"retry": {"max_retries": 0}, "breaker": {"minimum_calls": 2}})))
        world.sales.always = reply(503, {})
        outcomes = [await world.ask(order(f"op-{number}")) for number in range(10)]
        assert {outcome.status for outcome in outcomes} == {EndingStatus.ACCEPTED}
        assert len(world.sales.sent("POST", "/api/v2/orders/intake")) == 2
        assert (await world.app.dead_letters.count())[LetterState.PENDING] == 10

    virtually(main())


def test_after_the_outage_everything_is_redriven_and_redriving_twice_changes_nothing() -> None:
    async def main() -> None:
        world = World()
        world.sales.always = reply(503, {})
        for number in range(20):
            await world.ask(order(f"op-{number}"))
        # Too early: the canaries find that out, and nothing gets worse.
        assert len((await world.app.dead_letters.redrive_lot()).redriven) == 3
        world.sales.always = None
        await asyncio.sleep(60)
        await world.app.dead_letters.redrive_lot()
        await world.app.dead_letters.redrive_lot()
        assert sorted(world.sales.effects) == sorted(f"op-{number}" for number in range(20))
        assert (await world.app.dead_letters.count())[LetterState.REDRIVEN] == 20

    virtually(main())


def test_an_order_that_is_wrong_is_refused_for_good() -> None:
    async def main() -> None:
        world = World()
        world.sales.script.append(reply(422, {"code": "total-mismatch", "title": "no"}))
        outcome = await world.ask(order())
        assert (outcome.status, outcome.http_status, outcome.code) == (EndingStatus.REFUSED, 422, "total-mismatch")
        assert not await world.app.dead_letters.page()

    virtually(main())


def test_the_business_key_is_the_callers_or_made_from_the_operation() -> None:
    assert order("op-1").business_key == "op-1"
    assert order("op-1").model_copy(update={"order_id": "mine"}).business_key == "mine"
    long = order("x" * 128).business_key
    assert len(long) == 64
    assert long != order("y" * 128).business_key
