"""What a client in memory holds: an answer as it arrives, an open session; and what the books say of it."""

import asyncio
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.memory import (
    MemoryClosed,
    MemoryHost,
    MemoryRefused,
    MemoryReset,
    SessionEnded,
)
from brownout_simulators.session import Close
from brownout_simulators.simulator import Simulator
from tests.simulators.board import BEAT_S, BOARD, Board
from tests.support.aio import virtually

KEY = {"X-Board-Key": "board_test_a"}
OTHER = {"X-Board-Key": "board_test_b"}


def host(*rules: dict[str, Any], **more: Any) -> MemoryHost:
    simulator: Simulator[Board] = Simulator(BOARD, clock=asyncio.get_running_loop().time, epoch_s=1.7e9, seed=7)
    simulator.schedule(
        [rule_from_json({"id": f"r{n}", "vendor": "board", **rule}) for n, rule in enumerate(rules)], **more
    )
    return MemoryHost(simulator)


async def pinned(board: MemoryHost, *texts: str, key: dict[str, str] = KEY) -> None:
    for text in texts:
        status, _, _ = await board.exchange("POST", "/notes", key, f'{{"text": "{text}"}}'.encode())
        assert status == 201


def rows(board: MemoryHost, route: str) -> list[dict[str, Any]]:
    return [row for row in board.simulator.ledger.rows() if row["route"] == route]


async def read_all(board: MemoryHost) -> list[bytes]:
    async with board.open("GET", "/notes/export", KEY) as incoming:
        return [chunk async for chunk in incoming]


# -- an answer as it arrives --------------------------------------------------------------------------------------


def test_chunks_arrive_each_at_its_time() -> None:
    async def main() -> None:
        board, loop = host(), asyncio.get_running_loop()
        await pinned(board, "a", "b", "c")
        async with board.open("GET", "/notes/export", KEY) as incoming:
            assert (incoming.status, incoming.headers["content-type"]) == (200, "text/plain")
            assert [(chunk, loop.time()) async for chunk in incoming] == [(b"a\n", 0.5), (b"b\n", 1.0), (b"c\n", 1.5)]
        (row,) = rows(board, "GET /notes/export")
        assert (row["ending"], row["chunks"], row["finished_s"]) == ("complete", 3, 1.5)

    virtually(main())


def test_chunks_wait_for_a_slow_reader_and_the_call_does_not() -> None:
    async def main() -> None:
        board = host()
        await pinned(board, "a", "b")
        async with board.open("GET", "/notes/export", KEY) as incoming:
            await asyncio.sleep(10.0)
            assert board.simulator.in_flight == 0
            assert [chunk async for chunk in incoming] == [b"a\n", b"b\n"]
        assert rows(board, "GET /notes/export")[0]["finished_s"] == 1.0

    virtually(main())


def test_leaving_the_block_in_the_middle_is_leaving_the_answer() -> None:
    async def main() -> None:
        board = host(limits={"at-once": {"concurrency": 1}})
        await pinned(board, "a", "b", "c")
        async with board.open("GET", "/notes/export", KEY) as incoming:
            async for _ in incoming:
                break
            assert (await board.exchange("POST", "/notes", KEY, b'{"text": "d"}'))[0] == 429
        (row,) = rows(board, "GET /notes/export")
        assert (row["ending"], row["chunks"], row["finished_s"]) == ("left", 1, 0.5)
        await pinned(board, "d")

    virtually(main())


def test_a_reader_that_is_cancelled_has_left() -> None:
    async def main() -> None:
        board = host()
        await pinned(board, "a", "b", "c")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.2):
                await read_all(board)
        (row,) = rows(board, "GET /notes/export")
        assert (row["ending"], row["chunks"], row["finished_s"]) == ("left", 2, 1.2)

    virtually(main())


@pytest.mark.parametrize(("ending", "error"), [("reset", MemoryReset), ("close", MemoryClosed)])
def test_a_broken_stream_raises_behind_the_last_chunk_that_came(ending: str, error: type[Exception]) -> None:
    async def main() -> None:
        board = host({"match": "GET", "break_stream": {"keep": 0.5, "ending": ending}})
        await pinned(board, "a", "b", "c", "d")
        seen: list[bytes] = []
        async with board.open("GET", "/notes/export", KEY) as incoming:
            seen += [await anext(incoming), await anext(incoming)]
            with pytest.raises(error):
                await anext(incoming)
        assert seen == [b"a\n", b"b\n"]
        (row,) = rows(board, "GET /notes/export")
        assert (row["ending"], row["chunks"]) == (ending, 2)

    virtually(main())


def test_a_connection_that_ends_without_a_status_line_raises_on_entry() -> None:
    async def main() -> None:
        board = host({"drop_before_effect": {"ending": "close"}})
        with pytest.raises(MemoryClosed):
            async with board.open("GET", "/notes/export", KEY):
                raise AssertionError("nothing opened")
        (row,) = rows(board, "GET /notes/export")
        assert (row["status"], row["ending"], row["chunks"]) == (0, "close", 0)

    virtually(main())


def test_a_stream_that_hangs_in_the_middle_lasts_until_its_reader_leaves() -> None:
    async def main() -> None:
        board = host({"match": "GET", "break_stream": {"keep": 0.5, "ending": "hang"}})
        await pinned(board, "a", "b")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60.0):
                await read_all(board)
        (row,) = rows(board, "GET /notes/export")
        assert (row["ending"], row["chunks"], row["finished_s"]) == ("hang", 1, 60.0)

    virtually(main())


def test_the_control_api_can_be_opened_too() -> None:
    async def main() -> None:
        async with host().open("GET", "/_brownout/status", {}) as incoming:
            assert incoming.status == 200
            assert b'"vendor": "board"' in b"".join([chunk async for chunk in incoming])

    virtually(main())


# -- sessions -----------------------------------------------------------------------------------------------------


def test_a_session_greets_hears_and_answers() -> None:
    async def main() -> None:
        board = host()
        async with board.connect("/live", KEY) as session:
            assert session.headers["sec-websocket-protocol"] == "board.1"
            assert await session.receive() == "welcome s1"
            await session.send("follow chat")
            assert await session.receive() == "following chat"
            await session.send(b"\x01\x02")
            assert await session.receive() == b"\x02\x01"
        (row,) = rows(board, "GET /live")
        assert (row["status"], row["ending"], row["chunks"], row["received"]) == (101, "complete", 3, 2)

    virtually(main())


def test_what_is_published_reaches_every_session_of_the_account_that_listens_and_no_other() -> None:
    async def main() -> None:
        board = host()
        async with (
            board.connect("/live", KEY) as first,
            board.connect("/live", KEY) as second,
            board.connect("/live", OTHER) as stranger,
        ):
            for session in (first, second, stranger):
                assert (await session.receive()).startswith("welcome")  # type: ignore[arg-type]
            await second.send("leave notes")
            await pinned(board, "hello")
            assert await first.receive() == "hello"
            for session in (second, stranger):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await session.receive()
            assert board.simulator.status()["sessions"] == {"open": 3, "opened": 3, "published": 1, "reached": 1}
        assert board.simulator.status()["sessions"]["open"] == 0

    virtually(main())


def test_sessions_hear_of_something_in_the_order_in_which_they_were_opened() -> None:
    async def main() -> None:
        board = host()
        heard: list[str] = []

        async def listen(name: str, opened: asyncio.Event) -> None:
            async with board.connect("/live", KEY) as session:
                await session.receive()
                await session.send("follow chat")
                await session.receive()
                opened.set()
                heard.append(f"{name} {await session.receive()!r}")

        async with asyncio.TaskGroup() as group:
            for name in ("x", "y", "z"):
                opened = asyncio.Event()
                group.create_task(listen(name, opened))
                await opened.wait()
            async with board.connect("/live", OTHER) as other, board.connect("/live", KEY) as session:
                await other.send("say not for you")
                await session.send("say hello")
        assert heard == ["x 's4: hello'", "y 's4: hello'", "z 's4: hello'"]

    virtually(main())


def test_a_beat_goes_through_later_as_long_as_the_session_is_open() -> None:
    async def main() -> None:
        board, loop = host(), asyncio.get_running_loop()
        async with board.connect("/live", KEY) as session:
            await session.receive()
            assert [(await session.receive(), loop.time()) for _ in range(2)] == [
                ("beat", BEAT_S),
                ("beat", 2 * BEAT_S),
            ]
        await asyncio.sleep(10 * BEAT_S)
        assert board.simulator.agenda.open_steps == 0

    virtually(main())


def test_the_vendor_closes_a_session_with_a_code_and_says_nothing_more() -> None:
    async def main() -> None:
        board = host()
        async with board.connect("/live", KEY) as session:
            await session.receive()
            await session.send("dance")
            with pytest.raises(SessionEnded) as ended:
                await session.receive()
            assert ended.value.close == Close(1008, "no such order: dance")
            with pytest.raises(SessionEnded):
                await session.send("still there?")
        assert board.simulator.accounts["a"].state.looking_on == []
        (row,) = rows(board, "GET /live")
        assert (row["ending"], row["chunks"], row["received"]) == ("complete", 1, 1)

    virtually(main())


def test_an_open_session_is_in_flight_and_holds_its_place_in_a_limit() -> None:
    async def main() -> None:
        board = host(limits={"at-once": {"concurrency": 1}})
        async with board.connect("/live", KEY):
            assert board.simulator.in_flight == 1
            assert (await board.exchange("GET", "/notes/export", KEY))[0] == 429
            assert rows(board, "GET /live") == []
        assert board.simulator.in_flight == 0
        assert (await board.exchange("GET", "/notes/export", KEY))[0] == 200

    virtually(main())


def test_a_client_that_vanishes_is_booked_as_left_and_the_session_learns_of_it() -> None:
    async def main() -> None:
        board = host()

        async def listen() -> None:
            async with board.connect("/live", KEY) as session:
                while True:
                    await session.receive()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5.0):
                await listen()
        (row,) = rows(board, "GET /live")
        assert (row["ending"], row["finished_s"]) == ("left", 5.0)
        assert board.simulator.accounts["a"].state.looking_on == []

    virtually(main())


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"respond": {"status": 503}}, MemoryRefused),
        ({"drop_after_effect": {"ending": "reset"}}, MemoryReset),
        ({"drop_before_effect": {"ending": "close"}}, MemoryClosed),
    ],
)
def test_faults_strike_the_handshake(rule: dict[str, Any], error: type[Exception]) -> None:
    async def main() -> None:
        board = host(rule)
        with pytest.raises(error):
            async with board.connect("/live", KEY):
                raise AssertionError("no session was opened")
        assert board.simulator.status()["sessions"]["opened"] == 0
        assert board.simulator.status()["rules"][0]["struck"] == 1

    virtually(main())


def test_faults_on_bytes_leave_a_session_alone_and_have_not_struck() -> None:
    async def main() -> None:
        board = host({"truncate": {}}, {"drip": {"over_s": 1.0}}, {"break_stream": {}}, {"malform": {}})
        async with board.connect("/live", KEY) as session:
            assert await session.receive() == "welcome s1"
        assert [rule["struck"] for rule in board.simulator.status()["rules"]] == [0, 0, 0, 0]

    virtually(main())


def test_a_defect_in_a_session_is_a_problem_and_closes_it_with_1011() -> None:
    async def main() -> None:
        board = host()
        async with board.connect("/live", KEY) as session:
            await session.receive()
            await session.send("break")
            with pytest.raises(SessionEnded) as ended:
                await session.receive()
            assert ended.value.close.code == 1011
        (problem,) = board.simulator.problems
        assert "a defect in the session" in problem
        assert rows(board, "GET /live")[0]["ending"] == "complete"

    virtually(main())


def test_a_plain_request_to_a_session_is_refused_in_the_vendors_words() -> None:
    async def main() -> None:
        board = host()
        assert (await board.exchange("GET", "/live", KEY))[0] == 400
        assert board.simulator.status()["sessions"]["opened"] == 0

    virtually(main())


@pytest.mark.parametrize("account", [None, "a"])
def test_a_reset_closes_what_is_open_and_none_of_it_reaches_the_books(account: str | None) -> None:
    async def main() -> None:
        board = host({"match": "POST", "latency": {"fixed_s": 5.0}})
        async with board.connect("/live", KEY) as session:
            pinning = asyncio.get_running_loop().create_task(board.exchange("POST", "/notes", KEY, b'{"text": "a"}'))
            await asyncio.sleep(1.0)
            board.simulator.reset(account)
            with pytest.raises(MemoryClosed):
                await pinning
            assert await session.receive() == "welcome s1"
            with pytest.raises(MemoryClosed):
                await session.receive()
            assert asyncio.get_running_loop().time() == 1.0
        await asyncio.sleep(10.0)
        assert list(board.simulator.ledger.rows()) == []
        assert (board.simulator.in_flight, board.simulator.status()["cut_off"]) == (0, 2)
        assert board.simulator.problems == []

    virtually(main())
