"""A flow that is a saga: what it tells whoever asks, whatever has become of it before."""

import pytest

from brownout_core.policies.dead_letter import letter_id
from tests.support.aio import virtually
from tests.support.booking import ALL_OF_IT, NOTHING, Booking

DECLINED = {
    "stripe": [
        {"id": "no", "vendor": "stripe", "match": "POST /v1/payment_intents", "respond": {"error": "card_declined"}}
    ]
}


def forget_claims(world: Booking) -> None:
    world.claims._records.clear()


def change(world: Booking, state: str) -> None:
    world.letters._database.execute("UPDATE dead_letters SET state = ?", (state,))


def test_while_another_process_does_it_it_is_in_progress_also_where_the_claims_are_gone() -> None:
    async def main() -> None:
        world = Booking()
        asked_meanwhile: list[int] = []

        def boundary(where: str) -> None:
            if where == "after stripe POST":
                asked_meanwhile.append(1)
                forget_claims(world)
                raise RuntimeError("stop here")

        world.boundary = boundary
        assert (await world.ask())[0] == 500
        world.boundary = lambda _where: None
        assert asked_meanwhile
        status, answer = await world.ask()
        assert (status, answer["status"]) == (409, "in_progress")
        assert [each.route for each in world.effects()].count("stripe.charge") == 1
        await world.close()

    virtually(main())


@pytest.mark.parametrize("state", ["pending", "redriving", "poison", "incident"])
def test_what_is_set_aside_is_told_as_such_and_not_done_beside(state: str) -> None:
    async def main() -> None:
        world = Booking({"stripe": [{"id": "down", "vendor": "stripe", "respond": {"status": 503}}]})
        status, answer = await world.ask()
        assert (status, answer["dead_letter_id"][:3]) == (202, letter_id("", "")[:3])
        change(world, state)
        before = len(world.effects())
        status, again = await world.ask()
        if state == "redriving":
            assert (status, again["status"]) == (409, "in_progress")
        else:
            assert (status, again["dead_letter_id"]) == (202, answer["dead_letter_id"])
        assert len(world.effects()) == before
        await world.close()

    virtually(main())


@pytest.mark.parametrize("is_declined", [False, True])
def test_where_the_claims_cannot_keep_the_answer_the_letter_does(is_declined: bool) -> None:
    async def main() -> None:
        world = Booking(DECLINED if is_declined else None)

        async def lost(*_args: object) -> bool:
            return False

        world.claims.complete = lost  # type: ignore[method-assign, assignment]
        status, answer = await world.ask()
        assert world.states() == ["refused" if is_declined else "redriven"]
        forget_claims(world)
        again = await world.ask()
        assert (
            (again[0], again[1]["status"])
            == (status, answer["status"])
            == ((402, "refused") if is_declined else (201, "done"))
        )
        assert world.standing() == (NOTHING if is_declined else ALL_OF_IT)
        await world.close()

    virtually(main())
