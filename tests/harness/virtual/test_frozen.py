"""A process that is stopped in virtual time: nothing of it runs, the world goes on, and what is late comes in order."""

import asyncio
from contextvars import copy_context

import pytest

from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_harness.virtual.frozen import PROCESS, Sieve
from brownout_harness.virtual.life import Life
from brownout_harness.virtual.loop import VirtualLoop
from tests.support.aio import virtually
from tests.support.wire import send

ASK = Request("POST", "http://x")


async def until(instant_s: float) -> None:
    await asyncio.sleep(instant_s - asyncio.get_running_loop().time())


def test_what_is_stopped_takes_no_step_and_its_timers_are_late() -> None:
    async def main() -> list[tuple[str, float]]:
        life, loop, heard = Life(), asyncio.get_running_loop(), list[tuple[str, float]]()

        async def tick() -> None:
            for name in "abc":
                await asyncio.sleep(1)
                heard.append((name, loop.time()))

        task = life.start(tick(), name="tick")
        await until(1.5)
        life.pause()
        await until(10.0)
        life.go_on()
        await task
        return heard

    assert virtually(main()) == [("a", 1.0), ("b", 10.0), ("c", 11.0)]


def test_what_it_started_is_stopped_with_it_and_the_world_is_not() -> None:
    async def main() -> list[tuple[str, float]]:
        life, loop, heard = Life(), asyncio.get_running_loop(), list[tuple[str, float]]()

        async def say(name: str) -> None:
            await asyncio.sleep(2)
            heard.append((name, loop.time()))

        async def application() -> None:
            loop.call_later(2, lambda: heard.append(("timer", loop.time())))
            await asyncio.gather(say("inner"), say("other"))

        task = life.start(application(), name="app")
        world = Life().start(say("world"), name="world")
        await until(1.0)
        life.pause()
        await until(5.0)
        life.go_on()
        await asyncio.gather(task, world)
        return heard

    heard = virtually(main())
    assert heard[0] == ("world", 2.0)
    assert sorted(heard[1:]) == [("inner", 5.0), ("other", 5.0), ("timer", 5.0)]


def test_an_answer_that_came_meanwhile_is_read_before_the_time_limit_that_passed_after_it() -> None:
    async def main() -> str:
        life = Life()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()

        async def application() -> str:
            async with asyncio.timeout(3):
                return await answer

        task = life.start(application(), name="app")
        loop.call_later(2, answer.set_result, "answered")
        await until(1.0)
        life.pause()
        await until(9.0)
        assert not task.done()
        life.go_on()
        return await task

    assert virtually(main()) == "answered"


def test_what_is_asked_of_it_meanwhile_waits() -> None:
    async def main() -> tuple[bool, float]:
        life, loop = Life(), asyncio.get_running_loop()
        life.pause()

        async def serve() -> float:
            return loop.time()

        task = life.start(serve(), name="ask")
        await until(4.0)
        waited = not task.done()
        life.go_on()
        return waited, await task

    assert virtually(main()) == (True, 4.0)


def test_what_stops_it_in_the_middle_of_a_step_stops_it_there() -> None:
    """As a simulator does, at a moment: the request is handled in the application's own step."""

    async def main() -> list[float]:
        life, loop, heard = Life(), asyncio.get_running_loop(), list[float]()

        async def answer(_request: Request) -> Response:
            copy_context().run(life.pause)
            return Response(200, {}, b"")

        async def application() -> None:
            await send(life.transport(MemoryTransport(answer)), ASK)
            heard.append(loop.time())

        task = life.start(application(), name="app")
        loop.call_later(7, life.go_on)
        await task
        return heard

    assert virtually(main()) == [7.0]


def test_a_killed_life_that_was_stopped_and_went_on_is_dead_all_the_same() -> None:
    async def main() -> bool:
        life = Life()
        task = life.start(asyncio.sleep(1), name="app")
        await asyncio.sleep(0)
        life.pause()
        life.go_on()
        life.kill()
        await asyncio.wait([task])
        return task.cancelled()

    assert virtually(main())


def test_nobody_is_stopped_twice_and_going_on_when_one_is_not_stopped_does_nothing() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.thaw("one")
        loop.freeze("one")
        loop.freeze("other")
        with pytest.raises(RuntimeError, match="stopped already"):
            loop.freeze("one")
        loop.thaw("third")
        loop.thaw("one")
        loop.freeze("one")

    virtually(main())


def test_of_two_that_are_stopped_each_goes_on_by_itself_and_the_other_is_not_woken() -> None:
    async def main() -> list[tuple[str, float]]:
        one, other, loop, heard = Life(), Life(), asyncio.get_running_loop(), list[tuple[str, float]]()

        async def tick(name: str) -> None:
            for _ in range(2):
                await asyncio.sleep(1)
                heard.append((name, loop.time()))

        tasks = [one.start(tick("one"), name="one"), other.start(tick("other"), name="other")]
        await until(0.5)
        one.pause()
        other.pause()
        await until(3.0)
        other.go_on()
        await until(6.0)
        one.go_on()
        await asyncio.wait(tasks)
        return heard

    assert virtually(main()) == [("other", 3.0), ("other", 4.0), ("one", 6.0), ("one", 7.0)]


def test_a_sieve_holds_as_many_as_the_loop_has_counted() -> None:
    async def main() -> tuple[int, int, bool]:
        loop = asyncio.get_running_loop()
        its = copy_context()
        its.run(PROCESS.set, "it")
        handles = [asyncio.Handle(print, (), loop, context=each) for each in (its, copy_context())]
        sieve = Sieve(handles, "it")
        sieve.append(asyncio.Handle(print, (), loop, context=its))
        return len(sieve), len(sieve.let_go("it")), sieve[0].cancelled()

    assert virtually(main()) == (2, 4, True)
