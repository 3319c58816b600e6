"""One life of somebody else's application: what SIGKILL, SIGSTOP and SIGTERM mean to its tasks."""

import asyncio
from typing import Any

import pytest

from brownout_harness.asked.request import Request
from brownout_harness.virtual.foreign.life import ForeignLife
from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.loop import run_virtually

ASK = Request("GET", "/", {}, b"")


class Shop:
    """Answers after two seconds, and notes what it comes to."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, float]] = []

    def note(self, what: str) -> None:
        self.notes.append((what, asyncio.get_running_loop().time()))

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            await asyncio.sleep(2)
            self.note("answers")
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body"})
        except asyncio.CancelledError:
            self.note("cancelled")
            raise
        finally:
            self.note("finally")


async def alive(shop: Any) -> ForeignLife:
    life = ForeignLife(network_loop(), raised=lambda _error: None)
    life.born(lambda: shop)
    await life.started()
    return life


def test_who_is_killed_does_nothing_more_and_whoever_waits_is_told() -> None:
    shop = Shop()

    async def main() -> bool:
        life = await alive(shop)
        answer = life.ask(ASK, None, name="order-1")
        await asyncio.sleep(1)
        life.kill()
        await asyncio.sleep(10)
        assert shop.notes == []
        life.bury()
        return answer.cancelled()

    assert run_virtually(main(), NetworkLoop)


def test_who_is_paused_goes_on_where_it_was() -> None:
    shop = Shop()

    async def main() -> int:
        life = await alive(shop)
        answer = life.ask(ASK, None, name="order-1")
        await asyncio.sleep(1)
        life.pause()
        await asyncio.sleep(4)
        life.go_on()
        return (await answer).status

    assert run_virtually(main(), NetworkLoop) == 200
    assert shop.notes == [("answers", 5.0), ("finally", 5.0)]


@pytest.mark.parametrize(("grace_s", "notes"), [(5.0, ["answers", "finally"]), (0.5, ["cancelled", "finally"])])
def test_who_is_told_to_end_has_its_grace(grace_s: float, notes: list[str]) -> None:
    shop = Shop()

    async def main() -> None:
        life = await alive(shop)
        life.ask(ASK, None, name="order-1")
        await asyncio.sleep(1)
        await life.leave(grace_s)
        assert life.is_over

    run_virtually(main(), NetworkLoop)
    assert [what for what, _ in shop.notes] == notes


def test_it_is_at_work_while_a_request_or_what_it_began_has_something_to_wait_for() -> None:
    async def main() -> list[bool]:
        life = await alive(Shop())
        looks = [life.is_at_work(15.0)]
        answer = life.ask(ASK, None, name="order-1")
        looks.append(life.is_at_work(15.0))
        await answer
        await asyncio.sleep(0)
        looks.append(life.is_at_work(15.0))
        return looks

    assert run_virtually(main(), NetworkLoop) == [False, True, False]
