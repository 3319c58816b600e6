"""`reserve_stock`, against the simulated ERP: one reservation and one work order, or nothing."""

import asyncio
from collections import deque
from typing import Any

import pytest

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.reserve_stock import ReserveRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Response
from tests.core.adapters.erp_world import ACCESS, ErpWorld
from tests.core.fakes import WALL_S, After, AfterAnswer, Step, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually

BOTH = ["erp.reservation", "erp.work_order"]
LOCKED = reply(409, {"error": {"code": "Application_LockTimeout", "message": "no"}}, retry_after="1")
REFUSED = reply(400, {"error": {"code": "Application_DialogException", "message": "no"}})
GATEWAY = Response(504, {"content-type": "text/html"}, b"<h1>504</h1>")


def application(world: ErpWorld, **settings: Any) -> Application:
    loop = asyncio.get_running_loop()

    def wall_clock() -> float:
        return WALL_S + loop.time()

    return build(
        AppConfig(access={"erp": ACCESS}, operations=("reserve_stock",), **policies(erp=settings)),
        transports={"erp": world.transport},
        claims=MemoryClaimStore(loop.time),
        dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=wall_clock),
        wall_clock=wall_clock,
    )


def request(operation_id: str = "op-1", **more: Any) -> ReserveRequest:
    asked = {"item": "VLV-34", "quantity": 2, "customer": "10000", "site": "1 Main St", **more}
    return ReserveRequest(operation_id=operation_id, **asked)


async def ask(app: Application, **more: Any) -> Ending:
    return await app.flows["reserve_stock"](request(**more))


def kinds(world: ErpWorld) -> list[str]:
    return [row["route"] for row in world.effects()]


def test_both_are_made_under_the_operations_key() -> None:
    async def main() -> None:
        world = ErpWorld()
        ending = await ask(application(world))
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        (order,) = world.get("workOrders?$expand=lines").json["value"]
        (held,) = world.get("inventoryReservations").json["value"]
        assert ending.result["work_order"] == order["id"]
        assert order["externalDocumentNumber"] == held["externalDocumentNumber"] == "op-1"
        assert held["workOrderId"] == order["id"]
        assert order["lines"][0]["reservationId"] == held["id"]
        assert [each.method for each in world.requests] == ["GET", "GET", "POST", "POST"]

    virtually(main())


@pytest.mark.parametrize("what", ["POST inventoryReservations", "POST workOrders"])
@pytest.mark.parametrize("step", [After(Lost()), NoConnection(), LOCKED, AfterAnswer(GATEWAY)], ids=str)
def test_whatever_becomes_of_a_sending_there_is_one_of_each(what: str, step: Step) -> None:
    async def main() -> None:
        world = ErpWorld()
        world.on[what] = deque([step])
        assert (await ask(application(world))).status is EndingStatus.DONE
        assert kinds(world) == BOTH

    virtually(main())


@pytest.mark.parametrize("what", ["POST inventoryReservations", "POST workOrders"])
def test_what_may_still_come_is_never_sent_again_blindly(what: str) -> None:
    """Lost on the way, or on its way still: nobody can tell yet. A redrive looks, when it must have arrived."""

    async def main() -> None:
        world = ErpWorld()
        world.on[what] = deque([Lost()])
        app = application(world)
        assert (await ask(app)).status is EndingStatus.ACCEPTED
        assert len(world.sent("POST", what.partition(" ")[2])) == 1
        await asyncio.sleep(11)
        world.now_s += 11
        await app.dead_letters.redrive_lot()
        assert kinds(world) == BOTH

    virtually(main())


def test_one_that_commits_after_its_gateway_has_answered_is_adopted_by_the_redrive() -> None:
    async def main() -> None:
        world = ErpWorld()
        world.on["POST workOrders"] = deque([GATEWAY])
        app = application(world)
        assert (await ask(app)).status is EndingStatus.ACCEPTED
        (late,) = world.sent("POST", "/workOrders")
        world._work(late)
        await asyncio.sleep(11)
        await app.dead_letters.redrive_lot()
        assert kinds(world) == BOTH
        assert len(world.sent("POST", "/workOrders")) == 1

    virtually(main())


def test_what_was_reserved_is_given_back_where_the_work_order_is_refused() -> None:
    async def main() -> None:
        world = ErpWorld()
        world.on["POST workOrders"] = deque([REFUSED])
        ending = await ask(application(world))
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "Application_DialogException")
        assert kinds(world) == ["erp.reservation", "erp.reservation_release"]

    virtually(main())


def test_a_real_refusal_of_the_erps_is_one() -> None:
    async def main() -> None:
        world = ErpWorld()
        app = application(world)
        assert (await ask(app, customer="nobody")).status is EndingStatus.REFUSED
        assert (await ask(app, operation_id="op-2", item="nothing")).status is EndingStatus.REFUSED
        assert kinds(world) == ["erp.reservation", "erp.reservation_release"]

    virtually(main())


def test_a_refusal_is_not_told_as_long_as_something_may_be_left_of_it() -> None:
    """The release got no answer: the stock may be held still, so nobody may say that nothing was done."""

    async def main() -> None:
        world = ErpWorld()
        world.on["POST workOrders"] = deque([REFUSED])
        world.on["GET inventoryReservations("] = deque([Lost()] * 4)
        app = application(world, retry={"max_retries": 1})
        ending = await ask(app)
        assert ending.status is EndingStatus.ACCEPTED
        world.on.clear()
        await asyncio.sleep(11)
        await app.dead_letters.redrive_lot()
        assert kinds(world) == BOTH, "the ERP has changed its mind, and the stock was still held"

    virtually(main())


def test_who_comes_late_finds_a_reservation_that_is_over_and_holds_anew() -> None:
    async def main() -> None:
        world = ErpWorld()
        world.on["POST workOrders"] = deque([NoConnection()] * 9)
        app = application(world, retry={"max_retries": 0})
        assert (await ask(app)).status is EndingStatus.ACCEPTED
        world.on.clear()
        world.pass_time(20)
        await asyncio.sleep(20)
        await app.dead_letters.redrive_lot()
        assert kinds(world) == ["erp.reservation", "erp.reservation_release", *BOTH]

    virtually(main())


def test_two_under_one_key_are_told_and_not_added_to() -> None:
    async def main() -> None:
        world = ErpWorld()
        world.on["POST workOrders"] = deque([GATEWAY])
        app = application(world)
        assert (await ask(app)).status is EndingStatus.ACCEPTED
        for _ in range(2):
            world.work_order("op-1")
        await asyncio.sleep(11)
        await app.dead_letters.redrive_lot()
        assert len(world.sent("POST", "/workOrders")) == 1
        assert kinds(world).count("erp.work_order") == 2

    virtually(main())


def test_two_that_somebody_else_made_are_not_told_as_nothing() -> None:
    async def main() -> None:
        world = ErpWorld()
        for _ in range(2):
            world.reserve("op-1")
        ending = await ask(application(world))
        assert ending.status is EndingStatus.ACCEPTED
        assert kinds(world) == ["erp.reservation"] * 2

    virtually(main())


def test_no_more_than_five_are_in_flight() -> None:
    """More would only wait in the ERP's own queue."""

    async def main() -> None:
        world = ErpWorld()
        app = application(world)
        flying, most = 0, 0
        answer = world._answer

        async def counted(asked: Any) -> Response:
            nonlocal flying, most
            flying += 1
            most = max(most, flying)
            try:
                return await answer(asked)
            finally:
                flying -= 1

        world.transport._handler = counted
        endings = await asyncio.gather(*(ask(app, operation_id=f"op-{number}") for number in range(30)))
        assert {ending.status for ending in endings} == {EndingStatus.DONE}
        assert most == 5

    virtually(main())


def test_who_has_forgotten_that_it_was_done_finds_it() -> None:
    """The store of claims was emptied: the business key never is."""

    async def main() -> None:
        world = ErpWorld()
        first = await ask(application(world))
        again = await ask(application(world))
        assert again.result == first.result
        assert kinds(world) == BOTH

    virtually(main())


def test_a_long_operation_id_has_a_key_that_fits() -> None:
    long = request("x" * 100)
    assert len(long.key) == 35
    assert long.key == request("x" * 100).key != request("y" * 100).key
    assert request("short").key == "short"
