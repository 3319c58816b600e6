"""The reference application with the simulators of every vendor that books a job, in virtual time: as one gateway or
several on the same stores, each of which can be killed wherever it touches the world."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import orjson

from brownout_core.compose import Replacements, adapters_of
from brownout_core.flows.book_job import BookJob
from brownout_core.records import ClaimStore, DeadLetterStore, LetterState
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.dead_letters import redrive
from brownout_harness.asked.gateway.book_job import OPERATION
from brownout_harness.asked.tokens import Minter
from brownout_harness.judging.leaves import Leaves
from brownout_harness.virtual.life import Killed
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_reports.rows import LedgerRow, read, records_in
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor

EPOCH_S = 1_700_000_000.0
ACCOUNT = "booking"
LEASE_S = 32.0
"""How long a process that died over a job keeps others from it: the slowest vendor's deadline, and a margin."""
VENDORS = tuple(adapters_of({"book_job": BookJob}))
LEAVES = Leaves.of(OPERATION.leaves, OPERATION.undone_by)
FIELDS = {"stripe.charge": ["payment_intent"], "docusign.envelope": ["envelope_id"]}

Boundary = Callable[[str], None]
"""Told of each place at which a process could die; raises `Killed` where it does."""


class Booking:
    """Belongs to one loop. Rules by vendor are faults that strike from the beginning."""

    def __init__(
        self,
        rules: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        *,
        gateways: int = 1,
        seed: int = 7,
        replacements: Replacements | None = None,
        policies: Mapping[str, Any] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.seed = seed
        self.events: list[Event] = []
        self.boundary: Boundary = lambda _where: None
        self.simulators = {
            name: Simulator(load_vendor(name), clock=loop.time, epoch_s=EPOCH_S, seed=seed, base_url=base_url_of(name))
            for name in VENDORS
        }
        for name, each in self.simulators.items():
            given = [rule_from_json(dict(rule)) for rule in (rules or {}).get(name, ())]
            kept = {kind: fields for kind, fields in FIELDS.items() if kind.startswith(name)}
            each.schedule(given, start_at_s=0.0, seed=seed, fields=kept)
        self._hosts = {name: MemoryHost(each, loop) for name, each in self.simulators.items()}
        environments = {
            name: dict(each.vendor.environment(base_url_of(name), each.vendor.test_key(ACCOUNT)))
            for name, each in self.simulators.items()
        }
        self._minter = Minter("clerk", environments["clerk"]["CLERK_SECRET_KEY"], self.wall_clock)
        self.claims = MemoryClaimStore(loop.time)
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=self.wall_clock)
        put = replacements or Replacements()
        replaced = Replacements(
            **{
                **{name: getattr(put, name) for name in Replacements.__dataclass_fields__},
                "claim_store": lambda store: Watched(store, "claim", self),
                "dead_letter_store": lambda store: Watched(store, "kept", self),
                "transport": lambda vendor, transport: WatchedTransport(transport, vendor, self),
            }
        )
        document = {"preset": "recommended", **(policies or {})}
        self.gateways = [
            VirtualServer(
                config_of(environments, document, replaced, operations=("book_job",)),
                replaced,
                transports={name: HostTransport(host, wire_s=0.001) for name, host in self._hosts.items()},
                claims=lambda: self.claims,
                dead_letters=self.letters,
                sink=self.events.append,
                seed=seed + number,
                wall_clock=self.wall_clock,
                process=f"gateway-{number + 1}",
            )
            for number in range(gateways)
        ]

    def wall_clock(self) -> float:
        return EPOCH_S + asyncio.get_running_loop().time()

    async def ask(self, operation_id: str = "op-1", gateway: int = 0, **params: Any) -> tuple[int, dict[str, Any]]:
        """Status and answer; 0 where there was none."""
        drawn = {**OPERATION.draw(random.Random(f"{self.seed}:{operation_id}"), operation_id), **params}
        arrival = Arrival(operation_id, OPERATION.name, 0.0, drawn)
        asked = OPERATION.request(arrival)
        body = self._minter.filled(asked.body, asked.token, operation_id)
        task = self.gateways[gateway].serve(asked._replace(body=body), name=operation_id)
        if task is None:
            return 0, {}
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), Killed):
            return 0, {}
        answer = task.result()
        return answer.status, orjson.loads(answer.body)

    async def redrive(self, gateway: int = 0) -> str:
        return await self.gateways[gateway].talk(redrive())

    def die_at(self, place: Callable[[str], bool], gateway: int = 0) -> Boundary:
        """Kill that gateway at the first such place, and never again."""
        waits = True

        def boundary(where: str) -> None:
            nonlocal waits
            if waits and place(where):
                waits = False
                self.gateways[gateway].kill()
                raise Killed

        self.boundary = boundary
        return boundary

    def states(self) -> list[str]:
        """Of every letter, also those that are under way and shown to nobody."""
        rows = self.letters._database.execute("SELECT state FROM dead_letters ORDER BY seq").fetchall()
        return [LetterState(row[0]).value for row in rows]

    def effects(self, operation_id: str = "op-1") -> list[LedgerRow]:
        """All of them, at every vendor, in order."""
        found: list[LedgerRow] = []
        for name, each in self.simulators.items():
            rows = records_in(LedgerRow, read(LedgerRow, list(each.ledger.rows())))
            found += [
                row._replace(vendor=name) for row in rows if row.entry == "effect" and row.operation_id == operation_id
            ]
        return sorted(found, key=lambda row: row.at_s)

    def standing(self, operation_id: str = "op-1") -> dict[str, int]:
        """How many of each kind stand."""
        effects = self.effects(operation_id)
        return {clause[0]: len(LEAVES.standing(clause, effects)) for clause in LEAVES.clauses}

    def undone_too_often(self, operation_id: str = "op-1") -> list[str]:
        effects = self.effects(operation_id)
        return [each.id for clause in LEAVES.clauses for each in LEAVES.undone_too_often(clause, effects)]

    async def close(self) -> None:
        for gateway in self.gateways:
            gateway.end()
        for host in self._hosts.values():
            await host.close()
        await self.letters.close()


ALL_OF_IT = dict.fromkeys((clause[0] for clause in LEAVES.clauses), 1)
NOTHING = dict.fromkeys(ALL_OF_IT, 0)


class Watched:
    """A store, each of whose calls begins and ends at a boundary."""

    def __init__(self, inner: ClaimStore | DeadLetterStore, what: str, booking: Booking) -> None:
        self._inner = inner
        self._what = what
        self._booking = booking

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        async def watched(*args: Any, **more: Any) -> Any:
            self._booking.boundary(f"before {self._what} {name}")
            result = await call(*args, **more)
            self._booking.boundary(f"after {self._what} {name}")
            return result

        return watched


class WatchedTransport:
    """A transport, each of whose requests begins and ends at a boundary."""

    def __init__(self, inner: Transport, vendor: str, booking: Booking) -> None:
        self._inner = inner
        self._vendor = vendor
        self._booking = booking

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _Exchange(self._inner.open(request), f"{self._vendor} {request.method}", self._booking)

    async def close(self) -> None:
        await self._inner.close()


class _Exchange:
    def __init__(self, inner: AbstractAsyncContextManager[Opened], what: str, booking: Booking) -> None:
        self._inner = inner
        self._what = what
        self._booking = booking

    async def __aenter__(self) -> Opened:
        self._booking.boundary(f"before {self._what}")
        opened = await self._inner.__aenter__()
        self._booking.boundary(f"after {self._what}")
        return opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)
