"""An answer that is told as it is made: its pieces, and how it says that it is whole, or is not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.door import FrontDoor
from brownout_core.redaction import Redactor
from tests.core.fakes import SECRETS, WALL_S
from tests.core.flows.test_assist import BUSY, World
from tests.core.models import Scripted, Step, delta, gemini_error, gemini_stream, streamed
from tests.support.aio import virtually


class Reader:
    """A caller who writes down what he hears."""

    def __init__(self, *, reads: bool = True) -> None:
        self.reads = reads
        self.heard: list[Any] = []
        self.head: tuple[int, Mapping[str, str]] | None = None
        self.may_leave = self.was_cut = False

    def leaving_ends_it(self) -> None:
        self.may_leave = True

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.head = status, headers

    async def write(self, piece: bytes) -> None:
        if not self.reads:
            await asyncio.Event().wait()
        name, data = piece.removesuffix(b"\n\n").split(b"\n")
        said = orjson.loads(data.removeprefix(b"data: "))
        assert name.startswith(b"event: ")
        self.heard.append((name.removeprefix(b"event: ").decode(), said))

    def cut(self) -> None:
        self.was_cut = True

    def pieces(self) -> list[str]:
        return [data["text"] for name, data in self.heard if name == "piece"]


@asynccontextmanager
async def door_to(openai: Step, gemini: Step) -> AsyncIterator[tuple[World, FrontDoor, list[str]]]:
    log: list[str] = []
    world = World(Scripted(openai), Scripted(gemini))
    door = FrontDoor(
        world.app,
        wall_clock=lambda: WALL_S,
        redactor=Redactor(SECRETS),
        log=lambda trouble: log.append(f"{trouble.what} {trouble.error!r}"),
        instance="gw",
    )
    yield world, door, log
    await world.app.close()


async def hear(door: FrontDoor, reader: Reader | None, **body: Any) -> Answer:
    asked = orjson.dumps({"text": "Where is it?", "stream": True, **body})
    headers = {"host": "127.0.0.1", "x-correlation-id": "op-1"}
    return await door("POST", "/v1/assist", headers, asked, reader)


@pytest.mark.parametrize(
    ("openai", "gemini", "pieces", "by"),
    [
        (streamed("Hel", "lo"), gemini_stream("Hi"), ["Hel", "lo"], "openai"),
        (BUSY, gemini_stream("Hi", "!"), ["Hi", "!"], "gemini"),
        (BUSY, gemini_error(503, "UNAVAILABLE"), None, "offline"),
    ],
    ids=["openai", "gemini", "nobody"],
)
def test_the_last_event_says_whose_the_answer_is_and_what_it_cost(
    openai: Step, gemini: Step, pieces: list[str] | None, by: str
) -> None:
    async def main() -> None:
        async with door_to(openai, gemini) as (_, door, _log):
            reader, whole = Reader(), Reader()
            head = await hear(door, reader)
            text = orjson.loads((await hear(door, whole, stream=False)).body)["text"]
            assert "".join(reader.pieces()) == text
            assert pieces is None or reader.pieces() == pieces
            name, last = reader.heard[-1]
            assert (name, last["status"], last["http_status"], last["by"]) == ("done", "done", 200, by)
            assert (last["degraded"], last["characters"]) == (by != "openai", len(text))
            assert ("text" in last, "tokens" in last) == (False, by != "offline")
            assert (head.status, reader.may_leave, reader.was_cut) == (200, True, False)
            assert reader.head is not None
            told = reader.head[1]
            assert (told["Content-Type"], told["X-Correlation-ID"], told["X-Request-Id"]) == (
                "text/event-stream",
                "op-1",
                "gw-1",
            )
            assert (whole.heard, whole.head, whole.may_leave) == ([], None, False)

    virtually(main())


@pytest.mark.parametrize("openai", [streamed("Hel", done=False), [delta(content="Hel"), 1000.0]], ids=["cut", "silent"])
def test_what_breaks_after_the_first_piece_is_said_to_be_broken_and_never_done(openai: Step) -> None:
    async def main() -> None:
        async with door_to(openai, gemini_stream("Hi")) as (world, door, _log):
            reader = Reader()
            await hear(door, reader)
            name, last = reader.heard[-1]
            assert reader.pieces() == ["Hel"]
            assert (name, last["status"], last["http_status"]) == ("error", "refused", 503)
            assert last["code"] in {"response_broken", "attempt_timeout"}
            assert world.gemini.requests == []

    virtually(main())


def test_what_goes_wrong_before_the_first_piece_is_an_answer_as_any_other() -> None:
    async def main() -> None:
        async with door_to(streamed(finish="content_filter"), gemini_stream("Hi")) as (_, door, _log):
            reader = Reader()
            refused = await hear(door, reader)
            assert (refused.status, orjson.loads(refused.body)["status"]) == (422, "refused")
            wrong = await hear(door, reader, text="")
            assert (wrong.status, reader.head, reader.heard) == (400, None, [])

    virtually(main())


def test_what_is_kept_is_told_again_as_one_piece() -> None:
    async def main() -> None:
        async with door_to(streamed("Hel", "lo"), gemini_stream("Hi")) as (world, door, _log):
            first, again = Reader(), Reader()
            await hear(door, first)
            await hear(door, again)
            assert (again.pieces(), again.heard[-1]) == (["Hello"], first.heard[-1])
            assert len(world.openai.requests) == 1

    virtually(main())


def test_a_defect_in_the_middle_is_an_error_and_is_logged() -> None:
    async def main() -> None:
        broken: Step = [delta(content="Hel"), RuntimeError(f"inside {SECRETS[0]}")]
        async with door_to(broken, gemini_stream("Hi")) as (_, door, log):
            reader = Reader()
            await hear(door, reader)
            name, last = reader.heard[-1]
            assert (name, last["http_status"], last["code"], last["status"]) == (
                "error",
                500,
                "internal_error",
                "unknown",
            )
            assert "inside" not in last["message"].replace("went wrong inside", "")
            assert [line.split()[0] for line in log] == ["internal_error"]

    virtually(main())


def test_who_does_not_read_is_cut_off_and_told_nothing_that_could_be_taken_for_an_end() -> None:
    async def main() -> None:
        async with door_to(streamed("Hel", "lo"), gemini_stream("Hi")) as (world, door, _log):
            reader = Reader(reads=False)
            await hear(door, reader)
            assert (reader.was_cut, reader.heard) == (True, [])
            assert asyncio.get_running_loop().time() == world.flow.deadline_s

    virtually(main())


def test_without_an_outlet_the_answer_comes_whole() -> None:
    async def main() -> None:
        async with door_to(streamed("Hel", "lo"), gemini_stream("Hi")) as (_, door, _log):
            answer = await hear(door, None)
            assert orjson.loads(answer.body)["text"] == "Hello"

    virtually(main())
