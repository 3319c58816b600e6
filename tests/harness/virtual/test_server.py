"""The application in virtual time: served in place, killed, started again on what survives."""

import asyncio

import orjson

from brownout_core.compose import Parts
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_core.transports.memory import MemoryTransport
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import base_url_of, to_host
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.support.aio import virtually

PAY = Arrival("pay-1", "pay", 0.0, {"amount": 1200, "currency": "usd", "payment_method": "pm_card_visa"})
DECLINED = Arrival("pay-2", "pay", 0.0, {**PAY.params, "payment_method": "pm_card_visa_chargeDeclined"})


class World:
    """Three vendors and one server."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        vendors = {name: load_vendor(name) for name in VENDORS}
        self.events: list[Event] = []
        self.simulators = {
            name: Simulator(vendor, clock=loop.time, epoch_s=0.0, seed=1, base_url=base_url_of(name))
            for name, vendor in vendors.items()
        }
        hosts = {name: MemoryHost(simulator, loop) for name, simulator in self.simulators.items()}
        environments = {
            name: dict(vendor.environment(base_url_of(name), vendor.test_key("server")))
            for name, vendor in vendors.items()
        }
        self.server = VirtualServer(
            config_of(environments, {}),
            Parts(),
            transports={name: MemoryTransport(to_host(host, host.simulator)) for name, host in hosts.items()},
            claims=MemoryClaimStore(loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=loop.time),
            sink=self.events.append,
            seed=1,
            epoch_s=0.0,
        )

    async def ask(self, arrival: Arrival) -> tuple[int, dict[str, object]]:
        task = self.server.serve(arrival)
        assert task is not None
        status, body = await task
        return status, orjson.loads(body)

    def charges(self) -> int:
        return sum(row["entry"] == "effect" for row in self.simulators["stripe"].ledger.rows())


def test_a_payment_is_answered_as_the_gateway_answers_it() -> None:
    async def main() -> None:
        world = World()
        status, body = await world.ask(PAY)
        assert (status, body["status"], body["amount"]) == (200, "done", 1200)
        status, body = await world.ask(DECLINED)
        assert (status, body["status"]) == (402, "refused")
        assert world.charges() == 1

    virtually(main())


def test_what_was_claimed_in_one_life_is_found_in_the_next() -> None:
    async def main() -> None:
        world = World()
        first = await world.ask(PAY)
        world.server.kill()
        assert world.server.serve(PAY) is None
        assert world.server.application is None
        world.server.start()
        assert await world.ask(PAY) == first
        assert world.charges() == 1

    virtually(main())


def test_each_life_says_that_it_serves() -> None:
    async def main() -> None:
        world = World()
        world.server.start()  # it runs already: nothing happens
        world.server.kill()
        world.server.start()
        assert [event.detail for event in world.events if event.kind is Kind.STARTED] == ["life 1", "life 2"]

    virtually(main())


def test_redriving_tells_what_came_of_it_and_needs_a_life() -> None:
    async def main() -> None:
        world = World()
        task = world.server.redrive()
        assert task is not None
        assert await task == "nothing waited"
        world.server.kill()
        assert world.server.redrive() is None

    virtually(main())
