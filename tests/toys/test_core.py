"""The adapter and the flow over two vendors, in the core: who is asked when, and whatever happens, once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from brownout_core.adapters.declaration import read_access
from brownout_core.application import Application
from brownout_core.asking import Asking
from brownout_core.compose import AppConfig, build, read_document
from brownout_core.errors import ServiceError
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.front_door.door import FrontDoor
from brownout_core.guarded import Guarded
from brownout_core.records import LetterState
from brownout_core.redaction import Redactor
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_core.transport import Lost, NoConnection, Opened, Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_harness.virtual.life import Killed, Life
from tests.core.fakes import WALL_S, After, Fake, FakeStripe, Step, reply
from tests.core.flows.test_flow import Doomed
from tests.support.aio import virtually
from tests.toys.acme_adapter import AcmeClient
from tests.toys.collect_flow import CollectRequest
from tests.toys.tables import NEEDED, SERVED, with_the_toys

WITH_ACME = with_the_toys()
ENVIRONMENT = {
    "STRIPE_API_BASE": "http://stripe.test",
    "STRIPE_API_KEY": "sk_test_1",
    "ACME_API_BASE": "http://acme.test",
    "ACME_API_KEY": "acme-secret-key",
}
DECLINED = reply(402, {"code": "declined", "message": "no"})


class FakeAcme(Fake):
    """Payments by idempotency key, and a receipt in three pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}

    async def open(self, request: Request) -> Response | Opened:
        if urlsplit(request.url).path != "/receipt":
            return await self.handle(request)
        step = self.script.popleft() if self.script else None
        if isinstance(step, NoConnection):
            raise step
        return step if isinstance(step, Response) else Opened(200, {}, self._receipt(is_cut=step is not None))

    async def _receipt(self, *, is_cut: bool) -> AsyncIterator[bytes]:
        for piece in (b"12.00 ", b"USD, ", b"paid"):
            await asyncio.sleep(0.5)
            yield piece
            if is_cut:
                raise Lost

    def work(self, request: Request) -> Response:
        if request.method == "GET":
            reference = dict(parse_qsl(urlsplit(request.url).query))["reference"]
            return reply(200, {"data": [each for each in self.payments.values() if each["reference"] == reference]})
        key, asked = request.headers["Idempotency-Key"], orjson.loads(request.body)
        if key not in self.payments:
            self.effect(request)
            self.payments[key] = {"id": f"acme_{len(self.payments)}", **asked}
        return reply(201, self.payments[key])


class World:
    """Acme and Stripe, and what survives of an application."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.acme, self.stripe = FakeAcme(), FakeStripe()
        self.claims = MemoryClaimStore(self.loop.time)
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=self.wall_clock)
        self.events: list[Event] = []

    def wall_clock(self) -> float:
        return WALL_S + self.loop.time()

    @property
    def effects(self) -> list[str]:
        return [*(f"acme {each}" for each in self.acme.effects), *(f"stripe {each}" for each in self.stripe.effects)]

    def application(self, life: Life, name: str, *, document: Mapping[str, Any] | None = None) -> Application:
        stripe = self.stripe.transport
        transports = {"acme": MemoryTransport(self.acme.open), "stripe": stripe}
        return build(
            AppConfig(
                access=read_access(NEEDED, ENVIRONMENT),
                operations=SERVED,
                **read_document({"settle_s": 5, **(document or {})}, WITH_ACME.adapters),
            ),
            WITH_ACME,
            transports={vendor: life.transport(transport) for vendor, transport in transports.items()},
            claims=life.claims(self.claims),
            dead_letters=life.dead_letters(self.letters),
            sink=life.sink(self.events.append),
            wall_clock=self.wall_clock,
            instance=name,
        )


async def ask(app: Application) -> Ending:
    return await app.flows["collect"](CollectRequest(operation_id="op-1", amount=1200))


def collected(acme_step: Step, stripe_step: Step = None) -> tuple[Ending, list[str]]:
    """What a caller is told, and what was done."""

    async def main() -> tuple[Ending, list[str]]:
        world = World()
        world.acme.always, world.stripe.always = acme_step, stripe_step
        return await ask(world.application(Life(), "only")), world.effects

    return virtually(main())


def test_the_first_vendor_is_asked_and_the_second_is_not() -> None:
    ending, effects = collected(None)
    assert (ending.status, ending.result["by"], effects) == (EndingStatus.DONE, "acme", ["acme op-1"])


@pytest.mark.parametrize("step", [DECLINED, NoConnection(), reply(429, {})], ids=["refused", "not there", "throttled"])
def test_where_the_first_one_surely_did_not_do_it_the_second_one_does(step: Step) -> None:
    ending, effects = collected(step)
    assert (ending.status, ending.result["by"], effects) == (EndingStatus.DONE, "stripe", ["stripe op-1"])


@pytest.mark.parametrize("step", [After(Lost()), Lost(), reply(503, {})], ids=["lost after", "lost before", "503"])
def test_where_it_may_have_done_it_the_second_one_is_not_asked(step: Step) -> None:
    ending, effects = collected(step)
    assert ending.status is EndingStatus.ACCEPTED
    assert not [each for each in effects if each.startswith("stripe")]


@pytest.mark.parametrize("step", [After(Lost()), Lost(), reply(503, {})], ids=["lost after", "lost before", "503"])
def test_where_the_second_one_may_have_done_it_nobody_is_told_that_it_was_refused(step: Step) -> None:
    ending, _ = collected(NoConnection(), step)
    assert ending.status is EndingStatus.ACCEPTED


def test_refused_by_both_it_is_refused() -> None:
    ending, effects = collected(DECLINED, DECLINED)
    assert (ending.status, ending.http_status, effects) == (EndingStatus.REFUSED, 402, [])


def test_a_flow_has_as_long_as_the_slowest_of_its_vendors() -> None:
    async def main() -> None:
        app = World().application(Life(), "only", document={"vendors": {"acme": {"timeout": {"deadline_s": 40}}}})
        assert (app.flows["collect"].deadline_s, app.flows["pay"].deadline_s) == (40.0, 10.0)

    virtually(main())


async def crash_and_recover(dies_at: int, acme_script: list[Step], stripe_script: list[Step]) -> bool:
    """One worker dies at a step; whoever is asked next comes to an end. False: it did not die."""
    world = World()
    world.acme.script.extend(acme_script)
    world.stripe.script.extend(stripe_script)
    doomed = Doomed(dies_at)
    first = doomed.start(_to_the_end(world.application(doomed, "first")), name="first")
    await asyncio.wait([first])
    second = world.application(Life(), "second")
    for _ in range(60):
        ending = await ask(second)
        assert ending.status is not EndingStatus.REFUSED
        if ending.status in {EndingStatus.DONE, EndingStatus.ACCEPTED}:
            break
        await asyncio.sleep(1)
    await asyncio.sleep(10)
    for letter in await second.dead_letters.page():
        await second.dead_letters.redrive(letter.id)
    assert len(world.effects) == 1, world.effects
    counts = await second.dead_letters.count()
    assert counts[LetterState.PENDING] == counts[LetterState.REDRIVING] == counts[LetterState.POISON] == 0
    assert (await ask(second)).status is EndingStatus.DONE
    assert len(world.effects) == 1
    return doomed.ended


async def _to_the_end(app: Application) -> None:
    try:
        await ask(app)
    except (Killed, asyncio.CancelledError):
        return


@pytest.mark.parametrize(
    ("acme_script", "stripe_script"),
    [
        ([], []),
        ([After(Lost())], []),
        ([DECLINED], []),
        ([NoConnection()] * 4, []),
        ([NoConnection()] * 4, [After(Lost())] * 2),
        ([DECLINED], [NoConnection()]),
    ],
    ids=["first", "first, answer lost", "second", "second, first not there", "second, answers lost", "retried"],
)
def test_killed_at_any_step_it_is_collected_once_from_one_of_them(
    acme_script: list[Step], stripe_script: list[Step]
) -> None:
    steps = 0
    while virtually(crash_and_recover(steps + 1, list(acme_script), list(stripe_script))):
        steps += 1
        assert steps < 200
    assert steps >= 6


def test_the_front_door_serves_it_at_its_path() -> None:
    async def main() -> None:
        world = World()
        door = FrontDoor(
            world.application(Life(), "only"),
            wall_clock=world.wall_clock,
            redactor=Redactor(),
            instance="gw",
            log=lambda *_: None,
        )
        headers = {"host": "localhost", "x-correlation-id": "op-9"}
        answer = await door("POST", "/v1/collect", headers, b'{"amount": 5}')
        assert (answer.status, orjson.loads(answer.body)["by"]) == (200, "acme")
        answer = await door("POST", "/v1/collect", headers, b'{"amount": 0}')
        assert answer.status == 400
        health = orjson.loads((await door("GET", "/health", {"host": "localhost"}, b"")).body)
        assert "acme" in health["checks"]

    virtually(main())


@pytest.mark.parametrize(
    ("script", "got", "outcome"),
    [
        ([], [b"12.00 ", b"USD, ", b"paid"], "ok"),
        ([Lost()], [b"12.00 "], "connection_lost"),
        ([reply(403, {"code": "no"})], [], "vendor_refused"),
        ([NoConnection()], [b"12.00 ", b"USD, ", b"paid"], "ok"),
    ],
    ids=["whole", "cut", "refused", "retried"],
)
def test_its_stream_goes_through_the_same_policies(script: list[Step], got: list[bytes], outcome: str) -> None:
    async def main() -> None:
        world = World()
        world.acme.script.extend(script)
        guarded: Guarded[AcmeClient] = world.application(Life(), "only").guarded["acme"]
        pieces: list[bytes] = []

        async def read() -> None:
            async with guarded.stream(
                Asking("op-1"),
                "receipt",
                lambda client: client.receipt(operation_id="op-1"),
                first_within_s=2,
                idle_s=1,
            ) as receipt:
                async for piece in receipt:
                    pieces.append(piece)  # noqa: PERF401 - it may break in the middle

        with nullcontext() if outcome == "ok" else pytest.raises(ServiceError):
            await read()
        assert pieces == got
        (ended,) = (event for event in world.events if event.kind is Kind.CALL_FINISHED)
        assert (ended.outcome, ended.call) == (outcome, "receipt")

    virtually(main())
