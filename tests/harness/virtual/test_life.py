"""A killed life does nothing more, not even in its `finally` blocks; what it had sent is still handled."""

import asyncio

import pytest

from brownout_core.telemetry import Event, Kind
from brownout_harness.virtual.life import Killed, Life
from tests.support.aio import virtually


class Disk:
    def __init__(self) -> None:
        self.rows: list[str] = []

    async def write(self, row: str) -> str:
        await asyncio.sleep(1)
        self.rows.append(row)
        await asyncio.sleep(1)
        return row

    def write_now(self, row: str) -> None:
        self.rows.append(row)


def test_a_dead_life_cannot_act_in_its_finally_blocks() -> None:
    async def main() -> list[str]:
        disk, life = Disk(), Life()
        mortal = life.through(disk)

        async def application() -> None:
            try:
                await asyncio.sleep(10)
            finally:
                mortal.write_now("the last word")

        task = life.start(application(), name="app")
        await asyncio.sleep(5)
        life.kill()
        with pytest.raises(Killed):
            await task
        return disk.rows

    assert virtually(main()) == []


def test_what_was_sent_before_the_kill_still_happens() -> None:
    async def main() -> tuple[list[str], bool]:
        disk, life = Disk(), Life()

        # The vendor's side of a request is no task of the life; here the disk's write is shielded like one.
        async def application() -> None:
            await asyncio.shield(asyncio.ensure_future(life.through(disk).write("sent")))

        task = life.start(application(), name="app")
        await asyncio.sleep(0.5)
        life.kill()
        await asyncio.wait([task])
        await asyncio.sleep(5)
        return disk.rows, task.cancelled()

    assert virtually(main()) == (["sent"], True)


def test_a_result_that_comes_back_to_the_dead_reaches_nobody() -> None:
    async def main() -> None:
        life = Life()
        writing = asyncio.ensure_future(life.through(Disk()).write("row"))
        await asyncio.sleep(1.5)
        life.kill()
        with pytest.raises(Killed):
            await writing

    virtually(main())


def test_the_dead_say_nothing() -> None:
    heard: list[Event] = []
    life = Life()
    speak = life.sink(heard.append)
    speak(Event(0.0, Kind.STARTED))
    life.kill()
    speak(Event(1.0, Kind.CALL_FINISHED))
    assert [event.kind for event in heard] == [Kind.STARTED]


def test_plain_attributes_are_seen_as_they_are() -> None:
    disk = Disk()
    assert Life().through(disk).rows is disk.rows
