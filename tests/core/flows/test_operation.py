"""One operation survives the death of its process at every single step, and is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from brownout_core.application import Application
from brownout_core.compose import build
from brownout_core.flows.outcome import Outcome, OutcomeStatus
from brownout_core.records import LetterState
from brownout_core.telemetry import Kind
from brownout_core.transport import Lost
from brownout_harness.virtual.life import Killed, Life
from tests.core.fakes import After, Fake, config
from tests.core.flows.world import World, order, pay, policies, sms
from tests.support.aio import virtually

Ask = Callable[[Application], Awaitable[Outcome]]

FLOWS: dict[str, tuple[Ask, Callable[[World], Fake]]] = {
    "pay": (lambda app: app.pay(pay()), lambda world: world.stripe),
    "notify": (lambda app: app.notify(sms()), lambda world: world.twilio),
    "place_order": (lambda app: app.place_order(order()), lambda world: world.sales),
}
FINAL = {OutcomeStatus.DONE, OutcomeStatus.ACCEPTED}


class Doomed(Life):
    """A life that ends at its nth look at itself: before or after a call to the world, in every possible place."""

    def __init__(self, dies_at: int) -> None:
        super().__init__()
        self.steps = 0
        self.dies_at = dies_at

    def check(self) -> None:
        self.steps += 1
        if self.steps == self.dies_at:
            self.kill()
        super().check()


def live(world: World, life: Life, name: str) -> Application:
    """The application in one life, all of whose ways into the world lead through it."""
    vendors: dict[str, Any] = {"stripe": world.stripe, "twilio": world.twilio, "sales": world.sales}
    return build(
        world.settings,
        transports={vendor: life.through(fake.transport) for vendor, fake in vendors.items()},
        claims=life.through(world.claims),
        dead_letters=life.through(world.letters),
        sink=life.sink(world.events.append),
        wall_clock=world.wall_clock,
        instance=name,
    )


async def ask_until_final(ask: Ask, app: Application) -> Outcome:
    """As a patient caller does: again, while the answer leaves it open."""
    for _ in range(40):
        outcome = await ask(app)
        if outcome.status in FINAL:
            return outcome
        assert outcome.status in {OutcomeStatus.IN_PROGRESS, OutcomeStatus.UNKNOWN}, outcome
        await asyncio.sleep(1)
    raise AssertionError(f"the key is stuck: {outcome}")


async def crash_and_recover(flow: str, dies_at: int, script: list[Any], *, together: bool) -> bool:
    """One worker dies at a step, another one is asked (at once, or afterwards). False: the first did not die."""
    world = World(config(**policies(), settle_s=5.0))
    ask, vendor_of = FLOWS[flow]
    vendor = vendor_of(world)
    vendor.script.extend(script)
    doomed = Doomed(dies_at)
    first = doomed.start(_to_the_end(ask, live(world, doomed, "first")), name="first")
    second = live(world, Life(), "second")
    await asyncio.sleep(0)  # the first one is the first to ask
    if together:
        outcome = await ask_until_final(ask, second)
        await asyncio.wait([first])
    else:
        await asyncio.wait([first])
        outcome = await ask_until_final(ask, second)
    if outcome.status is OutcomeStatus.ACCEPTED:
        await asyncio.sleep(10)
        redriven = await second.dead_letters.redrive(outcome.dead_letter_id)
        assert redriven.outcome == "done", redriven
    # The dead letter of a life that died before it could say so is still on the table, and does no harm.
    for letter in await second.dead_letters.page():
        await second.dead_letters.redrive(letter.id)
    assert vendor.effects == ["op-1"]
    counts = await second.dead_letters.count()
    assert counts[LetterState.WAITING] == counts[LetterState.REDRIVING] == counts[LetterState.POISON] == 0
    assert (await ask(second)).status is OutcomeStatus.DONE
    assert vendor.effects == ["op-1"]
    return doomed.ended


async def _to_the_end(ask: Ask, app: Application) -> None:
    try:
        await ask(app)
    except (Killed, asyncio.CancelledError):
        return


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("answer_is_lost", [False, True], ids=["answered", "answers lost"])
@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "both at once"])
def test_killed_at_any_step_it_is_done_once_and_the_key_is_not_stuck(
    flow: str, answer_is_lost: bool, together: bool
) -> None:
    script: list[Any] = [After(Lost()), After(Lost())] if answer_is_lost else []
    steps = 0
    while virtually(crash_and_recover(flow, steps + 1, script, together=together)):
        steps += 1
        assert steps < 200
    # Claim, call, completion: each can die before and after.
    assert steps >= 6


def test_telemetry_follows_one_operation_by_its_id() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After(Lost()))
        await world.app.pay(pay("op-7"))
        assert {event.operation_id for event in world.events} == {"op-7"}
        kinds = [event.kind for event in world.events]
        assert kinds == [
            Kind.IDEMPOTENCY,
            Kind.ATTEMPT_STARTED,
            Kind.ATTEMPT_FINISHED,
            Kind.RETRY_SCHEDULED,
            Kind.ATTEMPT_STARTED,
            Kind.ATTEMPT_FINISHED,
            Kind.CALL_FINISHED,
            Kind.OPERATION_FINISHED,
        ]

    virtually(main())


def test_without_a_sink_nothing_is_told_and_all_works() -> None:
    async def main() -> None:
        world = World()
        app = live(world, Life(), "quiet")
        silent = build(
            world.settings,
            transports={
                "stripe": world.stripe.transport,
                "twilio": world.twilio.transport,
                "sales": world.sales.transport,
            },
            claims=world.claims,
            dead_letters=world.letters,
            wall_clock=world.wall_clock,
        )
        world.stripe.always = After(Lost())
        assert (await silent.pay(pay("op-1"))).status is OutcomeStatus.ACCEPTED
        assert not world.events
        assert (await app.pay(pay("op-1"))).status is OutcomeStatus.ACCEPTED

    virtually(main())


def test_a_defect_is_not_dressed_up_as_an_outcome() -> None:
    async def main() -> None:
        world = World()
        world.stripe.always = ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await world.app.pay(pay())

    virtually(main())
