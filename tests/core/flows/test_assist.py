"""`assist`: the first model that answers, said so, and no words where there are none."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.assist import WORDS, Assist, AssistRequest
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_core.transport import Lost, NoConnection
from tests.core.fakes import WALL_S, reply
from tests.core.flows.world import policies
from tests.core.models import (
    ACCESS,
    Scripted,
    Step,
    chat,
    delta,
    gemini_error,
    gemini_stream,
    generated,
    openai_error,
    streamed,
)
from tests.support.aio import virtually

BUSY = openai_error(503, "busy", "service_unavailable_error", "server_is_overloaded")
NO_MONEY = openai_error(429, "pay", "insufficient_quota", "credit_balance_exhausted")
QUIET: dict[str, Any] = {"retry": {"max_retries": 0}}


class World:
    """An application that only assists, its two vendors, and what it told."""

    def __init__(self, openai_does: Scripted, gemini_does: Scripted, **vendors: Any) -> None:
        self.openai, self.gemini = openai_does, gemini_does
        self.events: list[Event] = []
        loop = asyncio.get_running_loop()
        self.claims = MemoryClaimStore(loop.time)
        settings = {"openai": QUIET, "gemini": QUIET, **vendors}
        self.config = AppConfig(access=ACCESS, operations=("assist",), **policies(**settings))
        self.app = self.application()

    def application(self) -> Application:
        return build(
            self.config,
            transports={"openai": self.openai.transport, "gemini": self.gemini.transport},
            claims=self.claims,
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            wall_clock=lambda: WALL_S,
            sink=self.events.append,
            instance=f"life-{len(self.events)}",
        )

    @property
    def flow(self) -> Assist:
        return cast("Assist", self.app.flows["assist"])

    async def ask(self, **more: Any) -> Ending:
        return await self.flow(AssistRequest(operation_id="op-1", text="Where is it?", **more))

    async def hear(self, heard: Callable[[str], None]) -> Ending:
        """As it is made."""

        async def say(text: str) -> None:
            heard(text)

        return await self.flow(AssistRequest(operation_id="op-1", text="Where is it?", stream=True), say)

    def served(self) -> list[tuple[str, str]]:
        return [(each.vendor, each.outcome) for each in self.events if each.kind is Kind.FALLBACK_SERVED]


OPENAI, GEMINI = chat(), reply(200, generated("Hi", " you"))


@pytest.mark.parametrize(
    ("openai", "gemini", "stream", "by", "text"),
    [
        (OPENAI, GEMINI, False, "openai", "Hello there"),
        (streamed("Hello", " there"), GEMINI, True, "openai", "Hello there"),
        (BUSY, GEMINI, False, "gemini", "Hi you"),
        (Lost(), GEMINI, False, "gemini", "Hi you"),
        (NoConnection(), GEMINI, False, "gemini", "Hi you"),
        ("hang", GEMINI, False, "gemini", "Hi you"),
        (NO_MONEY, GEMINI, False, "gemini", "Hi you"),
        (openai_error(401, "who?", "x"), GEMINI, False, "gemini", "Hi you"),
        (chat(None), GEMINI, False, "gemini", "Hi you"),
        (BUSY, gemini_stream("Hi", " you"), True, "gemini", "Hi you"),
        (streamed("Hel", done=False), gemini_stream("Hi", " you"), True, "gemini", "Hi you"),
        ([delta(content="Hel"), Lost()], gemini_stream("Hi", " you"), True, "gemini", "Hi you"),
        ([delta(content="Hel"), 1000.0], gemini_stream("Hi", " you"), True, "gemini", "Hi you"),
        (BUSY, gemini_error(503, "UNAVAILABLE"), False, "offline", WORDS),
        ("hang", "hang", False, "offline", WORDS),
        ([delta(content="Hel")], gemini_stream("Hi", finish=None), True, "offline", WORDS),
    ],
    ids=range(16),
)
def test_the_first_that_gives_a_whole_answer_gives_it_and_who_it_was_is_said(
    openai: Step, gemini: Step, stream: bool, by: str, text: str
) -> None:
    async def main() -> None:
        world = World(Scripted(openai), Scripted(gemini))
        ending = await world.ask(stream=stream)
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 200)
        result = ending.result
        assert (result["by"], result["text"], result["degraded"]) == (by, text, by != "openai")
        assert ("completion" in result, "tokens" in result) == (by != "offline", by != "offline")
        assert len(result.get("because", ())) == len(world.served()) == ["openai", "gemini", "offline"].index(by)
        asked = asyncio.get_running_loop().time()
        assert asked <= world.flow.deadline_s

    virtually(main())


def test_what_a_model_will_not_say_is_an_answer_and_nobody_else_is_asked() -> None:
    async def main() -> None:
        world = World(Scripted(chat(None, refusal="I will not.")), Scripted(GEMINI))
        ending = await world.ask()
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 422, "refusal")
        assert world.gemini.requests == []
        assert not world.served()

    virtually(main())


def test_a_failure_is_tried_again_and_nothing_of_it_is_set_aside() -> None:
    async def main() -> None:
        world = World(Scripted(Lost(), BUSY, OPENAI), Scripted(GEMINI), openai={"retry": {"max_retries": 2}})
        ending = await world.ask()
        assert (ending.status, ending.result["by"], len(world.openai.requests)) == (EndingStatus.DONE, "openai", 3)

    virtually(main())


def test_money_that_is_gone_is_not_asked_for_again() -> None:
    async def main() -> None:
        world = World(Scripted(NO_MONEY), Scripted(GEMINI), openai={"retry": {"max_retries": 3}})
        assert (await world.ask()).result["because"] == ["openai: quota_exhausted"]
        assert len(world.openai.requests) == 1

    virtually(main())


def test_one_that_hangs_leaves_the_next_half_of_the_time() -> None:
    async def main() -> None:
        world = World(Scripted("hang"), Scripted(GEMINI), openai={"retry": {"max_retries": 3}})
        assert (await world.ask()).result["by"] == "gemini"
        assert asyncio.get_running_loop().time() == pytest.approx(world.flow.deadline_s / 2, abs=20)

    virtually(main())


def test_an_answer_is_kept_and_one_that_was_cut_off_by_a_crash_is_asked_for_anew() -> None:
    async def main() -> None:
        world = World(Scripted("hang", OPENAI), Scripted(GEMINI))
        first = asyncio.get_running_loop().create_task(world.ask())
        await asyncio.sleep(1)
        first.cancel()
        await asyncio.wait([first])
        ending = await world.ask()
        assert (ending.status, ending.result["by"]) == (EndingStatus.DONE, "openai")
        assert await world.ask() == ending
        assert len(world.openai.requests) == 2

    virtually(main())


def test_each_vendor_has_a_bulkhead_of_its_own() -> None:
    full: dict[str, Any] = {**QUIET, "bulkhead": {"max_in_flight": 1, "max_queued": 0}}

    async def main() -> None:
        world = World(Scripted("hang"), Scripted(GEMINI), openai=full)
        ask = [world.flow(AssistRequest(operation_id=f"op-{n}", text="?")) for n in range(3)]
        endings = await asyncio.gather(*ask)
        assert [each.result["by"] for each in endings] == ["gemini"] * 3
        assert sorted(each.result["because"][0] for each in endings) == [
            "openai: attempt_timeout",
            "openai: bulkhead_full",
            "openai: bulkhead_full",
        ]

    virtually(main())


@pytest.mark.parametrize(
    ("openai", "gemini", "by", "said"),
    [
        (streamed("Hel", "lo"), gemini_stream("Hi"), "openai", ["Hel", "lo"]),
        (BUSY, gemini_stream("Hi", "!"), "gemini", ["Hi", "!"]),
        ([], gemini_stream("Hi"), "gemini", ["Hi"]),
        ([1000.0], gemini_stream("Hi"), "gemini", ["Hi"]),
        (BUSY, gemini_error(503, "UNAVAILABLE"), "offline", []),
    ],
    ids=["openai", "busy", "empty", "silent", "nobody"],
)
def test_before_the_first_piece_another_may_speak(openai: Step, gemini: Step, by: str, said: list[str]) -> None:
    async def main() -> None:
        world = World(Scripted(openai), Scripted(gemini))
        heard: list[str] = []
        ending = await world.hear(heard.append)
        assert (ending.status, ending.result["by"], heard) == (EndingStatus.DONE, by, said)
        assert ending.result["text"] == ("".join(said) or WORDS)

    virtually(main())


@pytest.mark.parametrize(
    ("openai", "http_status", "code"),
    [
        (streamed("Hel", done=False), 503, "response_broken"),
        ([delta(content="Hel"), 1000.0], 503, "attempt_timeout"),
        ([delta(content="Hel"), Lost()], 503, "connection_lost"),
        (streamed("Hel", finish="content_filter"), 422, "content_filter"),
    ],
    ids=["unfinished", "silent", "lost", "withheld"],
)
def test_once_a_piece_was_given_away_a_break_is_no_answer_and_nobody_goes_on(
    openai: Step, http_status: int, code: str
) -> None:
    """Nothing of it is kept, either: whoever asks again is answered anew."""

    async def main() -> None:
        world = World(Scripted(openai, OPENAI), Scripted(gemini_stream("Hi")))
        heard: list[str] = []
        ending = await world.hear(heard.append)
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, http_status, code)
        assert heard == ["Hel"]
        assert world.gemini.requests == []
        assert not world.served()
        again = await world.ask()
        assert (again.status is EndingStatus.DONE) == (http_status == 503)

    virtually(main())


def test_whoever_lost_a_stream_gets_the_whole_by_asking_again_and_the_same_one() -> None:
    """How it is told is no part of what is asked; nobody is asked twice for what is kept."""

    async def main() -> None:
        world = World(Scripted(streamed("Hel", "lo")), Scripted(gemini_stream("Hi")))
        heard: list[str] = []
        first = await world.hear(heard.append)
        assert [await world.ask(), await world.ask(watched=True), await world.hear(heard.append)] == [first] * 3
        assert heard == ["Hel", "lo"]
        assert len(world.openai.requests) == 1

    virtually(main())


def test_who_leaves_ends_the_models_stream_and_whoever_comes_back_is_answered_anew() -> None:
    async def main() -> None:
        world = World(Scripted([delta(content="Hel"), 3.0], OPENAI), Scripted(gemini_stream("Hi")))
        heard: list[str] = []
        reader = asyncio.get_running_loop().create_task(world.hear(heard.append))
        await asyncio.sleep(1.0)
        reader.cancel()
        await asyncio.wait([reader])
        (told,) = [each for each in world.events if each.kind is Kind.CALL_FINISHED]
        assert (told.outcome, told.at_s, heard) == ("cancelled", 1.0, ["Hel"])
        assert (await world.ask()).status is EndingStatus.DONE

    virtually(main())


def test_who_does_not_read_holds_the_answer_up_no_longer_than_the_deadline() -> None:
    """And the vendor is not blamed for it."""

    async def main() -> None:
        world = World(Scripted(streamed("Hel", "lo")), Scripted(gemini_stream("Hi")))

        async def never(_text: str) -> None:
            await asyncio.Event().wait()

        ending = await world.flow(AssistRequest(operation_id="op-1", text="?", stream=True), never)
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "deadline_exceeded")
        assert asyncio.get_running_loop().time() == world.flow.deadline_s
        (attempt,) = [each for each in world.events if each.kind is Kind.ATTEMPT_FINISHED]
        assert attempt.outcome == "cancelled"

    virtually(main())
