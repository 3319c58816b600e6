"""Work that is kept before it is begun: by one at a time, and gone on with by whoever finds it."""

import asyncio

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import ClaimsUnavailable, IdempotencyConflict, LeftStanding
from brownout_core.policies.dead_letter import Redrive
from brownout_core.records import DeadLetter, LetterState, StoreUnavailable
from tests.core.policies.test_dead_letter import LOST, Desk, parcel
from tests.support.aio import virtually


def test_who_holds_it_writes_down_how_far_it_has_come_and_nobody_else_begins_it() -> None:
    async def main() -> None:
        letters = Desk().letters
        mine = await letters.undertake(parcel(), 30.0)
        assert (mine.is_held, mine.letter.state, mine.progress) == (True, LetterState.UNDER_WAY, b"")
        await mine.note(b"one")
        other = await letters.undertake(parcel(), 30.0)
        assert (other.is_held, other.letter.state, other.progress) == (False, LetterState.UNDER_WAY, b"one")
        with pytest.raises(IdempotencyConflict):
            await other.note(b"two")
        assert mine.progress == b"one"

    virtually(main())


def test_while_it_is_under_way_it_is_nobodys_business() -> None:
    async def main() -> None:
        desk = Desk()
        mine = await desk.letters.undertake(parcel(), 30.0)
        assert (await desk.letters.page(), sum((await desk.letters.count()).values())) == ([], 0)
        assert (await desk.letters.redrive(mine.letter.id, desk.again)).outcome is Redrive.BUSY
        assert not await desk.letters.discard(mine.letter.id)
        await desk.letters.let_go(mine, "done", refused=False, answer_is_kept=True)
        assert await desk.letters.show(mine.letter.id) is None

    virtually(main())


def test_what_somebody_died_over_is_redriven_from_where_it_was_once_his_lease_is_over() -> None:
    async def main() -> None:
        desk = Desk()
        mine = await desk.letters.undertake(parcel(), 30.0)
        await mine.note(b"half")
        await asyncio.sleep(30.0)
        found: list[tuple[bytes, float]] = []

        async def again(_letter: DeadLetter, asking: Asking) -> str:
            assert asking.kept is not None
            found.append((asking.kept.progress, asking.kept.last_attempt_at))
            await asking.kept.note(b"more")
            return "done"

        with pytest.raises(IdempotencyConflict):
            await mine.note(b"from the grave")
        assert [each.state for each in await desk.letters.page()] == [LetterState.UNDER_WAY]
        lot = await desk.letters.redrive_lot(again)
        assert [each.outcome for each in lot.redriven] == [Redrive.DONE]
        # He may have been at work until his lease was over.
        assert found == [(b"half", 1030.0)]
        assert await desk.state(mine.letter.id) == ("redriven", 0, 2)

    virtually(main())


def test_who_is_asked_again_takes_over_what_somebody_died_over_or_gave_up() -> None:
    async def main() -> None:
        letters = Desk().letters
        first = await letters.undertake(parcel(), 30.0)
        await first.note(b"half")
        await asyncio.sleep(30.0)
        second = await letters.undertake(parcel(), 30.0)
        assert (second.is_held, second.progress, second.last_attempt_at) == (True, b"half", 1030.0)
        await letters.leave(second, LOST)
        assert not (await letters.undertake(parcel(), 30.0)).is_held
        assert await letters.discard(second.letter.id)
        third = await letters.undertake(parcel(), 30.0)
        assert (third.is_held, third.progress) == (True, b"half")

    virtually(main())


@pytest.mark.parametrize(("error", "state"), [(LOST, "pending"), (LeftStanding("no"), "incident")])
def test_what_comes_no_further_is_set_aside_and_names_what_stands(error: Exception, state: str) -> None:
    async def main() -> None:
        desk = Desk()
        mine = await desk.letters.undertake(parcel(), 30.0)
        mine.standing = "stripe payment pi_1"
        letter_id = await desk.letters.leave(mine, error)
        (letter,) = await desk.letters.page()
        assert (letter.id, letter.state.value, letter.standing) == (letter_id, state, "stripe payment pi_1")
        waiting = (await desk.letters.redrive_lot(desk.again)).redriven
        assert len(waiting) == (state == "pending")

    virtually(main())


def test_a_redrive_that_fails_as_often_as_the_cap_allows_is_an_incident_where_something_stands() -> None:
    async def main() -> None:
        desk = Desk(generation_cap=2)
        desk.error = LOST
        for number, standing in enumerate(["", "stripe payment pi_1"]):
            mine = await desk.letters.undertake(parcel(number), 30.0)
            mine.standing = standing
            await desk.letters.leave(mine, LOST)
            for _ in range(2):
                await desk.letters.redrive(mine.letter.id, desk.again)
        states = {each.standing: each.state.value for each in await desk.letters.page()}
        assert states == {"": "poison", "stripe payment pi_1": "incident"}
        # Only who insists has it tried again; what it comes to then is as for every letter.
        assert (await desk.letters.redrive_lot(desk.again)).redriven == ()
        desk.error = None
        lot = await desk.letters.redrive_lot(desk.again, insist=True)
        assert [each.outcome for each in lot.redriven] == [Redrive.DONE] * 2
        assert await desk.letters.page() == []

    virtually(main())


def test_an_answer_that_nobody_else_keeps_stays_for_whoever_asks_again() -> None:
    async def main() -> None:
        letters = Desk().letters
        for refused, state in ((False, LetterState.REDRIVEN), (True, LetterState.REFUSED)):
            mine = await letters.undertake(parcel(refused), 30.0)
            await letters.let_go(mine, "the answer", refused=refused, answer_is_kept=False)
            again = await letters.undertake(parcel(refused), 30.0)
            assert (again.is_held, again.letter.state, again.letter.outcome) == (False, state, "the answer")

    virtually(main())


def test_what_cannot_be_kept_is_not_begun_and_what_cannot_be_written_down_not_done() -> None:
    async def main() -> None:
        desk = Desk()
        mine = await desk.letters.undertake(parcel(), 30.0)
        desk.store.is_down = True
        with pytest.raises(StoreUnavailable):
            await desk.letters.undertake(parcel(2), 30.0)
        with pytest.raises(ClaimsUnavailable):
            await mine.note(b"one")
        assert await desk.letters.leave(mine, LOST) == mine.letter.id, "it is kept, and its lease runs out"
        await desk.letters.let_go(mine, "", refused=False, answer_is_kept=True)
        desk.store.is_down = False
        await asyncio.sleep(30.0)
        assert [each.id for each in await desk.letters.page()] == [mine.letter.id]

    virtually(main())
