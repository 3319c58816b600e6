"""A request on its way: when its answer is over, who hears of a client that left, what a reset and a defect do."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.call import Reply
from brownout_simulators.vendor import Route, Vendor
from tests.simulators.hosts.http1.line import GET, SLOW, STREAM, Line, rows, statuses, till_service
from tests.simulators.serving import request_bytes
from tests.simulators.toy import TILL, Till
from tests.support.aio import virtually

# -- clients that read slowly, and clients that leave -----------------------------------------------------------------


def test_an_answer_is_over_when_its_last_byte_is_handed_over() -> None:
    async def main() -> None:
        service = till_service()
        service.simulator.schedule([], limits={"at-once": {"concurrency": 1}})
        slow, other = Line(service, room=100), Line(service)
        slow.send(request_bytes())
        other.send(request_bytes())
        got = await slow.turn()
        assert statuses(other.got) == [429]
        assert (service.simulator.in_flight, len(rows(service))) == (1, 1)
        slow.take(10_000)
        other.send(request_bytes())
        await other.turn()
        assert [row["ending"] for row in rows(service)] == ["complete", "complete", "complete"]
        assert statuses(got + slow.got) == [200]

    virtually(main())


@pytest.mark.parametrize("others", [0, 1])
def test_an_answer_that_was_not_read_to_its_end_is_booked_as_left(others: int) -> None:
    async def main() -> None:
        service = till_service()
        line, *_ = [Line(service, room=100) for _ in range(1 + others)]
        line.send(request_bytes())
        await line.turn()
        assert service.simulator.in_flight == 1
        line.leave()
        await line.turn()
        assert [(row["ending"], row["chunks"]) for row in rows(service)] == [("left", 0)]
        assert service.simulator.in_flight == 0

    virtually(main())


def test_one_clients_leaving_loses_no_other_clients_answer() -> None:
    async def main() -> None:
        service = till_service()
        lines = [Line(service) for _ in range(5)]
        for place, line in enumerate(lines):
            line.send(request_bytes())
            if place == 1:
                line.leave()  # its transport raises from now on
        for place, line in enumerate(lines):
            assert statuses(await line.turn()) == ([] if place == 1 else [200])
        assert [row["ending"] for row in rows(service)].count("left") == 1
        assert service.simulator.problems == []

    virtually(main())


def test_a_client_that_leaves_does_not_stop_what_has_begun_but_what_has_not() -> None:
    async def main() -> None:
        service = till_service(SLOW)
        line = Line(service)
        line.send(request_bytes() + request_bytes(body={"amount": 6}))
        line.leave()
        await asyncio.sleep(1.0)
        assert (service.simulator.in_flight, len(service.connections)) == (1, 0)
        await asyncio.sleep(2.0)
        effects = [row["amount"] for row in service.simulator.ledger.rows() if row["entry"] == "effect"]
        assert effects == [5]
        assert [(row["ending"], row["finished_s"]) for row in rows(service)] == [("left", 2.0)]
        assert not service._given_up

    virtually(main())


# -- a reset ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaves", [False, True])
def test_a_reset_closes_the_connections_of_calls_in_flight_and_they_have_no_effect(leaves: bool) -> None:
    async def main() -> None:
        service = till_service(SLOW)
        unread = Line(service, room=10)
        unread.send(GET)
        waiting, streaming, idle = Line(service), Line(service), Line(service)
        waiting.send(request_bytes())
        streaming.send(STREAM)
        idle.send(GET)
        await asyncio.sleep(0.1)
        if leaves:
            waiting.leave()
            await asyncio.sleep(0.1)
        idle.send(request_bytes("POST", "/_brownout/reset", {}))
        await asyncio.sleep(10.0)
        assert statuses(idle.got) == [200, 200]
        assert (waiting.ended, streaming.ended, unread.ended) == ("left" if leaves else "rst", "rst", "rst")
        assert (service.simulator.in_flight, list(service.simulator.ledger.rows())) == (0, [])
        assert len(service.connections) == 1

    virtually(main())


def test_a_reset_in_the_same_turn_takes_back_the_answers_of_the_turn() -> None:
    async def main() -> None:
        service = till_service()
        asking, resetting = Line(service), Line(service)
        asking.send(request_bytes())
        resetting.send(request_bytes("POST", "/_brownout/reset", {}))
        assert statuses(await resetting.turn()) == [200]
        assert (asking.got, asking.ended) == (b"", "rst")
        assert list(service.simulator.ledger.rows()) == []

    virtually(main())


# -- defects ----------------------------------------------------------------------------------------------------------


def vendor_with(action: Any) -> Vendor[Till]:
    """The till, and a route with a defect that no type checker has seen."""
    return replace(TILL, routes=[*TILL.routes, Route("GET", "/odd", action, public=True)])


@pytest.mark.parametrize("reply", [Reply(200, "text"), Reply(200, stream=5)])  # type: ignore[arg-type]
@pytest.mark.parametrize("others", [0, 1])
def test_a_reply_that_cannot_be_written_is_a_problem_a_500_and_a_row(reply: Reply, others: int) -> None:
    async def main() -> None:
        service = till_service(vendor=vendor_with(lambda _call, _account: replace(reply, headers={})))
        line, *_ = [Line(service) for _ in range(1 + others)]
        line.send(request_bytes("GET", "/odd") + GET)
        assert statuses(await line.turn()) == [500, 200]
        assert [row["status"] for row in rows(service)] == [500, 200]
        assert len(service.simulator.problems) == 1

    virtually(main())


@pytest.mark.parametrize("delay_s", [0.0, 0.5])
def test_a_stream_that_cannot_be_written_breaks_off_and_is_a_problem(delay_s: float) -> None:
    stream: Any = [(0.0, b"one"), (delay_s, "two")]

    async def main() -> None:
        service = till_service(vendor=vendor_with(lambda _call, _account: Reply(200, stream=stream)))
        line = Line(service)
        line.send(request_bytes("GET", "/odd"))
        await asyncio.sleep(1.0)
        assert (line.got[-8:], line.ended) == (b"3\r\none\r\n", "rst")
        assert (service.simulator.in_flight, len(service.simulator.problems)) == (0, 1)
        assert [row["chunks"] for row in rows(service)] == [1]

    virtually(main())


# -- a queue ---------------------------------------------------------------------------------------------------------

QUEUE = {"serve": {"at_once": 1, "each": {"fixed_s": 2.0}}}


def test_who_queues_is_answered_in_turn_and_who_left_is_served_all_the_same() -> None:
    async def main() -> None:
        service = till_service(QUEUE)
        lines = [Line(service) for _ in range(4)]
        for line in lines:
            line.send(request_bytes())
        await asyncio.sleep(1.0)
        lines[1].leave()
        await asyncio.sleep(4.5)
        assert [statuses(line.got) for line in lines] == [[200], [], [], []]
        await asyncio.sleep(3.0)
        assert [statuses(line.got) for line in lines] == [[200], [], [200], [200]]
        assert [row["ending"] for row in rows(service)] == ["complete", "left", "complete", "complete"]
        assert [row["queued_s"] for row in rows(service)] == pytest.approx([0.0, 2.0, 4.0, 6.0], abs=1e-3)
        assert sum(row["entry"] == "effect" for row in service.simulator.ledger.rows()) == 4

    virtually(main())


def test_a_place_that_a_window_gives_back_is_taken_once() -> None:
    async def main() -> None:
        few = {"serve": {"at_once": 1, "each": {"fixed_s": 3.0}}, "window": {"start_s": 0.0, "end_s": 5.0}}
        service = till_service({"serve": {"at_once": 3, "each": {"fixed_s": 3.0}}}, few)
        lines = [Line(service) for _ in range(6)]
        for line in lines:
            line.send(request_bytes())
        await asyncio.sleep(20.0)
        assert [statuses(line.got) for line in lines] == [[200]] * 6
        assert [row["queued_s"] for row in rows(service)] == pytest.approx([0, 3, 5, 5, 6, 8], abs=1e-3)
        assert [row["given_work_s"] for row in rows(service)] == pytest.approx([3.0] * 6, abs=1e-3)

    virtually(main())


def test_a_reset_ends_who_waits_and_the_next_epoch_begins_with_every_place() -> None:
    async def main() -> None:
        service = till_service(QUEUE)
        lines = [Line(service) for _ in range(3)]
        for line in lines:
            line.send(request_bytes())
        await asyncio.sleep(1.0)
        service.simulator.reset()
        await asyncio.sleep(10.0)
        assert (service.simulator.in_flight, rows(service)) == (0, [])
        assert [line.got for line in lines] == [b"", b"", b""]
        line = Line(service)
        line.send(request_bytes())
        assert statuses(await line.turn()) == [200]
        assert service.simulator.problems == []

    virtually(main())
