"""`sign_contract`: one envelope for each operation, by a vendor that knows no idempotency and mails humans."""

import asyncio
from typing import Any

import pytest

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.sign_contract import ContractRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Response
from brownout_harness.virtual.life import Killed, Life
from tests.core.adapters.test_docusign import FakeDocusign, _now_s
from tests.core.fakes import HANG, After, AfterAnswer, Step, reply
from tests.core.flows.test_flow import Doomed, ask_until_final
from tests.core.flows.world import policies
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

LIMITED = reply(400, {"errorCode": "BURST_APIINVOCATION_LIMIT_EXCEEDED", "message": "words"})


class World:
    """The vendor, the stores, and an application that may be started anew."""

    def __init__(self, **settings: Any) -> None:
        self.vendor = FakeDocusign()
        self.loop = asyncio.get_running_loop()
        self.settings = settings
        self.claims = MemoryClaimStore(self.loop.time)
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=self.wall_clock)
        self.app = self.application()

    def wall_clock(self) -> float:
        return EPOCH_S + _now_s()

    def application(self, life: Life | None = None) -> Application:
        """The application in a life of its own, all of whose ways into the world lead through it."""
        life = life or Life()
        access = {"docusign": self.vendor.access}
        return build(
            AppConfig(access=access, operations=("sign_contract",), **policies(docusign=self.settings)),
            transports={"docusign": life.transport(self.vendor.transport)},
            claims=life.claims(self.claims),
            dead_letters=life.dead_letters(self.letters),
            wall_clock=self.wall_clock,
            instance=f"life-{id(life)}",
        )

    async def ask(self, operation_id: str = "op-1", app: Application | None = None) -> Ending:
        request = ContractRequest(
            operation_id=operation_id, name="Ada", email="ada@example.com", subject="Please sign", text="words"
        )
        return await (app or self.app).flows["sign_contract"](request)

    async def redrive(self, ending: Ending) -> str:
        return (await self.app.dead_letters.redrive(ending.dead_letter_id)).outcome

    @property
    def envelopes(self) -> int:
        return len(self.vendor.bench.of_kind("envelope"))


def test_a_contract_is_sent_once_and_the_same_answer_told_again() -> None:
    async def main() -> None:
        world = World()
        ending = await world.ask()
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        assert ending.result is not None
        assert ending.result["envelope_status"] == "sent"
        assert await world.ask() == ending
        assert (world.envelopes, len(world.vendor.bench.of_kind("email"))) == (1, 1)

    virtually(main())


@pytest.mark.parametrize(
    "step",
    [After(Lost()), AfterAnswer(Response(502, {}, b"<html>")), After(), Lost(), HANG, reply(500, {}), reply(201, {})],
    ids=["lost after", "502 after", "hang after", "lost before", "hang before", "500", "broken"],
)
def test_once_it_may_have_been_sent_it_is_looked_for_before_it_is_sent_again(step: Step) -> None:
    async def main() -> None:
        world = World()
        world.vendor.script.extend([None, step])  # the token, and then
        ending = await world.ask()
        assert ending.status is EndingStatus.ACCEPTED
        assert world.envelopes <= 1
        await asyncio.sleep(60)
        assert await world.redrive(ending) == "done"
        assert world.envelopes == 1
        assert (await world.ask()).status is EndingStatus.DONE
        assert world.envelopes == 1

    virtually(main())


@pytest.mark.parametrize("step", [NoConnection(), LIMITED], ids=["no connection", "limited"])
def test_what_surely_was_not_sent_is_tried_again(step: Step) -> None:
    async def main() -> None:
        world = World()
        world.vendor.script.extend([None, step])
        assert (await world.ask()).status is EndingStatus.DONE
        assert world.envelopes == 1

    virtually(main())


def test_a_limit_of_an_hour_sets_it_aside_and_a_redrive_sends_it_once() -> None:
    async def main() -> None:
        world = World(retry={"max_retries": 1})
        await world.ask("op-0")
        world.vendor.always = LIMITED
        ending = await world.ask()
        assert (ending.status, world.envelopes) == (EndingStatus.ACCEPTED, 1)
        world.vendor.always = None
        await asyncio.sleep(60)
        assert await world.redrive(ending) == "done"
        assert world.envelopes == 2

    virtually(main())


def test_it_is_not_sent_again_while_the_list_may_still_lag() -> None:
    async def main() -> None:
        world = World()
        world.vendor.script.extend([None, After(Lost())])
        ending = await world.ask()
        world.vendor.always = reply(200, {"totalSetSize": "0", "resultSetSize": "0"})
        assert await world.redrive(ending) == "not_sent"
        world.vendor.always = None
        await asyncio.sleep(20)
        assert await world.redrive(ending) == "done"
        assert world.envelopes == 1

    virtually(main())


def test_what_docusign_will_not_have_is_refused() -> None:
    async def main() -> None:
        world = World()
        world.vendor.script.extend([None, reply(400, {"errorCode": "INVALID_REQUEST_BODY", "message": "words"})])
        ending = await world.ask()
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 422, "INVALID_REQUEST_BODY")

    virtually(main())


def test_two_operations_are_two_envelopes_and_a_new_life_finds_the_old_ones() -> None:
    async def main() -> None:
        world = World()
        world.vendor.script.extend([None, After(Lost())])
        ending = await world.ask("op-1")
        assert (await world.ask("op-2")).status is EndingStatus.DONE
        world.app = world.application()
        await asyncio.sleep(60)
        assert await world.redrive(ending) == "done"
        assert world.envelopes == 2

    virtually(main())


async def crash_and_recover(dies_at: int, script: list[Step]) -> bool:
    """One life dies at a step, and another one is asked until it knows. False: the first did not die."""
    world = World()
    world.vendor.script.extend(script)
    doomed = Doomed(dies_at)
    first = doomed.start(_to_the_end(world, doomed), name="first")
    await asyncio.wait([first])
    second = world.application()
    ending = await ask_until_final(lambda app: world.ask(app=app), second)
    await asyncio.sleep(60)
    for letter in await second.dead_letters.page():
        await second.dead_letters.redrive(letter.id)
    assert (await world.ask(app=second)).status is EndingStatus.DONE, ending
    assert (world.envelopes, len(world.vendor.bench.of_kind("email"))) == (1, 1)
    return doomed.ended


async def _to_the_end(world: World, life: Life) -> None:
    try:
        await world.ask(app=world.application(life))
    except (Killed, asyncio.CancelledError):
        return


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([], id="answered", marks=pytest.mark.thorough),
        pytest.param([None, After(Lost())], id="answer lost"),
    ],
)
def test_killed_at_any_step_a_human_is_mailed_once(script: list[Step]) -> None:
    steps = 0
    while virtually(crash_and_recover(steps + 1, script)):
        steps += 1
        assert steps < 200
    assert steps >= 6
