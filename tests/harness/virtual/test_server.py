"""The application in virtual time: served in place, killed, started again on what survives."""

import asyncio
import contextlib
from typing import Any

import orjson
import pytest

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.background import Background
from brownout_core.flows.pay import Pay, PayRequest
from brownout_core.front_door.answers import Answer
from brownout_core.records import Begun, ClaimStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.dead_letters import letters, redrive
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.problems import NotJudged
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_scenarios.processes import GRACE_S, KILLED_AFTER_S
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.support.aio import virtually

PAY = Arrival("pay-1", "pay", 0.0, {"amount": 1200, "currency": "usd", "payment_method": "pm_card_visa"})
DECLINED = Arrival("pay-2", "pay", 0.0, {**PAY.params, "payment_method": "pm_card_visa_chargeDeclined"})


class World:
    """Three vendors and one server."""

    def __init__(self, replacements: Replacements | None = None, claims: ClaimStore | None = None) -> None:
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
        store = claims or MemoryClaimStore(loop.time)
        self.server = VirtualServer(
            config_of(environments, {}),
            replacements or Replacements(),
            transports={name: HostTransport(host) for name, host in hosts.items()},
            claims=lambda: store,
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=loop.time),
            sink=self.events.append,
            seed=1,
            wall_clock=loop.time,
        )

    async def ask(self, arrival: Arrival) -> tuple[int, dict[str, object]]:
        task = self.serve(arrival)
        assert task is not None
        answer = await task
        return answer.status, orjson.loads(answer.body)

    def serve(self, arrival: Arrival) -> "asyncio.Task[Answer] | None":
        request = GATEWAY_OPERATIONS[arrival.name].request(arrival)
        return self.server.serve(request, name=arrival.operation_id)

    def defects(self) -> list[tuple[str, str, str]]:
        told = [event for event in self.events if event.kind is Kind.DEFECT]
        return [(event.operation_id, event.outcome, event.detail) for event in told]

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


def test_a_part_beside_the_askings_that_ends_by_an_error_is_a_defect_as_it_is_for_real() -> None:
    """Nobody waits for it: without a word of its own it would be missing, and every run of it green."""

    class Breaks(Background):
        """Gives up."""

        async def run(self) -> None:
            raise ZeroDivisionError

        def in_hand(self) -> int:
            return 0

        def check(self) -> dict[str, Any]:
            return {"status": "pass"}

    class Broken(Pay):
        """Has a part beside."""

        background = Breaks()

    async def main() -> None:
        world = World(Replacements(flows={**FLOWS, "pay": Broken}))
        await world.ask(PAY)
        assert world.defects() == [("", "ZeroDivisionError", "pay")]

    virtually(main())


def test_a_request_that_makes_no_sense_is_a_400_as_it_is_for_real() -> None:
    """The door is the same: not a 500, and no defect."""

    async def main() -> None:
        world = World()
        nothing = Arrival("pay-3", "pay", 0.0, {**PAY.params, "amount": 0})
        status, body = await world.ask(nothing)
        assert (status, body["code"]) == (400, "validation_failed")
        assert (world.charges(), world.defects()) == (0, [])

    virtually(main())


def test_a_defect_of_the_application_is_answered_500_and_told() -> None:
    class Broken(Pay):
        """Pays nobody."""

        async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
            raise ZeroDivisionError(request.operation_id)

    async def main() -> None:
        world = World(Replacements(flows={**FLOWS, "pay": Broken}))
        status, body = await world.ask(PAY)
        assert (status, body["status"]) == (500, "unknown")
        assert world.defects() == [("pay-1", "ZeroDivisionError", "life-1-1")]

    virtually(main())


def test_what_was_claimed_in_one_life_is_found_in_the_next() -> None:
    async def main() -> None:
        world = World()
        first = await world.ask(PAY)
        world.server.kill()
        assert world.serve(PAY) is None
        with pytest.raises(NotJudged, match="did not show its dead letters: connection_refused"):
            await world.server.talk(letters(0.0))
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


def test_a_stop_takes_no_new_request_and_lets_what_is_under_way_end() -> None:
    async def main() -> None:
        world = World()
        slow = {"id": "r", "vendor": "stripe", "latency": {"fixed_s": 2.0}}
        world.simulators["stripe"].schedule([rule_from_json(slow)])
        under_way = world.serve(PAY)
        assert under_way is not None
        await asyncio.sleep(0)
        world.server.stop()
        assert world.serve(DECLINED) is None
        assert world.server.is_at_work()
        assert (await under_way).status == 200
        assert not world.server.is_at_work()

    virtually(main())


def test_what_a_stop_cuts_off_is_given_back_for_the_next_one_to_look() -> None:
    """Not a crash: the cancelled operation still gives its key back, so nobody has to wait for the lease."""

    async def main() -> None:
        world = World()
        hang = {"id": "r", "vendor": "stripe", "hang": {}}
        world.simulators["stripe"].schedule([rule_from_json(hang)])
        cut_off = world.serve(PAY)
        assert cut_off is not None
        await asyncio.sleep(0)
        world.server.stop()
        await asyncio.wait([cut_off])
        assert cut_off.cancelled()
        assert asyncio.get_running_loop().time() == pytest.approx(GRACE_S)
        world.simulators["stripe"].schedule([])
        world.server.start()
        assert (await world.ask(PAY))[0] == 200
        assert asyncio.get_running_loop().time() < GRACE_S + 1

    virtually(main())


def test_what_was_told_to_stop_is_ending_until_its_work_has_ended_and_is_killed_after_its_grace() -> None:
    async def main() -> None:
        world = World(claims=_Slow())
        assert not world.server.is_ending()
        under_way = world.serve(PAY)
        assert under_way is not None
        await asyncio.sleep(0)
        world.server.stop()
        assert world.server.is_ending()
        await asyncio.wait([under_way])
        assert asyncio.get_running_loop().time() == pytest.approx(GRACE_S + KILLED_AFTER_S)
        assert not world.server.is_ending()

    virtually(main())


class _Slow(MemoryClaimStore):
    """It takes a minute to make a claim, and as long to be told that nobody wants it any more."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop().time)

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        for _ in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60.0)
        return await super().begin(key, fingerprint, owner, lease_s)


def test_an_operator_talks_to_it_as_over_http_and_needs_a_life() -> None:
    async def main() -> None:
        world = World()
        assert await world.server.talk(redrive()) == "none was waiting"
        assert await world.server.talk(letters(0.0)) == []
        world.simulators["stripe"].schedule([rule_from_json({"id": "r", "vendor": "stripe", "drop_after_effect": {}})])
        assert (await world.ask(PAY))[0] == 202
        world.simulators["stripe"].schedule([])
        assert [letter.operation_id for letter in await world.server.talk(letters(0.0))] == ["pay-1"]
        assert await world.server.talk(redrive()) == "1 done"
        world.server.kill()
        with pytest.raises(NotJudged, match="connection_refused"):
            await world.server.talk(redrive())

    virtually(main())


def test_a_talk_that_is_cut_short_by_a_kill_says_so() -> None:
    async def main() -> None:
        world = World()
        world.simulators["stripe"].schedule([rule_from_json({"id": "r", "vendor": "stripe", "drop_after_effect": {}})])
        assert (await world.ask(PAY))[0] == 202
        world.simulators["stripe"].schedule([rule_from_json({"id": "r", "vendor": "stripe", "hang": {}})])
        talk = asyncio.ensure_future(world.server.talk(redrive()))
        await asyncio.sleep(1)
        world.server.kill()
        with pytest.raises(NotJudged, match="connection_lost"):
            await talk

    virtually(main())
