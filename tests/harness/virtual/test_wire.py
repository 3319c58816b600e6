"""The core's transport and the simulators' hosts, joined: bytes cross, and faults arrive as what they are."""

import asyncio

import pytest

from brownout_core.transport import Lost, NoConnection, Request, send
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.support.aio import virtually


async def _transport(*rules: dict[str, object]) -> tuple[HostTransport, dict[str, str]]:
    loop = asyncio.get_running_loop()
    vendor = load_vendor("stripe")
    simulator = Simulator(vendor, clock=loop.time, epoch_s=0.0, seed=1, base_url=base_url_of("stripe"))
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
