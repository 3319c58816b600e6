"""`take_note`: one row for each note, written as the application's own user."""

import asyncio
from typing import Any

import yaml

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.supabase import ADAPTER
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import EndingStatus
from brownout_core.flows.take_note import NoteRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_scenarios.library import path_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import WALL_S
from tests.support.aio import virtually


def test_a_note_is_one_row_of_its_user_though_an_answer_is_lost() -> None:
    async def main() -> None:
        loop, vendor, url = asyncio.get_running_loop(), load_vendor("supabase"), base_url_of("supabase")
        setup: dict[str, Any] = yaml.safe_load(path_of("supabase-refresh-reused").read_text(encoding="utf-8"))["setup"]
        simulator: Simulator[Any] = Simulator(
            vendor, clock=loop.time, epoch_s=1e9, seed=1, base_url=url, setup=setup["supabase"]
        )
        lost = {"id": "r", "vendor": "supabase", "match": "POST /rest/*", "drop_after_effect": {}, "sequence": "F...."}
        simulator.schedule([rule_from_json(lost)])
        app = build(
            AppConfig(
                access={**read_access({"supabase": ADAPTER}, vendor.environment(url, vendor.test_key("notes")))},
                operations=("take_note",),
            ),
            transports={"supabase": HostTransport(MemoryHost(simulator, loop))},
            claims=MemoryClaimStore(loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            wall_clock=lambda: WALL_S,
        )
        ending = await app.flows["take_note"](NoteRequest(operation_id="op-1", text="buy milk"))
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        rows = [row for row in simulator.ledger.rows() if row["entry"] == "effect"]
        (note,) = [row for row in rows if row["route"] == "supabase.row"]
        (user,) = [row for row in rows if row["route"] == "supabase.user"]
        assert (note["operation_id"], user["operation_id"]) == ("op-1", "")

    virtually(main())
