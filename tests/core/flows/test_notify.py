"""`notify`: one message, by a vendor that knows no idempotency."""

import asyncio

import pytest

from brownout_core.flows.ending import EndingStatus
from brownout_core.flows.notify import text_of
from brownout_core.records import StoreUnavailable
from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_harness.virtual.life import Killed, Life
from tests.core.fakes import HANG, After, Step, config, reply
from tests.core.flows.test_flow import live
from tests.core.flows.world import World, policies, sms
from tests.support.aio import virtually


def test_a_message_is_sent_once_with_a_reference_of_its_own() -> None:
    async def main() -> None:
        world = World()
        outcome = await world.ask(sms())
        assert (outcome.status, outcome.http_status) == (EndingStatus.DONE, 200)
        assert await world.ask(sms()) == outcome
        assert [message["body"] for message in world.twilio.messages] == [text_of(sms())]
        assert text_of(sms("op-1")) != text_of(sms("op-2"))

    virtually(main())


@pytest.mark.parametrize(
    "step",
    [After(Lost()), Lost(), HANG, After(), reply(500, {"code": 20500}), reply(502, "<html>"), reply(201, {})],
    ids=["lost after", "lost before", "hang before", "hang after", "500", "502", "broken"],
)
def test_once_it_may_have_been_sent_it_is_not_sent_again_but_set_aside(step: Step) -> None:
    async def main() -> None:
        world = World()
        world.twilio.script.append(step)
        outcome = await world.ask(sms())
        assert (outcome.status, outcome.http_status) == (EndingStatus.ACCEPTED, 202)
        assert len(world.twilio.requests) == 1

    virtually(main())


@pytest.mark.parametrize("step", [NoConnection(), reply(429, {"code": 20429})], ids=["no connection", "429"])
def test_what_surely_was_not_sent_is_tried_again(step: Step) -> None:
    async def main() -> None:
        world = World()
        world.twilio.script.append(step)
        assert (await world.ask(sms())).status is EndingStatus.DONE
        assert len(world.twilio.effects) == 1

    virtually(main())


def test_throttled_to_the_end_it_is_refused_with_the_vendors_wish() -> None:
    async def main() -> None:
        world = World(config(**policies(twilio={"retry": {"max_retries": 0}})))
        world.twilio.always = reply(429, {"code": 20429}, retry_after="7")
        outcome = await world.ask(sms())
        assert (outcome.status, outcome.http_status, outcome.code) == (EndingStatus.REFUSED, 503, "20429")
        assert outcome.retry_after_s == 7

    virtually(main())


def test_a_number_that_cannot_be_is_refused_for_good() -> None:
    async def main() -> None:
        world = World()
        world.twilio.script.append(reply(400, {"code": 21211, "message": "Invalid 'To' Phone Number"}))
        outcome = await world.ask(sms())
        assert (outcome.status, outcome.http_status, outcome.code) == (EndingStatus.REFUSED, 422, "21211")

    virtually(main())


@pytest.mark.parametrize(("was_sent", "posts"), [(True, 1), (False, 2)])
def test_a_redrive_looks_first_and_sends_only_what_is_not_there(was_sent: bool, posts: int) -> None:
    async def main() -> None:
        world = World()
        world.twilio.script.append(After(Lost()) if was_sent else Lost())
        letter_id = (await world.ask(sms())).dead_letter_id
        await asyncio.sleep(60)
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "done"
        assert len(world.twilio.effects) == 1
        assert sum(request.method == "POST" for request in world.twilio.requests) == posts
        assert (await world.ask(sms())).status is EndingStatus.DONE

    virtually(main())


def test_it_is_not_sent_again_while_the_first_sending_may_still_arrive() -> None:
    async def main() -> None:
        world = World(config(**policies(), settle_s=30.0))
        world.twilio.script.append(Lost())
        letter_id = (await world.ask(sms())).dead_letter_id
        await asyncio.sleep(10)
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "not_sent"
        await asyncio.sleep(25)
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "done"
        assert len(world.twilio.effects) == 1

    virtually(main())


def test_the_same_words_of_another_operation_are_another_message() -> None:
    async def main() -> None:
        world = World()
        await world.ask(sms("op-1"))
        world.twilio.script.append(Lost())
        letter_id = (await world.ask(sms("op-2"))).dead_letter_id
        await asyncio.sleep(60)
        await world.app.dead_letters.redrive(letter_id)
        assert world.twilio.effects == ["op-1", "op-2"]

    virtually(main())


def test_a_look_that_fails_leaves_the_letter_where_it_was() -> None:
    async def main() -> None:
        world = World()
        world.twilio.script.append(After(Lost()))
        letter_id = (await world.ask(sms())).dead_letter_id
        await asyncio.sleep(60)
        world.twilio.always = reply(503, {})
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "failed"
        world.twilio.always = None
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "done"
        assert len(world.twilio.effects) == 1

    virtually(main())


def shows_up_late(world: World, delay_s: float) -> None:
    """The vendor takes a message on, and lists it so many seconds later."""
    work = world.twilio.work

    def delayed(request: Request) -> Response:
        if request.method != "POST":
            return work(request)
        world.loop.call_later(delay_s, work, request)
        return reply(201, {})

    world.twilio.work = delayed  # type: ignore[method-assign]


def test_after_a_crash_it_waits_from_the_last_sending_and_not_from_the_first_asking() -> None:
    """429, sent again 8 s later, killed: when the claim is free again, that sending is four seconds old."""

    async def main() -> None:
        world = World(config(**policies(), settle_s=10.0))
        shows_up_late(world, 6.0)
        world.twilio.script.extend([reply(429, {"code": 20429}, retry_after="8"), After()])
        life = Life()
        first = life.start(world.ask(sms(), live(world, life, "first")), name="first")
        await asyncio.sleep(9.9)
        assert sum(request.method == "POST" for request in world.twilio.requests) == 2
        life.kill()
        with pytest.raises(Killed):
            await first
        second = live(world, Life(), "second")
        ending = await world.ask(sms(), second)
        while ending.status is EndingStatus.IN_PROGRESS:
            ending = await world.ask(sms(), second)
        assert world.loop.time() < 8.0 + 6.0  # not yet listed
        assert ending.status is EndingStatus.ACCEPTED
        await asyncio.sleep(30)
        assert (await second.dead_letters.redrive(ending.dead_letter_id)).outcome == "done"
        assert len(world.twilio.effects) == 1

    virtually(main())


def test_a_redrive_that_a_shutdown_ended_is_not_repeated_before_it_has_settled() -> None:
    async def main() -> None:
        world = World(config(**policies(), settle_s=10.0))
        world.twilio.script.append(Lost())
        letter_id = (await world.ask(sms())).dead_letter_id
        await asyncio.sleep(60)
        shows_up_late(world, 3.0)
        world.twilio.script.extend([None, After()])  # it looks, finds nothing, and sends
        redriving = asyncio.ensure_future(world.app.dead_letters.redrive(letter_id))
        await asyncio.sleep(1)
        redriving.cancel()
        await asyncio.gather(redriving, return_exceptions=True)
        reborn = world.application()
        await asyncio.sleep(1)
        assert (await reborn.dead_letters.redrive(letter_id)).outcome == "not_sent"
        await asyncio.sleep(30)
        assert (await reborn.dead_letters.redrive(letter_id)).outcome == "done"
        assert len(world.twilio.effects) == 1

    virtually(main())


def test_without_the_store_of_claims_nothing_is_sent_and_that_is_said() -> None:
    """The claim was made, and then the store went down: what cannot be announced is not sent."""

    async def main() -> None:
        world = World()
        world.claims.sending = down  # type: ignore[method-assign, assignment]
        ending = await world.ask(sms())
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "claims_unavailable")
        assert not world.twilio.requests

    virtually(main())


async def down(*_arguments: object) -> bool:
    raise StoreUnavailable("down")
