"""A killed life does nothing more, not even in its `finally` blocks; what it had sent is still handled."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from brownout_core.front_door.telling import Outlet
from brownout_core.records import ClaimStore, DeadLetterStore, StoreUnavailable
from brownout_core.sessions import Session, SessionTransport
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_core.transport import Opened, Request, Response, Transport
from brownout_core.transports.memory import MemorySessions, MemoryTransport
from brownout_harness.virtual.life import (
    Killed,
    Life,
    MortalClaims,
    MortalDeadLetters,
    MortalOutlet,
    MortalSessions,
    MortalTransport,
)
from tests.core.stores.test_sqlite import letter
from tests.support.aio import virtually
from tests.support.wire import send

ASK = Request("POST", "http://x")


class Vendor:
    """Takes a second to do its work, and another one to answer; or answers a chunk a second."""

    def __init__(self) -> None:
        self.done = 0
        self.hung_up = False

    async def answer(self, _request: Request) -> Response:
        await asyncio.sleep(1)
        self.done += 1
        await asyncio.sleep(1)
        return Response(200, {}, b"done")

    async def stream(self, _request: Request) -> Opened:
        return Opened(200, {}, self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            for _ in range(100):
                yield b"x"
                await asyncio.sleep(1)
        finally:
            self.hung_up = True


def test_a_dead_life_cannot_act_in_its_finally_blocks() -> None:
    async def main() -> int:
        vendor, life = Vendor(), Life()
        mortal = life.transport(MemoryTransport(vendor.answer))

        async def application() -> None:
            try:
                await asyncio.sleep(10)
            finally:
                await send(mortal, ASK)

        task = life.start(application(), name="app")
        await asyncio.sleep(5)
        life.kill()
        with pytest.raises(Killed):
            await task
        return vendor.done

    assert virtually(main()) == 0


def test_what_was_sent_before_the_kill_still_happens() -> None:
    async def main() -> tuple[int, bool]:
        vendor, life = Vendor(), Life()

        # The vendor's side of a request is no task of the life; here it is shielded like one.
        async def answer(request: Request) -> Response:
            return await asyncio.shield(asyncio.ensure_future(vendor.answer(request)))

        async def application() -> None:
            await send(life.transport(MemoryTransport(answer)), ASK)

        task = life.start(application(), name="app")
        await asyncio.sleep(0.5)
        life.kill()
        await asyncio.wait([task])
        await asyncio.sleep(5)
        return vendor.done, task.cancelled()

    assert virtually(main()) == (1, True)


def test_an_answer_that_comes_back_to_the_dead_reaches_nobody() -> None:
    async def main() -> None:
        life = Life()
        asking = asyncio.ensure_future(send(life.transport(MemoryTransport(Vendor().answer)), ASK))
        await asyncio.sleep(1.5)
        life.kill()
        with pytest.raises(Killed):
            await asking

    virtually(main())


def test_a_stream_ends_with_the_life_that_reads_it() -> None:
    async def main() -> tuple[int, bool]:
        vendor, life, got = Vendor(), Life(), 0

        async def application() -> None:
            nonlocal got
            async with life.transport(MemoryTransport(vendor.stream)).open(ASK) as opened:
                async for chunk in opened.chunks:
                    got += len(chunk)

        reading = asyncio.ensure_future(application())  # no task of the life: nobody cancels it
        await asyncio.sleep(2.5)
        life.kill()
        with pytest.raises(Killed):
            await reading
        return got, vendor.hung_up

    assert virtually(main()) == (3, True)


def test_what_a_dead_life_would_still_tell_its_caller_is_not_heard() -> None:
    class Caller:
        def __init__(self) -> None:
            self.heard: list[bytes] = []

        def leaving_ends_it(self) -> None:
            raise AssertionError

        async def begin(self, status: int, headers: Mapping[str, str]) -> None:
            raise AssertionError

        async def write(self, piece: bytes) -> None:
            self.heard.append(piece)

        def cut(self) -> None:
            raise AssertionError

    async def main() -> None:
        life, caller = Life(), Caller()
        outlet = life.outlet(caller)
        await outlet.write(b"alive")
        life.kill()
        for deed in (outlet.write(b"dead"), outlet.begin(200, {})):
            with pytest.raises(Killed):
                await deed
        for act in (outlet.cut, outlet.leaving_ends_it):
            with pytest.raises(Killed):
                act()
        assert caller.heard == [b"alive"]

    virtually(main())


def test_a_row_that_was_written_stays_and_the_dead_write_none() -> None:
    async def main() -> None:
        loop, life = asyncio.get_running_loop(), Life()
        store = SqliteDeadLetterStore(":memory:", wall_clock=loop.time)
        claims = MemoryClaimStore(loop.time)
        letters = life.dead_letters(store)
        await letters.put(letter(1))
        await life.claims(claims).begin("k", "f", "a", 60)
        life.kill()
        with pytest.raises(Killed):
            await letters.put(letter(2))
        with pytest.raises(Killed):
            await life.claims(claims).complete("k", "a", 1, b"x")
        assert sum((await store.count()).values()) == 1
        assert await claims.sending("k", "a", 1)

    virtually(main())


def test_what_a_store_raises_is_raised_through_the_gate() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=lambda: 0.0)
        await store.close()
        with pytest.raises(StoreUnavailable):
            await Life().dead_letters(store).put(letter())

    virtually(main())


@pytest.mark.parametrize(
    ("protocol", "gate"),
    [
        (Transport, MortalTransport),
        (Outlet, MortalOutlet),
        (SessionTransport, MortalSessions),
        (ClaimStore, MortalClaims),
        (DeadLetterStore, MortalDeadLetters),
    ],
)
def test_every_way_into_the_world_has_its_gate(protocol: type[Any], gate: type[Any]) -> None:
    """A method that a protocol gets tomorrow would be a hole in the wall."""

    def methods(of: type[Any]) -> dict[str, list[str]]:
        shape: Callable[[Any], list[str]] = lambda method: list(inspect.signature(method).parameters)  # noqa: E731
        return {
            name: shape(method) for name, method in vars(of).items() if callable(method) and not name.startswith("_")
        }

    assert methods(gate) == methods(protocol)


def test_the_dead_say_nothing() -> None:
    heard: list[Event] = []
    life = Life()
    speak = life.sink(heard.append)
    speak(Event(0.0, Kind.STARTED))
    life.kill()
    speak(Event(1.0, Kind.CALL_FINISHED))
    assert [event.kind for event in heard] == [Kind.STARTED]


class Line:
    """A session that says a word a second."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.ended = False

    async def send(self, text: str) -> None:
        self.heard.append(text)

    async def receive(self) -> str:
        await asyncio.sleep(1)
        return "word"

    @asynccontextmanager
    async def open(self, _request: Request) -> AsyncIterator[Session]:
        try:
            yield self
        finally:
            self.ended = True


def unexpected(error: Exception) -> None:
    raise AssertionError(error)


def test_a_dead_life_hears_and_says_nothing_and_its_sessions_are_ended_for_it() -> None:
    async def main() -> None:
        line, life = Line(), Life()
        words: list[str] = []

        async def application() -> None:
            async with life.sessions(MemorySessions(line.open)).connect(ASK) as session:
                try:
                    await session.send("hello")
                    while True:
                        words.append(await session.receive())
                finally:
                    await session.send("goodbye")

        life.start_beside(application(), name="beside", broke=unexpected)
        await asyncio.sleep(2.5)
        assert not life.is_at_work()
        life.kill()
        await asyncio.sleep(5)
        assert (words, line.heard, line.ended) == (["word", "word"], ["hello"], True)
        with pytest.raises(Killed):
            async with life.sessions(MemorySessions(line.open)).connect(ASK):
                pass

    virtually(main())


def test_who_is_told_to_leave_ends_what_goes_on_beside_when_the_last_asking_has_ended() -> None:
    async def main() -> None:
        life = Life()
        ended: list[float] = []

        async def beside() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(asyncio.get_running_loop().time())

        life.start_beside(beside(), name="beside", broke=unexpected)
        life.start(asyncio.sleep(3), name="asking")
        await asyncio.sleep(1)
        life.leave()
        await asyncio.sleep(5)
        assert ended == [3.0]

    virtually(main())
