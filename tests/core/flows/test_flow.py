"""One operation survives the death of its process at every single step, and is done once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from brownout_core.application import Application
from brownout_core.compose import build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.request import FlowRequest
from brownout_core.records import LetterState
from brownout_core.telemetry import Kind
from brownout_core.transport import Lost, NoConnection
from brownout_harness.virtual.life import Killed, Life
from tests.core.fakes import HANG, After, Fake, config
from tests.core.flows.world import World, ask, order, pay, policies, sms
from tests.support.aio import virtually

Ask = Callable[[Application], Awaitable[Ending]]

FLOWS: dict[str, tuple[Ask, Callable[[World], Fake]]] = {
    "pay": (lambda app: ask(app, pay()), lambda world: world.stripe),
    "notify": (lambda app: ask(app, sms()), lambda world: world.twilio),
    "place_order": (lambda app: ask(app, order()), lambda world: world.sales),
}
FINAL = {EndingStatus.DONE, EndingStatus.ACCEPTED}


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
        transports={vendor: life.transport(fake.transport) for vendor, fake in vendors.items()},
        claims=life.claims(world.claims),
        dead_letters=life.dead_letters(world.letters),
        sink=life.sink(world.events.append),
        wall_clock=world.wall_clock,
        instance=name,
    )


async def ask_until_final(asks: Ask, app: Application) -> Ending:
    """As a patient caller does: again, while the answer leaves it open."""
    for _ in range(40):
        outcome = await asks(app)
        if outcome.status in FINAL:
            return outcome
        assert outcome.status in {EndingStatus.IN_PROGRESS, EndingStatus.UNKNOWN}, outcome
        await asyncio.sleep(1)
    raise AssertionError(f"the key is stuck: {outcome}")


async def crash_and_recover(flow: str, dies_at: int, script: list[Any], *, together: bool) -> bool:
    """One worker dies at a step, another one is asked (at once, or afterwards). False: the first did not die."""
    world = World(config(**policies(), settle_s=5.0))
    asks, vendor_of = FLOWS[flow]
    vendor = vendor_of(world)
    vendor.script.extend(script)
    doomed = Doomed(dies_at)
    first = doomed.start(_to_the_end(asks, live(world, doomed, "first")), name="first")
    second = live(world, Life(), "second")
    await asyncio.sleep(0)  # the first one is the first to ask
    if together:
        outcome = await ask_until_final(asks, second)
        await asyncio.wait([first])
    else:
        await asyncio.wait([first])
        outcome = await ask_until_final(asks, second)
    if outcome.status is EndingStatus.ACCEPTED:
        await asyncio.sleep(10)
        redriven = await second.dead_letters.redrive(outcome.dead_letter_id)
        assert redriven.outcome == "done", redriven
    # The dead letter of a life that died before it could say so is still on the table, and does no harm.
    for letter in await second.dead_letters.page():
        await second.dead_letters.redrive(letter.id)
    assert vendor.effects == ["op-1"]
    counts = await second.dead_letters.count()
    assert counts[LetterState.PENDING] == counts[LetterState.REDRIVING] == counts[LetterState.POISON] == 0
    assert (await asks(second)).status is EndingStatus.DONE
    assert vendor.effects == ["op-1"]
    return doomed.ended


async def _to_the_end(asks: Ask, app: Application) -> None:
    try:
        await asks(app)
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


REQUESTS: dict[str, Callable[[str], FlowRequest]] = {"pay": pay, "notify": sms, "place_order": order}
REFUSALS: dict[str, tuple[Mapping[str, object], str]] = {
    "breaker": ({"retry": {"max_retries": 0}, "breaker": {"minimum_calls": 1}}, "breaker_open"),
    "limiter": ({"limiter": {"capacity": 1, "refill_per_s": 0.001, "max_wait_s": 0}}, "limiter_full"),
    "bulkhead": ({"bulkhead": {"max_in_flight": 1, "max_queued": 0}}, "bulkhead_full"),
}


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_a_dead_predecessor_may_have_done_is_never_called_refused(flow: str, refusal: str) -> None:
    """It took the money and died. Who takes over is refused by a policy, and must not tell that nothing was done."""
    vendor = {"pay": "stripe", "notify": "twilio", "place_order": "sales"}[flow]
    settings, code = REFUSALS[refusal]

    async def main() -> None:
        world = World(config(**policies(**{vendor: settings}), settle_s=5.0))
        fake = FLOWS[flow][1](world)
        request = REQUESTS[flow]
        life = Life()
        fake.script.append(After())
        dying = life.start(world.ask(request("op-1"), live(world, life, "first")), name="first")
        await asyncio.sleep(1)
        assert fake.effects == ["op-1"]
        life.kill()
        with pytest.raises(Killed):
            await dying
        await asyncio.sleep(25)
        second = live(world, Life(), "second")
        # Somebody else opens the breaker, takes the last token, or sits in the only place.
        fake.always = NoConnection() if refusal == "breaker" else HANG if refusal == "bulkhead" else None
        other = asyncio.ensure_future(world.ask(request("op-2"), second))
        await asyncio.sleep(1)
        fake.always = None
        ending = await world.ask(request("op-1"), second)
        assert ending.status is EndingStatus.ACCEPTED, ending
        rejected = [event for event in world.told(Kind.CALL_REJECTED) if event.operation_id == "op-1"]
        assert [event.outcome for event in rejected] == [refusal]
        letter = await second.dead_letters.show(ending.dead_letter_id)
        assert letter is not None
        assert letter.error_class == code
        other.cancel()

    virtually(main())


def test_telemetry_follows_one_operation_by_its_id() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After(Lost()))
        await world.ask(pay("op-7"))
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
        assert (await ask(silent, pay("op-1"))).status is EndingStatus.ACCEPTED
        assert not world.events
        assert (await ask(app, pay("op-1"))).status is EndingStatus.ACCEPTED

    virtually(main())


def test_a_defect_is_not_dressed_up_as_an_outcome() -> None:
    async def main() -> None:
        world = World()
        world.stripe.always = ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await world.ask(pay())

    virtually(main())
