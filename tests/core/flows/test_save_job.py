"""`save_job`: one row for each job, however often it is sent."""

import asyncio
from typing import Any

import orjson
import pytest

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.save_job import JobRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Request, Response
from tests.core.adapters.test_supabase import ACCESS
from tests.core.fakes import WALL_S, After, Fake, Step, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually


class FakeTable(Fake):
    """One table with a unique business key."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}

    def work(self, request: Request) -> Response:
        assert request.url.endswith("/rest/v1/jobs?on_conflict=business_key")
        assert request.headers["apikey"] == ACCESS.service_role_key
        row = orjson.loads(request.body)
        if row["business_key"] not in self.rows:
            self.effect(request)
        known = self.rows.setdefault(row["business_key"], {"id": f"job-{len(self.rows)}"})
        known |= row
        return reply(201, [known])


def application(table: FakeTable, **settings: Any) -> Application:
    return build(
        AppConfig(access={"supabase": ACCESS}, operations=("save_job",), **policies(supabase=settings)),
        transports={"supabase": table.transport},
        claims=MemoryClaimStore(asyncio.get_running_loop().time),
        dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
        wall_clock=lambda: WALL_S,
    )


async def ask(app: Application, **more: Any) -> Ending:
    return await app.flows["save_job"](JobRequest(operation_id="op-1", **more))


def test_a_job_is_a_row_under_its_business_key() -> None:
    async def main() -> None:
        table = FakeTable()
        ending = await ask(application(table), business_key="J-7", amount=1250, details={"sku": "A"})
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        assert ending.result == {"job": "job-0", "business_key": "J-7", "job_state": "queued"}
        (row,) = table.rows.values()
        assert (row["amount"], row["payload"], row["status"]) == ("12.50", {"sku": "A"}, "queued")

    virtually(main())


@pytest.mark.parametrize("step", [After(Lost()), Lost(), NoConnection(), reply(504, {"code": "PGRST003"})], ids=str)
def test_whatever_becomes_of_a_sending_there_is_one_row(step: Step) -> None:
    async def main() -> None:
        table = FakeTable()
        table.script.append(step)
        assert (await ask(application(table))).status is EndingStatus.DONE
        assert (len(table.rows), len(table.effects)) == (1, 1)

    virtually(main())


def test_what_cannot_be_saved_now_is_set_aside_and_saved_by_a_redrive() -> None:
    async def main() -> None:
        table = FakeTable()
        table.always = reply(503, {"code": "PGRST002"})
        app = application(table, retry={"max_retries": 0})
        ending = await ask(app)
        assert (ending.status, table.rows) == (EndingStatus.ACCEPTED, {})
        table.always = None
        assert (await app.dead_letters.redrive(ending.dead_letter_id)).outcome == "done"
        assert len(table.effects) == 1

    virtually(main())


def test_what_the_database_will_not_take_is_refused() -> None:
    async def main() -> None:
        table = FakeTable()
        table.always = reply(400, {"code": "23514", "message": "violates check constraint"})
        ending = await ask(application(table))
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 422, "23514")

    virtually(main())
