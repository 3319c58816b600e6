"""While the disk under the dead letters is full, whatever would be written fails, and what is there can be read."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from brownout_core.records import DeadLetter, LetterState, StoreUnavailable
from brownout_harness.judging.evidence import GapKind
from brownout_harness.virtual.letters_disk import LettersDisk
from brownout_scenarios.phases import Action
from tests.core.stores.test_sqlite import letter
from tests.support.aio import virtually

FILL, FREE = Action(fill="dead_letters"), Action(free="dead_letters")

WRITES: dict[str, Callable[[LettersDisk, DeadLetter], Awaitable[object]]] = {
    "put": lambda disk, one: disk.put(one),
    "lease": lambda disk, one: disk.lease(one.id, "me", 5.0),
    "undertake": lambda disk, one: disk.undertake(one, "me", 5.0),
    "note": lambda disk, one: disk.note(one.id, "me", b""),
    "forget": lambda disk, one: disk.forget(one.id, "me"),
    "settle": lambda disk, one: disk.settle(one, "me"),
    "discard": lambda disk, one: disk.discard(one.id),
}


def disk() -> LettersDisk:
    return LettersDisk.empty(lambda: 1_700_000_000.0, lambda: asyncio.get_running_loop().time())


@pytest.mark.parametrize("write", WRITES)
def test_each_write_fails_as_sqlite_says_it_and_nothing_changes(write: str) -> None:
    async def main() -> None:
        letters = disk()
        await letters.put(letter())
        before = await letters.get(letter().id)
        assert letters.act(FILL) == []
        with pytest.raises(StoreUnavailable, match="database or disk is full"):
            await WRITES[write](letters, letter())
        assert await letters.get(letter().id) == before
        assert (await letters.count())[LetterState.PENDING] == 1
        assert len(await letters.page([LetterState.PENDING], 10)) == 1
        await letters.check()
        assert letters.act(FREE) == []

    virtually(main())


def test_when_there_is_room_again_it_is_as_before() -> None:
    async def main() -> None:
        letters = disk()
        letters.act(FILL)
        with pytest.raises(StoreUnavailable):
            await letters.put(letter())
        letters.act(FREE)
        assert await letters.put(letter()) == letter().id
        assert await letters.lease(letter().id, "me", 5.0) is not None
        await letters.close()

    virtually(main())


def test_a_disk_that_nobody_wrote_to_while_it_was_full_has_tried_nothing() -> None:
    async def main() -> None:
        letters = disk()
        letters.act(FILL)
        await asyncio.sleep(3.0)
        await letters.count()
        (gap,) = letters.act(FREE)
        assert (gap.kind, gap.at_s, gap.until_s) == (GapKind.NOT_STAGED, 0.0, 3.0)
        letters.act(FILL)
        with pytest.raises(StoreUnavailable):
            await letters.put(letter())
        assert letters.act(FREE) == []

    virtually(main())
