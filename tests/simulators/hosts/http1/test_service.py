"""What connections share: the log of what was refused, and the end of it all."""

import asyncio
import logging

import pytest

from tests.simulators.hosts.http1.line import GET, SLOW, STREAM, Line, rows, till_service
from tests.simulators.serving import request_bytes
from tests.support.aio import virtually


def test_nonsense_is_one_line_in_the_log_and_not_more_than_one_a_second(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        service = till_service()
        for _ in range(50):
            Line(service).send(b"\x16\x03\x01nonsense\r\n\r\n")
        await asyncio.sleep(1.1)
        Line(service).send(request_bytes(host="evil.example"))

    with caplog.at_level(logging.INFO):
        virtually(main())
    first, second = caplog.messages
    assert first.startswith("till: a request was refused: ")
    assert "(49 others before it were not logged)" in second
    assert all(record.exc_info is None for record in caplog.records)


def test_stopping_ends_every_connection_and_frees_what_its_request_held() -> None:
    async def main() -> None:
        service = till_service(SLOW)
        idle, waiting, streaming, unread, left = (
            Line(service),
            Line(service),
            Line(service),
            Line(service, room=10),
            Line(service),
        )
        idle.send(GET)
        waiting.send(request_bytes())
        streaming.send(STREAM)
        unread.send(GET)
        left.send(request_bytes())
        left.leave()
        await asyncio.sleep(0.1)
        assert service.simulator.in_flight == 4
        await service.stop()
        assert asyncio.get_running_loop().time() < 2.0  # nobody waits for the one that does not read
        assert not service.connections
        assert service.simulator.in_flight == 0
        assert (idle.ended, waiting.ended, streaming.ended, unread.ended) == ("fin", "fin", "fin", "rst")
        await asyncio.sleep(10.0)
        assert sorted((row["route"], row["ending"]) for row in rows(service)) == [
            ("GET /health", "complete"),
            ("GET /health", "left"),
            ("GET /v1/stream", "left"),
        ]

    virtually(main())
