"""What an operator sees of the application: health, and the dead letters' desk."""

from brownout_core.records import LetterState
from tests.core.fakes import config, reply
from tests.core.flows.world import World, order, pay, policies
from tests.support.aio import virtually


def test_health_tells_of_breakers_letters_and_stores() -> None:
    async def main() -> None:
        world = World(config(**policies(sales={"retry": {"max_retries": 0}, "breaker": {"minimum_calls": 1}})))
        assert (await world.app.health())["checks"]["sales"] == {"status": "pass", "message": "breaker closed"}
        world.sales.always = reply(503, {})
        await world.ask(order())
        health = await world.app.health()
        assert health["status"] == "degraded"
        assert health["checks"]["sales"] == {"status": "warn", "message": "breaker open"}
        assert health["checks"]["dead_letters"] == {"status": "warn", "message": "1 open"}
        await world.letters.close()
        assert (await world.app.health())["status"] == "unhealthy"

    virtually(main())


def test_the_desk_shows_redrives_and_discards() -> None:
    async def main() -> None:
        world = World(config(**policies(sales={"retry": {"max_retries": 0}, "breaker": {"minimum_calls": 1000}})))
        world.sales.always = reply(503, {})
        for name in ("one", "two"):
            await world.ask(order(name))
        first, second = await world.app.dead_letters.page()
        shown = await world.app.dead_letters.show(first.id)
        assert shown == first
        assert await world.app.dead_letters.show("dl_nobody") is None
        world.sales.always = None
        assert (await world.app.dead_letters.redrive(first.id)).outcome == "done"
        assert await world.app.dead_letters.discard(second.id)
        counts = await world.app.dead_letters.count()
        assert (counts[LetterState.REDRIVEN], counts[LetterState.DISCARDED]) == (1, 1)
        assert await world.app.dead_letters.page() == []

    virtually(main())


def test_a_letter_of_an_operation_that_is_not_served_here_stays() -> None:
    async def main() -> None:
        world = World(config(**policies(sales={"retry": {"max_retries": 0}})))
        world.sales.always = reply(503, {})
        await world.ask(order())
        (letter,) = await world.app.dead_letters.page()
        world.settings = config(operations=("pay",))
        told = await world.application().dead_letters.redrive(letter.id)
        assert (told.outcome, told.detail) == ("not_sent", "place_order is not served here")
        (kept,) = await world.app.dead_letters.page()
        assert (kept.state, kept.generation, kept.attempts) == (LetterState.PENDING, 0, letter.attempts)

    virtually(main())


def test_what_a_redrive_does_is_answered_to_whoever_asks_again() -> None:
    async def main() -> None:
        world = World()
        first = await world.ask(pay("again"))
        assert await world.ask(pay("again")) == first

    virtually(main())
