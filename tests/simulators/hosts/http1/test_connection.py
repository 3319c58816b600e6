"""A connection, on a line in memory and in virtual time: order, framing, back-pressure, leaving, slowness."""

import asyncio
import json
import zlib
from dataclasses import replace

import pytest

from brownout_simulators.hosts.http1.connection import PIPELINE_LIMIT
from brownout_simulators.hosts.http1.patience import Patience
from tests.simulators.hosts.http1.line import GET, SLOW, STREAM, Line, rows, statuses, till_service
from tests.simulators.serving import request_bytes
from tests.simulators.toy import TILL
from tests.support.aio import virtually

# -- requests and answers in order ------------------------------------------------------------------------------------


def test_an_answer_that_need_not_wait_is_written_in_the_call_that_brought_its_request() -> None:
    async def main() -> None:
        service = till_service()
        line = Line(service)
        line.send(request_bytes())
        assert statuses(line.got) == [200]
        assert [row["ending"] for row in rows(service)] == ["complete"]

    virtually(main())


def test_answers_to_several_connections_are_written_when_the_turn_ends() -> None:
    async def main() -> None:
        service = till_service()
        lines = [Line(service) for _ in range(3)]
        for line in lines:
            line.send(request_bytes())
        assert [line.got for line in lines] == [b"", b"", b""]
        assert service.simulator.in_flight == 3
        assert [statuses(await line.turn()) for line in lines] == [[200], [200], [200]]
        assert service.simulator.in_flight == 0

    virtually(main())


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("size", [1, 100, None])
def test_pipelined_requests_are_answered_in_their_order_one_after_the_other(size: int | None, others: int) -> None:
    async def main() -> None:
        service = till_service(SLOW)
        line, *_ = [Line(service) for _ in range(1 + others)]
        line.send(GET + request_bytes(body={"amount": 7}) + GET + STREAM + GET, piece=size)
        assert statuses(await line.turn()) == [200]
        assert service.simulator.in_flight == 1
        await asyncio.sleep(2.0)
        got = await line.turn()
        assert statuses(got) == [200, 200, 200]
        assert got.index(b'"amount": 7') < got.index(b'{"ok": true}') < got.index(b"one ")
        await asyncio.sleep(1.0)
        assert (await line.turn()).endswith(b'{"ok": true}')
        assert [row["route"] for row in rows(service)] == [
            "GET /health",
            "POST /v1/charges",
            "GET /health",
            "GET /v1/stream",
            "GET /health",
        ]

    virtually(main())


def test_a_client_with_too_many_requests_waiting_is_not_read_until_they_are_answered() -> None:
    async def main() -> None:
        service = till_service(SLOW)
        line = Line(service)
        line.send(request_bytes() + GET * (PIPELINE_LIMIT + 1))
        assert not line.reads
        await asyncio.sleep(2.1)
        assert len(statuses(line.got)) == PIPELINE_LIMIT + 2
        await asyncio.sleep(3000.0)
        assert not line.ended
        assert line.reads

    virtually(main())


def test_thousands_of_pipelined_requests_are_answered_without_deep_recursion() -> None:
    async def main() -> None:
        line = Line(till_service())
        line.send(STREAM.replace(b"/v1/stream", b"/health") * 3000)
        await asyncio.sleep(0.1)
        assert len(statuses(line.got)) == 3000

    virtually(main())


# -- framing ----------------------------------------------------------------------------------------------------------


def test_a_body_in_chunks_and_small_pieces_is_one_body() -> None:
    async def main() -> None:
        line = Line(till_service())
        head = request_bytes(body=b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"amount": 123}')
        line.send(head + chunks + b"0\r\nAuthorization: nobody\r\n\r\n", piece=3)
        assert b'"amount": 123' in line.got

    virtually(main())


@pytest.mark.parametrize(("wish", "ended"), [(b"", "fin"), (b"Connection: keep-alive\r\n", "")])
def test_an_old_clients_connection_goes_on_only_if_it_asks_for_that(wish: bytes, ended: str) -> None:
    async def main() -> None:
        line = Line(till_service())
        line.send(GET.replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\n" + wish))
        assert (b"\r\nConnection: keep-alive\r\n" in line.got) == bool(wish)
        assert line.ended == ended

    virtually(main())


def test_a_client_that_waits_to_be_told_to_go_on_is_told_before_its_answer_and_behind_earlier_ones() -> None:
    async def main() -> None:
        line = Line(till_service(SLOW))
        head, _, body = request_bytes(Expect="100-continue").partition(b"\r\n\r\n")
        line.send(request_bytes("GET", "/v1/charges/x") + head + b"\r\n\r\n")
        assert line.got == b""
        await asyncio.sleep(2.0)
        got = await line.turn()
        assert (statuses(got), got.endswith(b"HTTP/1.1 100 Continue\r\n\r\n")) == ([404, 100], True)
        line.send(body)
        await asyncio.sleep(2.0)
        assert statuses(await line.turn()) == [200]

    virtually(main())


def test_a_body_that_will_be_too_large_is_refused_before_it_is_sent() -> None:
    async def main() -> None:
        service = till_service(vendor=replace(TILL, body_limit=10))
        line = Line(service)
        head, _, body = request_bytes(Expect="100-continue").partition(b"\r\n\r\n")
        line.send(head + b"\r\n\r\n")
        assert statuses(line.got) == [413]
        assert line.is_half_closed
        line.send(body)
        assert (rows(service), statuses(await line.turn())) == ([], [413])

    virtually(main())


def test_a_compressed_body_is_read_as_what_it_is() -> None:
    async def main() -> None:
        line = Line(till_service())
        line.send(request_bytes(body=zlib.compress(b'{"amount": 99}'), Content_Encoding="deflate"))
        assert b'"amount": 99' in line.got

    virtually(main())


# -- what is no request -----------------------------------------------------------------------------------------------


def test_nonsense_is_refused_after_the_answers_that_are_owed_and_the_connection_ends() -> None:
    async def main() -> None:
        service = till_service(SLOW)
        line = Line(service)
        line.send(request_bytes() + b"GET / HTTP/1.1\r\nno colon\r\n\r\n" + GET)
        await asyncio.sleep(2.0)
        got = await line.turn()
        assert statuses(got) == [200, 400]
        assert b"Connection: close" in got
        assert "error" in json.loads(got.rpartition(b"\r\n\r\n")[2])
        assert line.is_half_closed
        assert service.simulator.problems == []

    virtually(main())


# -- slowness ---------------------------------------------------------------------------------------------------------

PATIENCE = Patience(head_s=30.0, body_s=20.0, idle_s=3600.0, unread_s=60.0, linger_s=5.0, look_s=1.0)


async def ended_after(line: Line, limit_s: float = 10_000.0) -> float:
    """Seconds until the server ends it."""
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    while not line.ended and loop.time() - started_s < limit_s:  # noqa: ASYNC110  in virtual time, that costs nothing
        await asyncio.sleep(0.5)
    return loop.time() - started_s


def test_a_client_that_says_nothing_is_closed() -> None:
    async def main() -> None:
        service = till_service(patience=PATIENCE)
        lines = [Line(service) for _ in range(500)]
        assert 30.0 <= await ended_after(lines[-1]) <= 32.0
        assert {(line.ended, line.got) for line in lines} == {("fin", b"")}
        await lines[0].turn()
        assert not service.connections

    virtually(main())


def test_a_head_that_never_ends_is_refused_however_steadily_it_grows() -> None:
    async def main() -> None:
        service = till_service(patience=PATIENCE)
        line = Line(service)
        await asyncio.sleep(20.0)
        for place in range(400):
            line.send(b"GET / HTTP/1.1\r\n" if not place else b"X: y\r\n")
            await asyncio.sleep(0.1)
        assert statuses(line.got) == [408]
        assert line.is_half_closed
        assert await ended_after(line) <= 7.0

    virtually(main())


def test_a_body_may_be_slow_but_not_stand_still() -> None:
    async def main() -> None:
        line = Line(till_service(patience=PATIENCE))
        head = request_bytes(body=b" " * 100)[:-100]
        line.send(head)
        for _ in range(90):
            await asyncio.sleep(19.0)
            line.send(b" ")
        assert line.got == b""
        await asyncio.sleep(22.0)
        assert statuses(line.got) == [408]

    virtually(main())


@pytest.mark.thorough
def test_a_client_that_waits_for_its_answer_is_not_slow() -> None:
    async def main() -> None:
        line = Line(till_service({"latency": {"fixed_s": 290.0}}, patience=PATIENCE))
        line.send(request_bytes(), piece=20)
        await asyncio.sleep(290.0)
        assert statuses(await line.turn()) == [200]
        hanging = Line(till_service({"hang": {}}, patience=PATIENCE))
        hanging.send(request_bytes())
        await asyncio.sleep(100_000.0)
        assert not hanging.ended

    virtually(main())


def test_a_client_whose_time_runs_out_while_its_answer_waits_for_the_turn_gets_it() -> None:
    async def main() -> None:
        service = till_service(patience=PATIENCE)
        line, _ = Line(service), Line(service)
        line.send(GET)
        for connection in service.connections:
            connection.give_up(0.0)
            connection.give_up(10_000.0)
        assert statuses(await line.turn()) == [200]

    virtually(main())


def test_a_connection_between_two_requests_is_kept_for_long() -> None:
    async def main() -> None:
        line = Line(till_service(patience=PATIENCE))
        line.send(GET)
        await asyncio.sleep(3599.0)
        line.send(GET)
        assert statuses(line.got) == [200, 200]
        assert 3600.0 <= await ended_after(line) <= 3602.0

    virtually(main())


def test_a_client_that_does_not_read_its_answer_is_closed_but_one_that_reads_a_little_is_not() -> None:
    async def main() -> None:
        service = till_service(patience=PATIENCE)
        deaf, slow = Line(service, room=10), Line(service, room=10)
        deaf.send(request_bytes())
        slow.send(request_bytes())
        for _ in range(4):
            await asyncio.sleep(50.0)
            slow.take(1)
        assert (deaf.ended, slow.ended) == ("rst", "")
        assert [row["ending"] for row in rows(service)] == ["left"]

    virtually(main())


# -- the last moment --------------------------------------------------------------------------------------------------


def test_a_client_that_leaves_as_it_is_answered_has_none_of_its_other_requests_begun() -> None:
    async def main() -> None:
        service = till_service()
        line, _ = Line(service), Line(service)
        line.send(request_bytes() + request_bytes(body={"amount": 6}))
        line.leave()
        await line.turn()
        effects = [row["amount"] for row in service.simulator.ledger.rows() if row["entry"] == "effect"]
        assert effects == [5]

    virtually(main())


def test_a_client_that_leaves_at_the_instant_of_its_answer_has_none_of_its_other_requests_begun() -> None:
    async def main() -> None:
        service = till_service(SLOW)
        line = Line(service)
        asyncio.get_running_loop().call_at(2.0, line.leave)
        line.send(request_bytes() + GET)
        await asyncio.sleep(5.0)
        assert [(row["route"], row["ending"]) for row in rows(service)] == [("POST /v1/charges", "left")]

    virtually(main())


def test_a_client_that_reads_its_refusal_slowly_does_not_stay_for_ever() -> None:
    async def main() -> None:
        service = till_service(patience=PATIENCE)
        line = Line(service, room=10)
        line.send(b"nonsense\r\n\r\n")
        await asyncio.sleep(2.0)
        line.take(10_000)
        assert await ended_after(line) <= 7.0

    virtually(main())
