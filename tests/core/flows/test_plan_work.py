"""`plan_work`, against the simulated ERP: one work order, whatever becomes of the job that makes it."""

import asyncio
from collections import deque
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.plan_work import PlanRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Response
from tests.core.adapters.erp_world import ACCESS, ErpWorld
from tests.core.fakes import WALL_S, After, AfterAnswer, Step, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually
from tests.support.vendor_bench import made_by

LOCKED = reply(409, {"error": {"code": "Application_LockTimeout", "message": "no"}}, retry_after="1")
GATEWAY = Response(504, {"content-type": "text/html"}, b"<h1>504</h1>")
DOWN = reply(503, {"error": {"code": "Internal_TenantUnavailable", "message": "no"}})


class Planning(ErpWorld):
    """An application, and an ERP whose clock goes with the loop's."""

    def __init__(self, **setup: Any) -> None:
        super().__init__(**setup)
        self.loop = asyncio.get_running_loop()
        self.begun_s = self.now_s - self.loop.time()
        self.before = lambda _request: self.catch_up()
        self.books = made_by(self)
        self.app = self.application()

    def catch_up(self) -> None:
        self.pass_time(max(0.0, self.begun_s + self.loop.time() - self.now_s))

    def application(self, **settings: Any) -> Application:
        def wall_clock() -> float:
            return WALL_S + self.loop.time()

        return build(
            AppConfig(access={"erp": ACCESS}, operations=("plan_work",), **policies(erp=settings)),
            transports={"erp": self.transport},
            claims=MemoryClaimStore(self.loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=wall_clock),
            wall_clock=wall_clock,
        )

    async def ask(self, operation_id: str = "op-1", **more: Any) -> Ending:
        return await self.app.flows["plan_work"](request(operation_id, **more))

    async def settle(self) -> None:
        await asyncio.sleep(30)
        await self.app.dead_letters.redrive_lot()
        self.catch_up()

    def made(self) -> list[Any]:
        self.catch_up()
        return [each.fields for each in self.books if each.kind == "erp.work_order"]

    def begun(self) -> int:
        return len(self.sent("POST", "/workOrders"))


def request(operation_id: str = "op-1", **more: Any) -> PlanRequest:
    asked = {
        "item": "VLV-34",
        "quantity": 2,
        "customer": "10000",
        "site": "1 Main St",
        "planned_start": "2040-02-03T09:00:00.000Z",
        **more,
    }
    return PlanRequest(operation_id=operation_id, **asked)


def test_it_is_asked_about_until_it_is_there_and_not_sooner_than_the_erp_likes() -> None:
    async def main() -> None:
        world = Planning(jobs={"work_s": 3})
        ending = await world.ask()
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        (order,) = world.get("workOrders").json["value"]
        assert ending.result == {
            "work_order": order["id"], "work_order_number": order["number"], "work_order_status": "Draft",
            "site": "1 Main St",
        }  # fmt: skip
        (told,) = world.made()
        assert told["external_document_number"] == "op-1"
        assert told["planned_start"] == "2040-02-03T09:00:00.000Z"
        assert told["lines"] == [{"item": "VLV-34", "quantity": 2}]
        assert [each.method for each in world.requests] == ["GET", "POST", "GET", "GET"]
        assert 4 < world.loop.time() < 5, "two looks, two seconds apart"

    virtually(main())


@pytest.mark.parametrize("step", [After(Lost()), Lost(), NoConnection(), LOCKED, AfterAnswer(GATEWAY)], ids=str)
def test_whatever_becomes_of_its_beginning_it_is_made_once(step: Step) -> None:
    async def main() -> None:
        world = Planning()
        world.on["POST workOrders"] = deque([step])
        ending = await world.ask()
        assert ending.status in {EndingStatus.DONE, EndingStatus.ACCEPTED}
        is_certain = step is LOCKED or isinstance(step, NoConnection)
        assert world.begun() == (2 if is_certain else 1), "what may be there is not begun again"
        await world.settle()
        await world.settle()
        assert len(world.made()) == 1

    virtually(main())


def test_what_is_there_at_the_first_look_after_a_lost_answer_is_it() -> None:
    async def main() -> None:
        world = Planning(jobs={"work_s": 0})
        world.on["POST workOrders"] = deque([After(Lost())])
        assert (await world.ask()).status is EndingStatus.DONE
        assert (len(world.made()), world.begun()) == (1, 1)

    virtually(main())


@pytest.mark.parametrize("step", [Lost(), NoConnection(), DOWN, GATEWAY], ids=str)
def test_a_look_that_fails_is_made_again(step: Step) -> None:
    async def main() -> None:
        world = Planning()
        world.on["GET workOrders"] = deque([step])
        world.on["GET $jobs"] = deque([step])
        assert (await world.ask()).status is EndingStatus.DONE
        assert (len(world.made()), world.begun()) == (1, 1)

    virtually(main())


def test_one_that_the_erp_does_not_know_any_more_is_looked_for_and_never_begun_anew() -> None:
    async def main() -> None:
        world = Planning(jobs={"lost": 1})
        assert (await world.ask()).status is EndingStatus.DONE, "it is done by the time of the first look"
        slow = Planning(jobs={"lost": 1, "work_s": 6})
        ending = await slow.ask()
        assert ending.status is EndingStatus.ACCEPTED
        await slow.settle()
        assert (len(slow.made()), slow.begun()) == (1, 1)

    virtually(main())


def test_one_that_takes_longer_than_there_is_time_is_set_aside_and_found_later() -> None:
    async def main() -> None:
        world = Planning(jobs={"work_s": 25})
        assert (await world.ask()).status is EndingStatus.ACCEPTED
        assert 16 < world.loop.time() < 20
        await world.settle()
        assert (len(world.made()), world.begun()) == (1, 1)

    virtually(main())


def test_what_fails_when_it_is_made_is_refused_and_nothing_is_left() -> None:
    async def main() -> None:
        world = Planning()
        ending = await world.ask(item="nothing")
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "Internal_RecordNotFound")
        assert world.made() == []
        assert (await world.ask(item="nothing")).status is EndingStatus.REFUSED
        assert world.begun() == 1, "who asks again is told the same"

    virtually(main())


@pytest.mark.parametrize(
    ("code", "status", "ending"),
    [("Application_LockTimeout", "409", EndingStatus.ACCEPTED), ("Internal_ServerError", "500", EndingStatus.DONE)],
)
def test_a_job_that_failed_and_may_have_done_it_is_looked_for(code: str, status: str, ending: EndingStatus) -> None:
    """A lock says that nothing was done; an error of its own does not."""

    async def main() -> None:
        world = Planning()
        failed = reply(200, {"error": {"code": code, "message": "no"}}, asyncresult=status)
        world.on["GET $jobs"] = deque([failed])
        assert (await world.ask()).status is ending
        await world.settle()
        assert (len(world.made()), world.begun()) == (1, 1)

    virtually(main())


def test_a_cancelled_one_is_none_and_one_that_is_there_is_taken() -> None:
    async def main() -> None:
        world = Planning()
        world.work_order(key="op-1")
        assert (await world.ask()).status is EndingStatus.DONE
        assert world.begun() == 0
        cancelled = Planning()
        order = cancelled.work_order(key="op-1")
        cancelled.act(f"workOrders({order['id']})/Fsm.cancel")
        assert (await cancelled.ask()).status is EndingStatus.DONE
        assert cancelled.begun() == 1

    virtually(main())


@pytest.mark.parametrize("start", ["tomorrow", "2040-02-03", "2040-02-03T09:00:00+01:00", "2040-02-03T09:00:00.1234Z"])
def test_an_instant_is_one_of_utc(start: str) -> None:
    with pytest.raises(ValidationError):
        request(planned_start=start)
