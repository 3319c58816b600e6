"""The vendors of a run in virtual time."""

import asyncio
from dataclasses import replace
from typing import Any

from brownout_core.transport import Request
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.virtual.vendors import Vendors
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import REQUEST, LedgerRow, records_in
from brownout_scenarios.load import load
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_simulators.vendors import load_vendor
from tests.simulators.toy import TILL
from tests.support.aio import virtually
from tests.support.wire import send

SCENARIO: Scenario = load("healthy", vocabulary())


def vendors(**changes: Any) -> Vendors:
    named = {name: load_vendor(name) for name in ("twilio", "stripe")}
    return Vendors(replace(SCENARIO, **changes), named, epoch_s=1000.0, blocks={})


def rule(start_s: float) -> FaultRule:
    json = {"id": "a.0", "vendor": "stripe", "respond": {"status": 503}, "window": {"start_s": start_s}}
    return FaultRule(
        id="a.0", vendor="stripe", kind="respond", layer="vendor", text="", phase="a", start_s=start_s, end_s=9.0,
        expect_struck=1, json=json,
    )  # fmt: skip


async def ask(world: Vendors) -> int:
    environment = world.environments["stripe"]
    headers = {"Authorization": f"Bearer {environment['STRIPE_API_KEY']}"}
    url = f"{environment['STRIPE_API_BASE']}/v1/customers"
    return (await send(world.transports()["stripe"], Request("GET", url, headers))).status


def test_each_gets_its_own_rules_beforehand_and_counts_what_they_struck() -> None:
    async def main() -> None:
        world = vendors()
        world.schedule([rule(1.0)], 0.5)
        assert await ask(world) == 200
        await asyncio.sleep(2)
        assert await ask(world) == 503
        assert world.counts() == {"a.0": FaultCount(matched=1, struck=1)}
        assert world.still_open() == {"requests": 0, "webhooks": 0}
        assert world.gaps() == []
        await world.close()

    virtually(main())


def test_each_is_set_up_as_the_scenario_says() -> None:
    """The application finds it so at its first call."""

    async def main() -> None:
        world = Vendors(replace(SCENARIO, setup={"till": {"shop": "Noon"}}), {"till": TILL}, epoch_s=0.0, blocks={})
        environment = world.environments["till"]
        headers = {"Authorization": f"Bearer {environment['TILL_KEY']}"}
        request = Request("POST", f"{environment['TILL_URL']}/v1/charges", headers, b'{"amount": 5}')
        answer = await send(world.transports()["till"], request)
        assert b'"shop": "Noon"' in answer.body
        await world.close()

    virtually(main())


def test_ledgers_are_read_vendor_by_vendor_and_no_key_is_unknown_as_a_secret() -> None:
    async def main() -> None:
        world = vendors()
        world.schedule([], 0.0)
        await ask(world)
        assert [
            (row.entry, row.vendor, row.status) for page in world.ledger() for row in records_in(LedgerRow, page)
        ] == [(REQUEST, "stripe", 200)]
        keys = {value for each in world.environments.values() for name, value in each.items() if name.endswith("KEY")}
        assert keys
        assert keys <= world.secrets

    virtually(main())
