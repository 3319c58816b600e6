"""The application as a whole: its settings, and that every part of it can be replaced."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from brownout_core.compose import AppConfig, Parts, build, idempotency_key, read_document
from brownout_core.errors import ConfigError
from brownout_core.flows.outcome import OutcomeStatus
from brownout_core.policies.breaker import Permit
from brownout_core.policies.idempotency import IdempotencyConfig
from brownout_core.policies.retry import Judgement, Retry
from brownout_core.presets import parts_for, policies_for
from brownout_core.records import DeadLetter, DeadLetterStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import Lost
from brownout_harness.virtual.closed import closed_world
from tests.core.fakes import SECRETS, WALL_S, After, FakeStripe, config, reply
from tests.core.flows.world import World, order, pay, sms
from tests.support.aio import virtually


def test_the_whole_application_runs_in_a_closed_world() -> None:
    async def main() -> None:
        world = World()
        world.sales.script.append(After(Lost()))
        outcomes = await asyncio.gather(world.app.pay(pay()), world.app.notify(sms()), world.app.place_order(order()))
        assert [outcome.status for outcome in outcomes] == [OutcomeStatus.DONE] * 3
        assert (await world.app.health())["status"] == "healthy"
        await world.app.close()

    with closed_world():
        virtually(main())


def test_the_same_seed_tells_the_same_story() -> None:
    def story(seed_dependent: str) -> list[Event]:
        async def main() -> list[Event]:
            world = World()
            world.stripe.script.extend([After(Lost()), reply(503, {}), None] * 20)
            for number in range(20):
                await world.app.pay(pay(f"{seed_dependent}-{number}"))
            return world.events

        return virtually(main())

    assert story("a") == story("a")


def test_no_secret_is_told_kept_or_shown() -> None:
    async def main() -> str:
        world = World()
        leak = {"error": {"message": f"key {SECRETS[0]}"}, "message": SECRETS[1], "detail": SECRETS[2]}
        for fake in (world.stripe, world.twilio, world.sales):
            fake.always = reply(500, leak)
        outcomes = [await world.app.pay(pay()), await world.app.notify(sms()), await world.app.place_order(order())]
        letters = await world.app.dead_letters.page()
        assert len(letters) == 3
        return repr((outcomes, letters, world.events, world.settings))

    text = virtually(main())
    assert not [secret for secret in SECRETS if secret in text]


# The known-bad parts that the harness swaps in: each can be said with `Parts` alone.


class AdmitsEveryone:
    """A breaker that lets everybody through."""

    def acquire(self, _now_s: float) -> Permit:
        return Permit(0)

    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def ignored(self, permit: Permit, now_s: float) -> None: ...
    def abandoned(self, permit: Permit, now_s: float) -> None: ...

    def open_remaining_s(self, _now_s: float) -> float:
        return 0.0


@dataclass
class Careless:
    """A retry that repeats anything at once, five times."""

    inner: Retry

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        return 0.0 if attempt <= 5 else None


class Generous:
    """A budget without a limit."""

    def first_attempt(self, now_s: float) -> None: ...

    def try_retry(self, _now_s: float) -> bool:
        return True


class FreesForAnyone(MemoryClaimStore):
    """Claims that anybody may release."""

    async def release(self, key: str, owner: str, fence: int) -> bool:
        self._records.pop(key, None)
        return True

    abandon = release


class AcknowledgesFirst:
    """Dead letters that are acknowledged and kept in memory only."""

    def __init__(self, inner: DeadLetterStore) -> None:
        self._inner = inner

    async def put(self, letter: DeadLetter) -> str:
        return letter.id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def fakes_transitions(sink: Sink) -> Sink:
    def emit(event: Event) -> None:
        sink(event)
        if event.kind is Kind.ATTEMPT_FINISHED:
            sink(Event(event.at_s, Kind.BREAKER_TRANSITION, event.vendor, outcome="open", detail="closed->open: fake"))

    return emit


async def pays_through(world: World, times: int = 30) -> None:
    for number in range(times):
        await world.app.pay(pay(f"op-{number}"))


def test_a_breaker_can_be_replaced() -> None:
    async def main() -> None:
        world = World(parts=Parts(breaker=lambda *_: AdmitsEveryone()))
        world.stripe.always = reply(503, {})
        await pays_through(world)
        assert len({request.headers["X-Correlation-ID"] for request in world.stripe.requests}) == 30

    virtually(main())


def test_the_retry_can_be_replaced_and_the_healthy_one_wrapped() -> None:
    async def main() -> None:
        world = World(parts=Parts(retry=lambda _vendor, settings, rng: Careless(Retry(settings, rng))))
        world.twilio.script.extend([After(Lost())] * 2)
        await world.app.notify(sms())
        assert len(world.twilio.effects) == 3

    virtually(main())


def test_the_budget_can_be_replaced() -> None:
    async def main() -> None:
        requests = []
        for parts in (Parts(), Parts(budget=lambda *_: Generous(), breaker=lambda *_: AdmitsEveryone())):
            world = World(parts=parts)
            world.stripe.always = reply(503, {})
            await pays_through(world)
            requests.append(len(world.stripe.requests))
        assert requests[1] == 30 * 4
        assert requests[0] < requests[1]

    virtually(main())


def test_the_key_can_be_replaced_and_a_bad_one_charges_twice() -> None:
    async def main() -> None:
        def from_the_clock(flow: str, operation_id: str) -> str:
            return f"{flow}-{operation_id}-{asyncio.get_running_loop().time()}"

        world = World(parts=Parts(idempotency_key=from_the_clock))
        await world.app.pay(pay())
        await world.app.pay(pay())
        assert world.stripe.effects == ["op-1", "op-1"]

    virtually(main())


def test_the_stores_can_be_replaced() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        claims = FreesForAnyone(loop.time)
        world = World(parts=Parts(claims=lambda _store: claims, dead_letters=AcknowledgesFirst))
        world.stripe.always = After(Lost())
        outcome = await world.app.pay(pay())
        assert outcome.status is OutcomeStatus.ACCEPTED
        assert await world.app.dead_letters.show(outcome.dead_letter_id) is None

    virtually(main())


def test_the_sink_can_be_wrapped() -> None:
    async def main() -> None:
        world = World(parts=Parts(sink=fakes_transitions))
        await world.app.pay(pay())
        assert len(world.told(Kind.BREAKER_TRANSITION)) == 1

    virtually(main())


@pytest.mark.parametrize("part", ["breaker", "retry", "budget", "limiter", "bulkhead", "timeouts"])
def test_every_policy_of_every_vendor_comes_from_its_part(part: str) -> None:
    made: list[str] = []
    usual: Callable[..., Any] = getattr(Parts(), part)

    def factory(vendor: str, *arguments: Any) -> Any:
        made.append(vendor)
        return usual(vendor, *arguments)

    async def main() -> None:
        World(parts=replace(Parts(), **{part: factory}))  # type: ignore[arg-type]

    virtually(main())
    assert made == ["stripe", "twilio", "sales"]


def test_a_policy_that_is_switched_off_is_not_made() -> None:
    off = policies_for("stripe").overridden({"limiter": None, "bulkhead": None, "budget": None})
    made = parts_for("stripe", off, seed=1)
    assert (made.limiter, made.bulkhead, made.budget) == (None, None, None)


def test_the_key_is_the_same_for_ever_and_fit_for_every_vendor() -> None:
    key = idempotency_key("pay", "op-1")
    assert key == "pay-71a0ef7195df486543f63f0cb1dff83ee245c10f"
    assert key != idempotency_key("pay", "op-2") != idempotency_key("notify", "op-2")
    assert 16 <= len(idempotency_key("place_order", "x" * 128)) <= 255


def test_a_document_sets_policies_idempotency_and_dead_letters() -> None:
    fields = read_document(
        {
            "vendors": {"stripe": {"breaker": {"open_for_s": 3}}},
            "idempotency": {"lease_s": 30, "wait_s": 1},
            "dead_letters": {"canary": 5},
            "settle_s": 4,
        }
    )
    settings = config(**fields)
    assert settings.policies("stripe").breaker.open_for_s == 3
    assert settings.idempotency == IdempotencyConfig(lease_s=30, wait_s=1)
    assert (settings.dead_letters.canary, settings.settle_s) == (5, 4)
    assert read_document({})["policies"]("stripe") == policies_for("stripe")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"idempotency": {"lease": 5}}, "policies.idempotency.lease: no such field"),
        ({"idempotency": {"lease_s": "5"}}, "policies.idempotency.lease_s: must be a number"),
        ({"idempotency": {"lease_s": -5}}, "policies.idempotency.lease_s must be in"),
        ({"idempotency": 5}, "policies.idempotency: must be a mapping"),
        ({"dead_letters": {"canary": True}}, "policies.dead_letters.canary: must be a number"),
        ({"settle_s": "x"}, "policies.settle_s: must be a number"),
        ({"vendor": {}}, "policies.vendor: no such key"),
        ({"vendors": {"strpe": {}}}, "policies.vendors.strpe: no such vendor; there are stripe, twilio, sales"),
    ],
)
def test_a_mistake_in_a_document_is_named(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_document(document)


def assemble(settings: AppConfig, **changes: Any) -> None:
    async def main() -> None:
        fake = FakeStripe().transport
        options = {
            "transports": {"stripe": fake, "twilio": fake, "sales": fake},
            "claims": MemoryClaimStore(asyncio.get_running_loop().time),
            "dead_letters": SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            "wall_clock": lambda: WALL_S,
        }
        build(settings, **{**options, **changes})

    virtually(main())


def test_settings_that_contradict_each_other_are_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"lease_s must be longer than the operation's deadline_s \(10"):
        assemble(config(idempotency=IdempotencyConfig(lease_s=9)))
    with pytest.raises(ConfigError, match=r"dead_letters.lease_s must be longer than the longest deadline_s"):
        assemble(config(**read_document({"dead_letters": {"lease_s": 15}})))
    with pytest.raises(ConfigError, match="there is none for sales"):
        assemble(config(), transports={"stripe": FakeStripe().transport, "twilio": FakeStripe().transport})
    with pytest.raises(ConfigError, match="settle_s"):
        config(settle_s=-1.0)


@pytest.mark.parametrize("preset", ["recommended", "original"])
def test_both_presets_make_an_application(preset: str) -> None:
    assemble(config(**read_document({"preset": preset})))
