"""`plan_visits`, against the simulated ERP: both work orders or none, whatever becomes of the batch."""

import asyncio
from collections import deque
from typing import Any

import pytest

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.plan_visits import VisitsRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Response
from tests.core.adapters.erp_world import ACCESS, ErpWorld
from tests.core.fakes import WALL_S, After, AfterAnswer, Step, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually
from tests.support.vendor_bench import made_by

GATEWAY = Response(504, {"content-type": "text/html"}, b"<h1>504</h1>")
BATCH = "POST $batch"


class Visits(ErpWorld):
    """An application before an ERP."""

    def __init__(self, **setup: Any) -> None:
        super().__init__(**setup)
        self.books = made_by(self)
        self.app = self.application()

    def application(self, **settings: Any) -> Application:
        loop = asyncio.get_running_loop()

        def wall_clock() -> float:
            return WALL_S + loop.time()

        return build(
            AppConfig(access={"erp": ACCESS}, operations=("plan_visits",), **policies(erp=settings)),
            transports={"erp": self.transport},
            claims=MemoryClaimStore(loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=wall_clock),
            wall_clock=wall_clock,
        )

    async def ask(self, operation_id: str = "op-1", **more: Any) -> Ending:
        return await self.app.flows["plan_visits"](request(operation_id, **more))

    async def settle(self) -> None:
        await asyncio.sleep(30)
        await self.app.dead_letters.redrive_lot()

    def keys(self, kind: str = "erp.work_order") -> list[str]:
        return [each.fields["external_document_number"] for each in self.books if each.kind == kind]

    def batches(self) -> int:
        return len(self.sent("POST", "$batch"))


def request(operation_id: str = "op-1", **more: Any) -> VisitsRequest:
    asked = {
        "customer": "10000",
        "site": "1 Main St",
        "first_start": "2040-02-03T09:00:00.000Z",
        "first_item": "VLV-34",
        "second_start": "2040-02-17T09:00:00.000Z",
        "second_item": "LAB-HOUR",
        **more,
    }
    return VisitsRequest(operation_id=operation_id, **asked)


def test_two_are_made_in_one_request_and_both_are_told() -> None:
    async def main() -> None:
        world = Visits()
        ending = await world.ask()
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        assert [each.method for each in world.requests] == ["GET", "GET", "POST"]
        first, second = world.get("workOrders").json["value"]
        assert ending.result == {
            "first_visit": first["id"], "first_number": first["number"],
            "second_visit": second["id"], "second_number": second["number"],
        }  # fmt: skip
        told = [(each.fields["planned_start"], each.fields["lines"][0]["item"]) for each in world.books]
        assert told == [("2040-02-03T09:00:00.000Z", "VLV-34"), ("2040-02-17T09:00:00.000Z", "LAB-HOUR")]
        assert world.keys() == ["op-1-1", "op-1-2"]

    virtually(main())


@pytest.mark.parametrize("step", [After(Lost()), Lost(), NoConnection(), AfterAnswer(GATEWAY), GATEWAY], ids=str)
def test_whatever_becomes_of_the_batch_each_is_made_once(step: Step) -> None:
    async def main() -> None:
        world = Visits()
        world.on[BATCH] = deque([step])
        ending = await world.ask()
        is_there = isinstance(step, After | AfterAnswer | NoConnection)
        assert ending.status is (EndingStatus.DONE if is_there else EndingStatus.ACCEPTED)
        await world.settle()
        assert world.keys() == ["op-1-1", "op-1-2"]

    virtually(main())


@pytest.mark.parametrize("cut", [1, 2])
def test_of_a_batch_that_was_cut_off_only_what_is_missing_is_made_and_not_at_once(cut: int) -> None:
    async def main() -> None:
        world = Visits(batch_commits=cut)
        ending = await world.ask()
        assert ending.status is (EndingStatus.ACCEPTED if cut == 1 else EndingStatus.DONE)
        assert world.batches() == 1
        await world.settle()
        assert world.keys() == ["op-1-1", "op-1-2"]
        assert world.batches() == 3 - cut

    virtually(main())


@pytest.mark.parametrize(("wrong", "made"), [("first_item", []), ("second_item", ["op-1-1"])])
def test_where_one_is_refused_the_other_is_cancelled_before_that_is_told(wrong: str, made: list[str]) -> None:
    async def main() -> None:
        world = Visits()
        ending = await world.ask(**{wrong: "nothing"})
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "Internal_RecordNotFound")
        assert (world.keys(), world.keys("erp.work_order_cancellation")) == (made, made)

    virtually(main())


def test_a_refusal_is_not_told_as_long_as_a_half_may_stand() -> None:
    async def main() -> None:
        world = Visits()
        world.on["PATCH workOrders"] = deque([Lost()] * 9)
        ending = await world.ask(second_item="nothing")
        assert ending.status is EndingStatus.ACCEPTED
        world.on.clear()
        await world.settle()
        assert world.keys("erp.work_order_cancellation") == ["op-1-1"]
        assert (await world.ask(second_item="nothing")).status is EndingStatus.REFUSED

    virtually(main())


def test_what_is_locked_is_set_aside_with_its_half_and_completed() -> None:
    async def main() -> None:
        world = Visits()
        first = world.work_order(key="op-1-1")
        locked = {"error": {"code": "Application_LockTimeout", "message": "no"}}
        world.on[BATCH] = deque(
            [reply(200, {"responses": [{"id": "0", "status": 409, "headers": {}, "body": locked}]})]
        )
        assert (await world.ask()).status is EndingStatus.ACCEPTED
        await world.settle()
        assert world.keys() == ["op-1-1", "op-1-2"]
        assert world.books[0].id == first["id"]

    virtually(main())


def test_an_answer_that_says_nothing_of_one_is_no_answer() -> None:
    async def main() -> None:
        world = Visits()
        world.on[BATCH] = deque([AfterAnswer(reply(200, {"responses": []}))])
        assert (await world.ask()).status is EndingStatus.ACCEPTED
        await world.settle()
        assert (world.keys(), world.batches()) == (["op-1-1", "op-1-2"], 1)

    virtually(main())
