"""The application as a whole: its settings, and that every part of it can be replaced."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from brownout_core.adapters import ADAPTERS, stripe
from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.application import Application
from brownout_core.asking import Asking
from brownout_core.compose import AppConfig, Replacements, build, idempotency_key, read_document
from brownout_core.errors import ConfigError
from brownout_core.flows import FLOWS
from brownout_core.flows.ending import EndingStatus
from brownout_core.flows.pay import Pay, PayRequest
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import Permit, State
from brownout_core.policies.idempotency import IdempotencyConfig
from brownout_core.policies.retry import Judgement, Retry
from brownout_core.policies.settings import recommended
from brownout_core.policies.shapes import Policies
from brownout_core.presets import policies_for
from brownout_core.records import DeadLetter, DeadLetterStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import Lost, Transport
from brownout_harness.virtual.closed import closed_world
from tests.core.fakes import ACCESS, SECRETS, WALL_S, After, FakeStripe, config, reply, wire
from tests.core.flows.world import World, order, pay, sms
from tests.support.aio import virtually


def test_the_whole_application_runs_in_a_closed_world() -> None:
    async def main() -> None:
        world = World()
        world.sales.script.append(After(Lost()))
        outcomes = await asyncio.gather(world.ask(pay()), world.ask(sms()), world.ask(order()))
        assert [outcome.status for outcome in outcomes] == [EndingStatus.DONE] * 3
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
                await world.ask(pay(f"{seed_dependent}-{number}"))
            return world.events

        return virtually(main())

    assert story("a") == story("a")


def test_no_secret_is_told_kept_or_shown() -> None:
    async def main() -> str:
        world = World()
        leak = {"error": {"message": f"key {SECRETS[0]}"}, "message": SECRETS[1], "detail": SECRETS[2]}
        for fake in (world.stripe, world.twilio, world.sales):
            fake.always = reply(500, leak)
        outcomes = [await world.ask(pay()), await world.ask(sms()), await world.ask(order())]
        letters = await world.app.dead_letters.page()
        assert len(letters) == 3
        return repr((outcomes, letters, world.events, world.settings))

    text = virtually(main())
    assert not [secret for secret in SECRETS if secret in text]


# The known-bad parts that the harness swaps in: each can be said with `Replacements` alone.


class AdmitsEveryone:
    """A breaker that lets everybody through."""

    def state(self, _now_s: float) -> State:
        return State.CLOSED

    def acquire(self, _now_s: float) -> Permit:
        return Permit(0)

    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def ignored(self, permit: Permit, now_s: float) -> None: ...
    def abandoned(self, permit: Permit, now_s: float) -> None: ...

    def open_remaining_s(self, _now_s: float) -> float:
        return 0.0

    def open_by_hand(self, now_s: float) -> None: ...
    def close_by_hand(self, now_s: float) -> None: ...


@dataclass
class Careless:
    """A retry that repeats anything at once, five times."""

    inner: Retry

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        return 0.0 if attempt <= 5 else None


class Generous:
    """A budget without a limit."""

    def answered(self, now_s: float) -> None: ...

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
        await world.ask(pay(f"op-{number}"))


def test_a_breaker_can_be_replaced() -> None:
    async def main() -> None:
        world = World(replacements=Replacements(breaker=lambda *_: AdmitsEveryone()))
        world.stripe.always = reply(503, {})
        await pays_through(world)
        assert len({request.headers["X-Correlation-ID"] for request in world.stripe.requests}) == 30

    virtually(main())


def test_the_retry_can_be_replaced_and_the_healthy_one_wrapped() -> None:
    async def main() -> None:
        world = World(replacements=Replacements(retry=lambda _vendor, settings, rng: Careless(Retry(settings, rng))))
        world.twilio.script.extend([After(Lost())] * 2)
        await world.ask(sms())
        assert len(world.twilio.effects) == 3

    virtually(main())


def test_the_budget_can_be_replaced() -> None:
    async def main() -> None:
        requests = []
        for put in (Replacements(), Replacements(budget=lambda *_: Generous(), breaker=lambda *_: AdmitsEveryone())):
            world = World(replacements=put)
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

        world = World(replacements=Replacements(idempotency_key=from_the_clock))
        await world.ask(pay())
        await world.ask(pay())
        assert world.stripe.effects == ["op-1", "op-1"]

    virtually(main())


def test_the_stores_can_be_replaced() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        claims = FreesForAnyone(loop.time)
        world = World(replacements=Replacements(claim_store=lambda _store: claims, dead_letter_store=AcknowledgesFirst))
        world.stripe.always = After(Lost())
        outcome = await world.ask(pay())
        assert outcome.status is EndingStatus.ACCEPTED
        assert await world.app.dead_letters.show(outcome.dead_letter_id) is None

    virtually(main())


def test_the_sink_can_be_wrapped() -> None:
    async def main() -> None:
        world = World(replacements=Replacements(sink=fakes_transitions))
        await world.ask(pay())
        assert len(world.told(Kind.BREAKER_TRANSITION)) == 1

    virtually(main())


@pytest.mark.parametrize("part", ["breaker", "retry", "budget", "limiter", "bulkhead", "timeouts"])
def test_every_policy_of_every_vendor_comes_from_its_part(part: str) -> None:
    made: list[str] = []
    usual: Callable[..., Any] = getattr(Replacements(), part)

    def factory(vendor: str, *arguments: Any) -> Any:
        made.append(vendor)
        return usual(vendor, *arguments)

    async def main() -> None:
        World(replacements=replace(Replacements(), **{part: factory}))  # type: ignore[arg-type]

    virtually(main())
    assert made == ["stripe", "twilio", "sales"]


def test_a_client_a_transport_and_the_clock_can_be_replaced() -> None:
    async def main() -> None:
        asked: list[str] = []

        def counted(vendor: str, transport: Transport) -> Transport:
            asked.append(vendor)
            return transport

        class Free(StripeClient):
            """Takes a cent less."""

            async def create_payment_intent(self, *, amount: int, **more: Any) -> PaymentIntent:
                return await super().create_payment_intent(amount=amount - 1, **more)

        def cheap(vendor: str, client: Any) -> Any:
            return Free(ACCESS["stripe"], wire(world_stripe.transport)) if vendor == "stripe" else client

        world_stripe = FakeStripe()
        put = Replacements(transport=counted, client=cheap, wall_clock=lambda clock: lambda: clock() + 86_400)
        world = World(replacements=put, stripe=world_stripe)
        ending = await world.ask(pay(amount=1200))
        assert ending.body()["amount"] == 1199
        assert asked == ["stripe", "twilio", "sales"]
        world_stripe.always = After(Lost())
        letter_id = (await world.ask(pay("op-2"))).dead_letter_id
        letter = await world.app.dead_letters.show(letter_id)
        assert letter is not None
        assert letter.first_attempt_at == pytest.approx(WALL_S + 86_400, abs=1)

    virtually(main())


def test_the_order_of_the_policies_can_be_replaced() -> None:
    """By another pipeline: made once per vendor, of the vendor's own policies."""

    async def main() -> None:
        made: list[str] = []

        class Noted(Pipeline):
            def __init__(self, vendor: str, policies: Policies, *, sink: Sink | None = None) -> None:
                made.append(vendor)
                super().__init__(vendor, policies, sink=sink)

            async def call(self, asking: Asking, name: str, attempt: Any, **options: Any) -> Any:
                made.append(name)
                return await super().call(asking, name, attempt, **options)

        world = World(replacements=Replacements(pipeline=Noted))
        await world.ask(pay())
        assert made == ["stripe", "twilio", "sales", "create_payment_intent"]

    virtually(main())


def test_an_adapter_and_a_flow_can_be_replaced() -> None:
    class Reckless(Pay):
        """Takes every payment twice, under keys of its own."""

        async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
            await super().do(request, Asking(request.operation_id, "another key"))
            return await super().do(request, asking)

    async def main() -> None:
        slow = replace(stripe.ADAPTER, recommended=recommended(1.0, 2.0))
        put = Replacements(flows={**FLOWS, "pay": Reckless}, adapters={**ADAPTERS, "stripe": slow})
        world = World(replacements=put)
        await world.ask(pay())
        assert world.stripe.effects == ["op-1", "op-1"]
        assert world.app.flows["pay"].deadline_s == 2.0

    virtually(main())


def test_a_spill_can_be_replaced() -> None:
    async def main() -> None:
        kept: list[DeadLetter] = []

        class Kept:
            append = staticmethod(kept.append)

            def take(self) -> list[DeadLetter]:
                return []

            def drained(self) -> None: ...
            def check(self) -> None: ...

        world = World(replacements=Replacements(spill=lambda usual: Kept()))
        await world.letters.close()
        world.stripe.always = After(Lost())
        assert (await world.ask(pay())).status is EndingStatus.ACCEPTED
        assert [letter.operation_id for letter in kept] == ["op-1"]

    virtually(main())


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
    assert settings.policies(stripe.ADAPTER).breaker.open_for_s == 3
    assert settings.idempotency == IdempotencyConfig(lease_s=30, wait_s=1)
    assert (settings.dead_letters.canary, settings.settle_s) == (5, 4)
    assert read_document({})["policies"](stripe.ADAPTER) == policies_for("stripe")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"idempotency": {"lease": 5}}, "policies.idempotency.lease: no such field"),
        ({"idempotency": {"lease_s": "5"}}, "policies.idempotency.lease_s: must be a number or null"),
        ({"idempotency": {"lease_s": -5}}, "policies.idempotency.lease_s must be in"),
        ({"dead_letters": None}, "policies.dead_letters: cannot be switched off"),
        ({"idempotency": 5}, "policies.idempotency: must be a mapping"),
        ({"dead_letters": {"canary": True}}, "policies.dead_letters.canary: must be a whole number"),
        ({"settle_s": "x"}, "policies.settle_s: must be a number"),
        ({"vendor": {}}, "policies.vendor: no such key"),
        ({"vendors": {"strpe": {}}}, r"policies\.vendors\.strpe: no such vendor; did you mean stripe\?"),
    ],
)
def test_a_mistake_in_a_document_is_named(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_document(document)


def assemble(settings: AppConfig, **changes: Any) -> Application:
    async def main() -> Application:
        fake = FakeStripe().transport
        options = {
            "transports": {"stripe": fake, "twilio": fake, "sales": fake},
            "claims": MemoryClaimStore(asyncio.get_running_loop().time),
            "dead_letters": SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            "wall_clock": lambda: WALL_S,
        }
        return build(settings, **{**options, **changes})

    return virtually(main())


def test_settings_that_contradict_each_other_are_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"lease_s must be longer than the operation's deadline_s \(10"):
        assemble(config(idempotency=IdempotencyConfig(lease_s=9)))
    with pytest.raises(ConfigError, match=r"dead_letters.lease_s must be longer than the longest deadline_s"):
        assemble(config(**read_document({"dead_letters": {"lease_s": 15}})))
    with pytest.raises(ConfigError, match="transports: there is none for sales"):
        assemble(config(), transports={"stripe": FakeStripe().transport, "twilio": FakeStripe().transport})
    with pytest.raises(ConfigError, match="settle_s"):
        config(settle_s=-1.0)


def test_an_application_serves_what_it_is_to_and_needs_no_other_vendor() -> None:
    async def main() -> None:
        made = build(
            AppConfig(access={"stripe": ACCESS["stripe"]}, operations=("pay",)),
            transports={"stripe": FakeStripe().transport},
            claims=MemoryClaimStore(asyncio.get_running_loop().time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S),
            wall_clock=lambda: WALL_S,
        )
        assert (list(made.flows), list(made.guarded)) == (["pay"], ["stripe"])

    virtually(main())
    with pytest.raises(ConfigError, match=r"no operation named 'pya'; did you mean pay\?"):
        assemble(config(operations=("pya",)))
    with pytest.raises(ConfigError, match="access: there is none for twilio"):
        assemble(AppConfig(access={"stripe": ACCESS["stripe"]}, operations=("pay", "notify")))
    without = {name: adapter for name, adapter in ADAPTERS.items() if name != "sales"}
    with pytest.raises(ConfigError, match="adapters: there is none for sales"):
        assemble(config(operations=("place_order",)), replacements=Replacements(adapters=without))


@pytest.mark.parametrize("preset", ["recommended", "original"])
def test_both_presets_make_an_application(preset: str) -> None:
    made = assemble(config(**read_document({"preset": preset})))
    # Both protect every vendor that the operations of that configuration need.
    assert made.flows.keys() == set(config().operations or FLOWS)
    assert made.guarded.keys() == {adapter.name for flow in made.flows.values() for adapter in flow.uses}
