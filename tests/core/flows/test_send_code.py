"""`send_code`: one code, whatever becomes of answers. Twilio is its simulator."""

import asyncio
from typing import Any

import pytest

from brownout_core.compose import Replacements
from tests.harness.audit.mutants.probes import LOST, Rule, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

START = "POST */Verifications"


def in_world(work: Any, *rules: Rule) -> None:
    async def main() -> None:
        await work(World(Replacements(), "send_code", "check_code", rules={"twilio": rules}))

    virtually(main())


def test_a_code_is_sent_once_and_the_answer_names_it() -> None:
    async def work(world: World) -> None:
        status, answer = await world.ask("send_code", to="+12125550100")
        (sent,) = (row for row in world.rows("twilio") if row.entry == "effect")
        assert (status, answer["status"], answer["to"], answer["channel"]) == (200, "done", "+12125550100", "sms")
        assert answer["verification"] in sent.references
        assert world.requests("twilio") == 1

    in_world(work)


@pytest.mark.parametrize("fault", [LOST, {"fail_after_effect": {"status": 500}}, {"truncate": {}}], ids=str)
def test_one_whose_answer_is_lost_is_found_and_not_sent_again(fault: Rule) -> None:
    async def work(world: World) -> None:
        assert (await world.ask("send_code"))[1]["status"] == "done"
        assert world.effects("twilio.verification") == 1

    in_world(work, once(START, **fault))


def test_one_that_was_not_sent_is_unknown_and_sent_when_it_is_asked_for_again() -> None:
    async def work(world: World) -> None:
        first = (await world.ask("send_code"))[1]
        assert (first["status"], world.effects("twilio.verification")) == ("unknown", 0)
        assert sum((await world.letters.count()).values()) == 0
        answers = [(await world.ask("send_code"))[1]["status"]]
        while answers[-1] == "unknown":  # not settled yet: it may still arrive
            await asyncio.sleep(2.0)
            answers.append((await world.ask("send_code"))[1]["status"])
        assert (answers[-1], world.effects("twilio.verification")) == ("done", 1)

    in_world(work, once(START, drop_before_effect={"ending": "reset"}))


def test_a_sixth_code_in_ten_minutes_is_not_sent() -> None:
    async def work(world: World) -> None:
        for number in range(5):
            assert (await world.ask("send_code", f"op-{number}", to="+12125550100"))[1]["status"] == "done"
        assert (await world.ask("send_code", "op-5", to="+12125550100"))[1]["status"] == "refused"
        assert world.effects("twilio.verification") == 5

    in_world(work)
