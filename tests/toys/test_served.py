"""Acme served over real HTTP, on both event loops, asked by a client of somebody else's."""

import asyncio
import time
from typing import Self

import aiohttp
import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from tests.simulators.hosts.conftest import Run, run
from tests.toys.acme_vendor import VENDOR, State

__all__ = ["run"]

KEY = {"Authorization": "Bearer acme_test_a", "X-Correlation-ID": "op-1"}


class Served:
    """Acme on a free port, and a client."""

    async def __aenter__(self) -> Self:
        self.simulator: Simulator[State] = Simulator(VENDOR, clock=time.monotonic, epoch_s=1.7e9, seed=7)
        self._host = HttpHost(self.simulator)
        self.client = aiohttp.ClientSession(await self._host.start(), headers=KEY)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.client.close()
        await self._host.stop()
        assert not self.simulator.problems

    async def take(self, key: str) -> tuple[int, str]:
        payment = {"amount": 1200, "reference": "order-1"}
        async with self.client.post("/payments", json=payment, headers={"Idempotency-Key": key}) as answer:
            return answer.status, (await answer.json()).get("id", "")

    def booked(self) -> list[tuple[str, str]]:
        return [(row["route"], row["ending"]) for row in self.simulator.ledger.rows() if row["entry"] == "request"]


def test_a_write_is_done_once_per_key_and_booked(run: Run) -> None:
    async def main() -> None:
        async with Served() as acme:
            first, again = await acme.take("k-1"), await acme.take("k-1")
            assert first == again == (201, first[1])
            effects = [row for row in acme.simulator.ledger.rows() if row["entry"] == "effect"]
            assert [(row["route"], row["operation_id"]) for row in effects] == [("acme.payment", "op-1")]

    run(main())


@pytest.mark.thorough
def test_a_stream_comes_piece_by_piece(run: Run) -> None:
    async def main() -> None:
        async with Served() as acme:
            await acme.take("k-1")
            async with acme.client.get("/receipt", params={"reference": "order-1"}) as answer:
                first = await answer.content.readany()
                assert acme.simulator.in_flight == 1  # the call ends when its bytes end
                assert (first, await answer.content.read()) == (b"12.00 ", b"USD, paid")
            assert acme.booked()[-1] == ("GET /receipt", "complete")

    run(main())


def test_a_session_hears_of_every_payment_and_ends_in_order(run: Run) -> None:
    async def main() -> None:
        async with Served() as acme, acme.client.ws_connect("/live") as live, asyncio.timeout(10):
            assert await live.receive_str() == "welcome"
            _, payment = await acme.take("k-1")
            assert await live.receive_str() == f"{payment} 1200"
            await live.send_str("total")
            assert await live.receive_str() == "1200"
            await live.send_str("anything else")
            assert (await live.receive()).data == 1008

    run(main())


@pytest.mark.thorough
def test_a_fault_strikes_its_stream_as_any_other(run: Run) -> None:
    async def main() -> None:
        async with Served() as acme:
            await acme.take("k-1")
            broken = {"id": "r", "vendor": "acme", "match": {"path": "/receipt"}, "break_stream": {"keep": 0.7}}
            acme.simulator.schedule([rule_from_json(broken)])
            async with acme.client.get("/receipt", params={"reference": "order-1"}) as answer:
                with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
                    await answer.read()
            assert acme.booked()[-1] == ("GET /receipt", "reset")

    run(main())
