"""`run_job`: what is queued is done once, by whichever process hears of it, whatever becomes of sessions."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.supabase import ADAPTER
from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.run_job import RunJobRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import WALL_S
from tests.support.aio import virtually


class Project:
    """A project, and applications on it."""

    def __init__(self, *rules: dict[str, Any]) -> None:
        loop, vendor, url = asyncio.get_running_loop(), load_vendor("supabase"), base_url_of("supabase")
        self.simulator: Simulator[Any] = Simulator(vendor, clock=loop.time, epoch_s=1e9, seed=1, base_url=url)
        self.fault(*rules)
        way = self.way = HostTransport(MemoryHost(self.simulator, loop), wire_s=0.001)
        self.access = read_access({"supabase": ADAPTER}, vendor.environment(url, vendor.test_key("jobs")))
        self.events: list[Event] = []
        self.claims = MemoryClaimStore(loop.time)
        self.make: Callable[[], Application] = lambda: build(
            AppConfig(access=self.access, operations=("run_job",)),
            transports={"supabase": way},
            sessions={"supabase": way},
            claims=self.claims,
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            wall_clock=lambda: WALL_S,
            sink=self.events.append,
        )
        self.app = self.make()

    def fault(self, *rules: dict[str, Any]) -> None:
        self.simulator.schedule(
            [rule_from_json({"id": f"r{n}", "vendor": "supabase", **rule}) for n, rule in enumerate(rules)]
        )

    def begin(self, app: Application | None = None) -> "asyncio.Task[None]":
        (part,) = (app or self.app).background().values()
        return asyncio.get_running_loop().create_task(part.run())

    async def ask(self, operation_id: str) -> Ending:
        return await self.app.flows["run_job"](RunJobRequest(operation_id=operation_id))

    def effects(self) -> list[tuple[str, str]]:
        rows = [row for row in self.simulator.ledger.rows() if row["entry"] == "effect"]
        return sorted((row["operation_id"], row["route"]) for row in rows)


ONCE = [("op-1", "supabase.row"), ("op-1", "supabase.row_updated")]


def run(body: Callable[[Project], Awaitable[None]], *rules: dict[str, Any]) -> None:
    async def main() -> None:
        await body(Project(*rules))

    virtually(main())


def test_who_asks_is_told_that_it_is_taken_on_and_then_it_is_done() -> None:
    async def body(project: Project) -> None:
        project.begin()
        await asyncio.sleep(1)
        ending = await project.ask("op-1")
        assert (ending.status, ending.http_status) == (EndingStatus.ACCEPTED, 202)
        assert list(ending.body()) == ["status", "operation_id", "job"]
        await asyncio.sleep(1)
        assert project.effects() == ONCE
        (finished,) = [each for each in project.events if each.kind is Kind.OPERATION_FINISHED]
        assert (finished.outcome, finished.detail) == ("accepted", "")

    run(body)


def test_what_was_queued_while_nobody_listened_is_done_by_whoever_starts() -> None:
    async def body(project: Project) -> None:
        await project.ask("op-1")
        await asyncio.sleep(60)
        assert project.effects() == ONCE[:1]
        project.begin()
        await asyncio.sleep(1)
        assert project.effects() == ONCE

    run(body)


def test_several_processes_hear_of_it_and_it_is_done_once() -> None:
    async def body(project: Project) -> None:
        others = [project.make() for _ in range(3)]
        for app in [project.app, *others]:
            project.begin(app)
        await asyncio.sleep(1)
        await project.ask("op-1")
        await asyncio.sleep(1)
        patches = [row for row in project.simulator.ledger.rows() if row.get("route") == "PATCH /rest/v1/{table}"]
        assert len([row for row in patches if row["entry"] == "request"]) == 4
        assert project.effects() == ONCE

    run(body)


def test_asked_again_after_it_was_done_it_is_not_queued_again() -> None:
    async def body(project: Project) -> None:
        project.begin()
        await asyncio.sleep(1)
        await project.ask("op-1")
        await asyncio.sleep(1)
        project.claims = MemoryClaimStore(asyncio.get_running_loop().time)  # forgotten: only the table knows
        project.app = project.make()
        assert (await project.ask("op-1")).status is EndingStatus.ACCEPTED
        await asyncio.sleep(60)
        assert project.effects() == ONCE

    run(body)


def test_lost_answers_and_a_database_that_is_away_make_it_late_and_never_twice() -> None:
    async def body(project: Project) -> None:
        task = project.begin()
        await asyncio.sleep(1)
        project.fault({"match": "PATCH *", "drop_after_effect": {}, "sequence": "FF"})
        await project.ask("op-1")
        await asyncio.sleep(5)
        assert project.effects() == ONCE
        project.fault({"match": "PATCH *", "respond": {"error": "PGRST000"}})
        await project.ask("op-2")
        await asyncio.sleep(60)
        assert len(project.effects()) == 3
        (part,) = project.app.background().values()
        assert (part.in_hand(), task.done()) == (1, False)
        project.fault()
        await asyncio.sleep(60)
        assert len(project.effects()) == 4
        assert part.in_hand() == 0

    run(body)


def test_what_is_refused_for_good_is_told_and_holds_up_nobody() -> None:
    async def body(project: Project) -> None:
        project.begin()
        await asyncio.sleep(1)
        project.fault({"match": "PATCH *", "respond": {"error": "25006"}})
        await project.ask("op-1")
        await asyncio.sleep(1)
        project.fault()
        await project.ask("op-2")
        await asyncio.sleep(1)
        (part,) = project.app.background().values()
        assert part.check() == {"status": "warn", "message": "listening, 0 gaps, 0 in hand, 1 refused"}
        assert [kind for name, kind in project.effects() if name == "op-2"] == ["supabase.row", "supabase.row_updated"]

    run(body)


def test_health_shows_that_nobody_listens() -> None:
    async def body(project: Project) -> None:
        before = await project.app.health()
        assert before["checks"]["run_job"] == {
            "status": "warn",
            "message": "not listening: not yet joined, 0 in hand, 0 refused",
        }
        project.begin()
        await asyncio.sleep(1)
        assert (await project.app.health())["checks"]["run_job"]["status"] == "pass"

    run(body)


def test_whoever_is_stopped_leaves_no_session_behind() -> None:
    async def body(project: Project) -> None:
        task = project.begin()
        await asyncio.sleep(1)
        assert project.simulator.in_flight == 1
        task.cancel()
        await asyncio.wait([task])
        assert project.simulator.in_flight == 0

    run(body)
