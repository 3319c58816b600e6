"""The core's transport and the simulators' hosts, joined: bytes cross, and faults arrive as what they are."""

import asyncio
from typing import Any

import pytest

from brownout_core.sessions import SessionOver, SessionRefused
from brownout_core.transport import Lost, NoConnection, Request
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import load_vendor
from tests.support.aio import virtually
from tests.support.wire import send
from tests.toys.acme_vendor import VENDOR as ACME


async def _transport(
    *rules: dict[str, object], vendor: Vendor[Any] | None = None
) -> tuple[HostTransport, dict[str, str]]:
    loop = asyncio.get_running_loop()
    vendor = vendor or load_vendor("stripe")
    simulator = Simulator(vendor, clock=loop.time, epoch_s=0.0, seed=1, base_url=base_url_of(vendor.name))
    simulator.schedule([rule_from_json(rule) for rule in rules])
    transport = HostTransport(MemoryHost(simulator, loop))
    return transport, {"Authorization": f"Bearer {vendor.test_key('wire')}"}


def test_an_answer_crosses_with_names_in_lower_case() -> None:
    async def main() -> None:
        transport, headers = await _transport()
        response = await send(transport, Request("GET", "http://stripe.invalid/v1/customers?limit=3", headers))
        assert response.status == 200
        assert response.headers["request-id"].startswith("req_")
        assert b'"list"' in response.body

    virtually(main())


def test_a_dropped_answer_is_lost() -> None:
    async def main() -> None:
        transport, headers = await _transport({"id": "r", "vendor": "stripe", "drop_after_effect": {}})
        with pytest.raises(Lost):
            await send(transport, Request("GET", "http://stripe.invalid/v1/customers", headers))

    virtually(main())


def test_another_address_is_not_there() -> None:
    async def main() -> None:
        transport, headers = await _transport()
        with pytest.raises(NoConnection):
            await send(transport, Request("GET", "http://other.invalid/v1/customers", headers))

    virtually(main())


async def _receipt(*rules: dict[str, object]) -> tuple[HostTransport, Request]:
    """Something that comes in three pieces, half a second apart."""
    transport, headers = await _transport(*rules, vendor=ACME)
    await send(transport, Request("POST", "http://acme.invalid/payments", headers, b'{"amount": 5, "reference": "r"}'))
    return transport, Request("GET", "http://acme.invalid/receipt?reference=r", headers)


def test_an_answer_that_comes_in_pieces_crosses_in_pieces_each_at_its_time() -> None:
    async def main() -> None:
        transport, request = await _receipt()
        loop = asyncio.get_running_loop()
        async with transport.open(request) as (status, _, chunks):
            assert (status, loop.time()) == (200, 0.0)
            pieces = [(chunk, loop.time()) async for chunk in chunks]
        assert pieces == [(b"0.05 ", 0.5), (b"USD, ", 1.0), (b"paid", 1.5)]

    virtually(main())


def test_what_had_come_before_a_stream_broke_has_crossed() -> None:
    async def main() -> None:
        transport, request = await _receipt(
            {"id": "r", "vendor": "acme", "match": {"path": "/receipt"}, "break_stream": {"keep": 0.7}}
        )
        pieces = []

        async def read() -> None:
            async with transport.open(request) as (_, _, chunks):
                async for chunk in chunks:
                    pieces.append(chunk)  # noqa: PERF401 - it breaks in the middle

        with pytest.raises(Lost):
            await read()
        assert pieces == [b"0.05 ", b"USD, "]

    virtually(main())


def test_who_leaves_in_the_middle_of_a_stream_is_booked_as_gone() -> None:
    async def main() -> None:
        transport, request = await _receipt()
        async with transport.open(request) as (_, _, chunks):
            async for _ in chunks:
                break
        row = list(transport.host.simulator.ledger.rows())[-1]
        assert (row["route"], row["ending"], transport.host.simulator.in_flight) == ("GET /receipt", "left", 0)

    virtually(main())


def test_a_session_crosses_and_its_end_and_its_refusal_are_what_they_are() -> None:
    async def main() -> None:
        rules: list[dict[str, object]] = [
            {"id": "a", "vendor": "supabase", "sequence": "F..", "respond": {"error": "realtime_too_many_users"}},
            {"id": "b", "vendor": "supabase", "sequence": ".F.", "drop_before_effect": {}},
            {"id": "c", "vendor": "supabase", "break_session": {"after_s": 5}},
        ]
        transport, _ = await _transport(*rules, vendor=load_vendor("supabase"))
        key = load_vendor("supabase").environment("", load_vendor("supabase").test_key("wire"))["SUPABASE_ANON_KEY"]
        ask = Request("GET", f"http://supabase.invalid/realtime/v1/websocket?apikey={key}")
        with pytest.raises(SessionRefused) as refused:
            async with transport.connect(ask):
                pass
        assert refused.value.response.status == 429
        with pytest.raises(Lost):
            async with transport.connect(ask):
                pass
        async with transport.connect(ask) as session:
            await session.send('{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"}')
            assert '"ok"' in await session.receive()
            with pytest.raises(SessionOver) as over:
                await session.receive()
            assert over.value.code == 1011
            with pytest.raises(SessionOver):
                await session.send("{}")
        with pytest.raises(NoConnection):
            async with transport.connect(Request("GET", "http://other.invalid/")):
                pass
        assert transport.host.simulator.in_flight == 0

    virtually(main())
