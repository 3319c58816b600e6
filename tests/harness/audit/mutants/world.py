"""The reference application with the simulators of its vendors, in virtual time: a few operations, nothing judged."""

import asyncio
import fnmatch
import random
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from brownout_core.compose import Replacements, adapters_of, chosen
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.dead_letters import redrive
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.terms import fields_to_keep, terms_of
from brownout_harness.asked.tokens import Minter
from brownout_harness.judging.differing import value_of
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_reports.rows import LedgerRow, read, records_in
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import WALL_S

Rules = Mapping[str, Sequence[Mapping[str, Any]]]
Answer = tuple[int, dict[str, Any]]


class World:
    """Belongs to one loop. `rules` are the faults, by vendor, that strike from the beginning."""

    def __init__(
        self,
        put: Replacements,
        *operations: str,
        rules: Rules | None = None,
        setup: Mapping[str, Any] | None = None,
        policies: Mapping[str, Any] | None = None,
        gateways: int = 1,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.events: list[Event] = []
        names = list(adapters_of(chosen(put.flows, operations), put.adapters))
        self.simulators = {
            name: Simulator(
                load_vendor(name), clock=loop.time, epoch_s=WALL_S, seed=7, base_url=base_url_of(name),
                setup=(setup or {}).get(name),
            )
            for name in names
        }  # fmt: skip
        kept = fields_to_keep(terms_of(GATEWAY_OPERATIONS[each] for each in operations if each in GATEWAY_OPERATIONS))
        for name, each in self.simulators.items():
            given = [
                rule_from_json({"vendor": name, "id": f"{name}-{number}", **rule})
                for number, rule in enumerate((rules or {}).get(name, ()))
            ]
            each.schedule(given, start_at_s=0.0, seed=7, fields=kept.get(name))
        hosts = {name: MemoryHost(each, loop) for name, each in self.simulators.items()}
        environments = {
            name: dict(each.vendor.environment(base_url_of(name), each.vendor.test_key("demo")))
            for name, each in self.simulators.items()
        }
        if "clerk" in environments:
            self._minter = Minter("clerk", environments["clerk"]["CLERK_SECRET_KEY"], self.wall_clock)
        claims, letters = MemoryClaimStore(loop.time), SqliteDeadLetterStore(":memory:", wall_clock=self.wall_clock)
        self.claims, self.letters = claims, letters
        document = {"preset": "recommended", **(policies or {})}
        self.gateways = [
            VirtualServer(
                config_of(environments, document, put, operations=operations),
                put,
                transports={name: HostTransport(host, wire_s=0.001) for name, host in hosts.items()},
                claims=lambda: claims,
                dead_letters=letters,
                sink=self.events.append,
                seed=number,
                wall_clock=self.wall_clock,
                process=f"gateway-{number}",
            )
            for number in range(gateways)
        ]

    def wall_clock(self) -> float:
        return WALL_S + asyncio.get_running_loop().time()

    async def ask(self, name: str, /, operation_id: str = "op-1", **params: Any) -> Answer:
        """Status and answer."""
        operation = GATEWAY_OPERATIONS[name]
        drawn = {**operation.draw(random.Random(operation_id), operation_id), **params}
        asked = operation.request(Arrival(operation_id, name, 0.0, drawn))
        if asked.token:
            asked = asked._replace(body=self._minter.filled(asked.body, asked.token, operation_id))
        task = self.gateways[0].serve(asked, name=operation_id)
        assert task is not None
        answer = await task
        return answer.status, orjson.loads(answer.body)

    async def ask_several(self, name: str, times: int, **params: Any) -> list[Answer]:
        """So many at once."""
        return await asyncio.gather(*(self.ask(name, f"op-{number}", **params) for number in range(times)))

    def client(self, vendor: str) -> Any:
        """The application's own, without its policies."""
        return self.gateways[0]._application.guarded[vendor]._client

    async def redrive(self) -> str:
        return await self.gateways[0].talk(redrive())

    def rows(self, vendor: str) -> list[LedgerRow]:
        return list(records_in(LedgerRow, read(LedgerRow, list(self.simulators[vendor].ledger.rows()))))

    def effects(self, kind: str) -> int:
        """How many of `stripe.charge` the vendor's books hold."""
        vendor = kind.partition(".")[0]
        return sum(row.entry == "effect" and row.route == kind for row in self.rows(vendor))

    def held(self, kind: str, field: str) -> list[Any]:
        """What the books hold there of each such effect."""
        vendor = kind.partition(".")[0]
        effects = [row for row in self.rows(vendor) if row.entry == "effect" and row.route == kind]
        return [value_of(each, field) for each in effects]

    def requests(self, vendor: str, route: str = "*") -> int:
        """How many came by such a route."""
        return sum(row.entry == "request" and fnmatch.fnmatch(row.route, route) for row in self.rows(vendor))
