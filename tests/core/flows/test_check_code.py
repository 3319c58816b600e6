"""`check_code`: a right code is good once, and what nobody can know is not told as wrong. Twilio is its simulator."""

import asyncio
from typing import Any

import pytest

from brownout_core.compose import Replacements
from tests.harness.audit.mutants.probes import LOST, Rule, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

CHECK = "POST */VerificationCheck"
TO, RIGHT, WRONG = "+12125550100", "550100", "550101"


def in_world(work: Any, *rules: Rule) -> None:
    async def main() -> None:
        world = World(Replacements(), "send_code", "check_code", rules={"twilio": rules})
        await world.ask("send_code", "sent", to=TO)
        await work(world)

    virtually(main())


async def check(world: World, operation_id: str, code: str) -> tuple[str, str]:
    answer = (await world.ask("check_code", operation_id, to=TO, code=code))[1]
    return answer["status"], answer.get("code", "")


def test_the_right_code_is_good_once() -> None:
    async def work(world: World) -> None:
        assert await check(world, "op-1", RIGHT) == ("done", "")
        assert await check(world, "op-2", RIGHT) == ("refused", "20404")
        assert await check(world, "op-1", RIGHT) == ("done", "")  # the answer that was given, not another check
        assert world.effects("twilio.approval") == 1

    in_world(work)


def test_a_wrong_code_is_refused_and_the_right_one_good_afterwards() -> None:
    async def work(world: World) -> None:
        assert await check(world, "op-1", WRONG) == ("refused", "wrong_code")
        assert await check(world, "op-2", RIGHT) == ("done", "")

    in_world(work)


def test_after_five_wrong_ones_the_right_one_is_none() -> None:
    async def work(world: World) -> None:
        for number in range(5):
            await check(world, f"op-{number}", WRONG)
        assert (await check(world, "op-5", RIGHT))[0] == "refused"
        assert world.effects("twilio.approval") == 0

    in_world(work)


def test_a_code_is_too_old_after_ten_minutes() -> None:
    async def work(world: World) -> None:
        await asyncio.sleep(601)
        assert (await check(world, "op-1", RIGHT))[0] == "refused"

    in_world(work)


@pytest.mark.parametrize("fault", [LOST, {"fail_after_effect": {"status": 500}}, {"truncate": {}}], ids=str)
def test_a_right_one_whose_answer_is_lost_is_never_told_as_wrong(fault: Rule) -> None:
    async def work(world: World) -> None:
        for _ in range(3):
            assert (await check(world, "op-1", RIGHT))[0] == "unknown"
        assert world.effects("twilio.approval") == 1

    in_world(work, once(CHECK, **fault))


def test_one_that_did_not_arrive_is_good_when_it_is_asked_again() -> None:
    async def work(world: World) -> None:
        assert (await check(world, "op-1", RIGHT))[0] == "unknown"
        assert await check(world, "op-1", RIGHT) == ("done", "")

    in_world(work, once(CHECK, drop_before_effect={"ending": "reset"}))


def test_a_wrong_one_whose_answer_is_lost_is_refused_when_it_is_asked_again() -> None:
    async def work(world: World) -> None:
        assert (await check(world, "op-1", WRONG))[0] == "unknown"
        assert await check(world, "op-1", WRONG) == ("refused", "wrong_code")

    in_world(work, once(CHECK, **LOST))
