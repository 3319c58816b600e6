"""Answers in pieces: framing, back-pressure, leaving in the middle, and every ending."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from tests.simulators.hosts.http1.line import GET, STREAM, Line, rows, statuses, till_service
from tests.simulators.serving import request_bytes
from tests.simulators.toy import TILL, Till
from tests.support.aio import virtually


def gaps(call: Call, account: Account[Till]) -> Reply:
    return Reply(200, stream=[(0.5, b"one "), (0.5, b""), (0.5, b"two")])


GAPS = replace(TILL, routes=[Route("GET", "/gaps", gaps, public=True), Route("HEAD", "/gaps", gaps, public=True)])


def test_an_empty_piece_does_not_end_a_stream() -> None:
    async def main() -> None:
        service = till_service(vendor=GAPS)
        line = Line(service)
        line.send(request_bytes("GET", "/gaps") + GET)
        await asyncio.sleep(2.0)
        assert line.got.partition(b"\r\n\r\n")[2].startswith(b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 404")
        assert rows(service)[0]["chunks"] == 3

    virtually(main())


@pytest.mark.parametrize("ending", ["close", "reset", "hang"])
def test_an_answer_that_will_be_broken_off_does_not_say_so_beforehand(ending: str) -> None:
    async def main() -> None:
        line = Line(till_service({"break_stream": {"ending": ending}}))
        line.send(STREAM)
        await asyncio.sleep(1.0)
        head, _, body = line.got.partition(b"\r\n\r\n")
        assert b"Transfer-Encoding: chunked" in head
        assert b"close" not in head
        assert not body.endswith(b"0\r\n\r\n")

    virtually(main())


def test_an_answer_to_head_has_no_body_not_even_of_a_stream() -> None:
    async def main() -> None:
        line = Line(till_service(vendor=GAPS))
        line.send(request_bytes("HEAD", "/gaps") + GET)
        await asyncio.sleep(2.0)
        _, _, rest = line.got.partition(b"\r\n\r\n")
        assert rest.startswith(b"HTTP/1.1 404")

    virtually(main())


def test_an_old_client_gets_a_stream_without_chunks_up_to_the_end_of_the_connection() -> None:
    async def main() -> None:
        line = Line(till_service())
        line.send(STREAM.replace(b"HTTP/1.1", b"HTTP/1.0"))
        await asyncio.sleep(1.0)
        head, _, body = (await line.turn()).partition(b"\r\n\r\n")
        assert b"Transfer-Encoding" not in head
        assert (body, line.ended) == (b"one two three", "fin")

    virtually(main())


def test_a_slow_reader_holds_up_the_next_piece_of_a_stream_and_nothing_else() -> None:
    async def main() -> None:
        service = till_service()
        line, other = Line(service, room=150), Line(service)
        line.send(STREAM)
        await asyncio.sleep(5.0)
        other.send(GET)
        assert statuses(await other.turn()) == [200]
        got = await line.turn()
        while service.simulator.in_flight:
            line.take(1)
            got += await line.turn()
        assert got.endswith(b"4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")
        row = rows(service)[-1]
        assert (row["ending"], row["chunks"]) == ("complete", 3)

    virtually(main())


@pytest.mark.parametrize(("taken", "chunks"), [(0.2, 1), (0.7, 2)])
def test_a_client_that_leaves_a_stream_frees_its_place_then_and_not_before(taken: float, chunks: int) -> None:
    async def main() -> None:
        service = till_service()
        service.simulator.schedule([], limits={"at-once": {"concurrency": 1}})
        line, other = Line(service), Line(service)
        line.send(STREAM)
        await asyncio.sleep(taken)
        other.send(request_bytes())
        assert statuses(await other.turn()) == [429]
        line.leave()
        await line.turn()
        other.send(request_bytes())
        assert statuses(await other.turn()) == [200]
        left = next(row for row in rows(service) if row["route"] == "GET /v1/stream")
        assert (left["ending"], left["chunks"], left["finished_s"]) == ("left", chunks, taken)

    virtually(main())


CHARGE, ANSWER = "/v1/charges/x", b'\r\n\r\n{"error": "no'


@pytest.mark.parametrize(
    ("fault", "route", "got", "ended", "books"),
    [
        ({"truncate": {"keep": 0.5, "ending": "close"}}, CHARGE, ANSWER, "fin", ("close", 1)),
        ({"truncate": {"keep": 0.5, "ending": "reset"}}, CHARGE, ANSWER, "rst", ("reset", 1)),
        ({"malform": {"how": "chunk"}}, CHARGE, b"zz\r\nthis is no chunk\r\n", "fin", ("complete", 1)),
        ({"break_stream": {"keep": 0.7, "ending": "close"}}, "/v1/stream", b"4\r\ntwo \r\n", "fin", ("close", 2)),
        ({"break_stream": {"keep": 0.7, "ending": "reset"}}, "/v1/stream", b"4\r\ntwo \r\n", "rst", ("reset", 2)),
        ({"drop_after_effect": {"ending": "close"}}, CHARGE, b"", "fin", ("close", 0)),
        ({"drop_after_effect": {"ending": "reset"}}, CHARGE, b"", "rst", ("reset", 0)),
    ],
)
@pytest.mark.parametrize("room", [None, 0])
def test_an_answer_ends_as_its_fault_says_and_not_before_it_was_handed_over(  # noqa: PLR0917  one column each
    fault: dict[str, Any], route: str, got: bytes, ended: str, books: tuple[str, int], room: int | None
) -> None:
    async def main() -> None:
        service = till_service(fault)
        line = Line(service, room=room)
        line.send(request_bytes("GET", route) + GET)
        await asyncio.sleep(5.0)
        if room is not None and got:
            assert (line.ended, service.simulator.in_flight) == ("", 1)
        while not line.ended:
            line.take(1)
            await asyncio.sleep(0.5)
        assert line.got.endswith(got)
        assert line.ended == ended
        (row,) = rows(service)
        assert (row["ending"], row["chunks"]) == books

    virtually(main())
