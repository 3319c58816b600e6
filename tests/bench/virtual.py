"""Virtual time: guarded operations per wall second through adapter, pipeline and simulator, and whole scenarios."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

from brownout_core.adapters.declaration import Wire
from brownout_core.adapters.stripe import StripeAccess, StripeClient
from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.pipeline import Pipeline
from brownout_core.policies.settings import make_policies
from brownout_core.presets import policies_for
from brownout_core.redaction import Redactor
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event
from brownout_harness.asked.request import Request
from brownout_harness.running.execute import judged_virtually
from brownout_harness.virtual.loop import run_virtually
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_reports.run_folder import Status
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.bench.measure import Row
from tests.support.booking import VENDORS as VENDORS_OF_A_JOB
from tests.support.booking import Booking

CONCURRENT = 50
JOBS_AT_ONCE = 20
UNLIMITED: Final = {"limiter": {"capacity": 1_000_000, "refill_per_s": 1_000_000.0}}


def run(*, quick: bool = False) -> list[Row]:
    """All figures of virtual mode."""
    rounds = 3 if quick else 15
    operations = 500 if quick else 4000
    guarded: list[Took] = []
    through: list[Took] = []
    booked: list[Took] = []
    scenario: list[Took] = []
    _guarded(operations)
    _through_the_door(operations)
    jobs = operations // 20
    _booked(jobs)
    _scenario()
    for _ in range(rounds):
        guarded.append(_guarded(operations))
        through.append(_through_the_door(operations))
        booked.append(_booked(jobs))
        scenario.append(_scenario())
    payments = "guarded payments through adapter, pipeline and simulator, with the recorder"
    asked = "payments asked for through the front door: bytes, claim, flow, pipeline, simulator, bytes"
    brownout = "stripe-brownout, 100 s simulated, run and judged"
    rate = [operations / took.wall_s for took in guarded]
    return [
        Row(
            bench="virtual",
            case=payments,
            value=median(rate),
            unit="/s",
            goal=10_000,
            better="higher",
            note=f"per wall second, median of {rounds}, best {max(rate):.0f}; {CONCURRENT} concurrent, one core",
        ),
        Row(
            bench="virtual",
            case=payments,
            value=operations / median(took.cpu_s for took in guarded),
            unit="/s",
            note="per second of processor time: what a core of its own gives",
        ),
        Row(
            bench="virtual",
            case=asked,
            value=operations / median(took.cpu_s for took in through),
            unit="/s",
            goal=14_000,
            better="higher",
            note="per second of processor time",
        ),
        Row(
            bench="virtual",
            case="jobs booked at nine vendors: a session, and twelve to fourteen requests each",
            value=jobs / median(took.cpu_s for took in booked),
            unit="/s",
            goal=700,
            better="higher",
            note=f"per second of processor time; {JOBS_AT_ONCE} at once, the simulators' work and the door's included",
        ),
        Row(
            bench="virtual",
            case=brownout,
            value=median(took.wall_s for took in scenario),
            unit="s",
            goal=1.0,
            note=f"median of {rounds}, best {min(took.wall_s for took in scenario):.2f}",
        ),
        Row(
            bench="virtual",
            case=brownout,
            value=median(took.cpu_s for took in scenario),
            unit="s",
            note="of processor time",
        ),
    ]


class Took(NamedTuple):
    """Of one sample, with the garbage collector at work as in any run."""

    wall_s: float
    cpu_s: float


def _timed(work: Callable[[], None]) -> Took:
    gc.collect()
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall_s, time.process_time() - cpu_s)


def _guarded(operations: int) -> Took:
    def work() -> None:
        recorded = run_virtually(_pay(operations))
        if recorded < 3 * operations:
            raise RuntimeError(f"{recorded} events for {operations} operations: not every one was guarded and recorded")

    return _timed(work)


async def _pay(operations: int) -> int:
    """`operations` payments, CONCURRENT at a time, each with its telemetry recorded."""
    loop = asyncio.get_running_loop()
    vendor = load_vendor("stripe")
    simulator = Simulator(vendor, clock=loop.time, epoch_s=0.0, seed=1, base_url=base_url_of("stripe"))
    host = MemoryHost(simulator, loop)
    events: list[Event] = []
    client = StripeClient(
        StripeAccess(base_url=simulator.base_url, api_key=vendor.test_key("bench")),
        Wire(HostTransport(host), loop.time, Redactor(())),
    )
    # The limiter would pace the load by virtual seconds, which cost nothing; everything else is as recommended.
    policies = policies_for("stripe").overridden({"limiter": {"capacity": 1_000_000, "refill_per_s": 1_000_000.0}})
    made = make_policies("stripe", policies, seed=1, sink=events.append)
    pipeline = Pipeline("stripe", made, sink=events.append)

    async def caller(first: int) -> None:
        for number in range(first, operations, CONCURRENT):
            operation_id = f"pay-{number}"
            await pipeline.call(
                Asking(operation_id),
                "create_payment_intent",
                lambda operation_id=operation_id: client.create_payment_intent(  # type: ignore[misc]
                    operation_id=operation_id, idempotency_key=operation_id + "-key-0123456789", amount=1200,
                    currency="usd", payment_method="pm_card_visa",
                ),
                idempotent=True,
            )  # fmt: skip

    async with asyncio.TaskGroup() as group:
        for first in range(CONCURRENT):
            group.create_task(caller(first))
    return len(events)


def _through_the_door(operations: int) -> Took:
    def work() -> None:
        done = run_virtually(_ask(operations))
        if done != operations:
            raise RuntimeError(f"{done} of {operations} payments were made")

    return _timed(work)


async def _ask(operations: int) -> int:
    """`operations` payments, CONCURRENT at a time, each a task of the application, as in a run."""
    loop = asyncio.get_running_loop()
    vendors = {name: load_vendor(name) for name in VENDORS}
    simulators = {
        name: Simulator(vendor, clock=loop.time, epoch_s=0.0, seed=1, base_url=base_url_of(name))
        for name, vendor in vendors.items()
    }
    events: list[Event] = []
    # As above: nothing but the limiter's pace is taken away.
    policies = {"vendors": {"stripe": {"limiter": {"capacity": 1_000_000, "refill_per_s": 1_000_000.0}}}}
    environments = {
        name: vendor.environment(base_url_of(name), vendor.test_key("bench")) for name, vendor in vendors.items()
    }
    claims = MemoryClaimStore(loop.time)
    server = VirtualServer(
        config_of(environments, policies),
        Replacements(),
        transports={name: HostTransport(MemoryHost(each, loop)) for name, each in simulators.items()},
        claims=lambda: claims,
        dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=loop.time),
        sink=events.append,
        seed=1,
        wall_clock=loop.time,
    )
    body = b'{"amount": 1200, "currency": "usd", "payment_method": "pm_card_visa"}'
    statuses: Counter[int] = Counter()

    async def caller(first: int) -> None:
        for number in range(first, operations, CONCURRENT):
            operation_id = f"pay-{number:06}-54352c"
            headers = {"X-Correlation-ID": operation_id, "Content-Type": "application/json"}
            answering = server.serve(Request("POST", "/v1/pay", headers, body), name=operation_id)
            assert answering is not None
            statuses[(await answering).status] += 1

    async with asyncio.TaskGroup() as group:
        for first in range(CONCURRENT):
            group.create_task(caller(first))
    return statuses[200]


def _scenario() -> Took:
    def work() -> None:
        judgement = judged_virtually("stripe-brownout", seed=7)
        if judgement.status is not Status.PASSED:
            raise RuntimeError(f"stripe-brownout did not pass: {judgement.reasons}")

    return _timed(work)


def _booked(jobs: int) -> Took:
    def work() -> None:
        done = run_virtually(_book(jobs))
        if done != jobs:
            raise RuntimeError(f"{done} of {jobs} jobs were booked")

    return _timed(work)


async def _book(jobs: int) -> int:
    """`jobs` of them, JOBS_AT_ONCE at a time, each with its own session."""
    world = Booking(policies={"vendors": dict.fromkeys(VENDORS_OF_A_JOB, UNLIMITED)})
    statuses: Counter[int] = Counter()

    async def caller(first: int) -> None:
        for number in range(first, jobs, JOBS_AT_ONCE):
            status, _ = await world.ask(f"book-job-{number:06}", payment_method="pm_card_visa")
            statuses[status] += 1

    async with asyncio.TaskGroup() as group:
        for first in range(JOBS_AT_ONCE):
            group.create_task(caller(first))
    await world.close()
    return statuses[201]
