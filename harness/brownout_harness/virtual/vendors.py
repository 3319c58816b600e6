"""The vendors of a run in virtual time: their simulators in memory, told the schedule beforehand, read at the end."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

import polars as pl

from brownout_harness.asked.notices import secret_variable
from brownout_harness.faults.actions import watched
from brownout_harness.judging.evidence import Gap
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.judging.simulator_status import fault_counts, simulator_gaps
from brownout_harness.safety.secret_forms import secrets_in
from brownout_harness.virtual.delivery import TARGET_URL
from brownout_harness.virtual.outside import Outside
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_reports.rows import DeliveryRow, LedgerRow, read
from brownout_scenarios.phases import Trigger
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.faults.rule import Match
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.hosts.pump import Send
from brownout_simulators.ledger import Blocks
from brownout_simulators.moments import Watch
from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.simulator import Simulator

WIRE_S = 0.001
"""A request's way to a vendor and back, about what it is on loopback: nothing takes no time at all."""

PAGE_ROWS = 16_384


class Vendors:
    """All of them, on one loop. Acts out the faults that happen inside a vendor."""

    def __init__(
        self,
        scenario: Scenario,
        vendors: Mapping[str, Any],
        *,
        epoch_s: float,
        blocks: Mapping[str, Blocks],
        fields: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType({}),
        deliver: Send | None = None,
        base_url: Callable[[str], str] = base_url_of,
    ) -> None:
        """`epoch_s` is the wall clock at the loop's instant 0; `blocks` keeps the ledgers, by vendor, of those that it
        names; the others are in memory. `fields` are those of effects that ledgers keep, by vendor and kind. `deliver`
        takes their notices to the target, where the scenario says that it hears any; `base_url` says where each is."""
        loop = asyncio.get_running_loop()
        self._scenario = scenario
        self._fields = fields
        self._simulators: dict[str, Simulator[Any]] = {
            name: Simulator(
                vendor,
                clock=loop.time,
                epoch_s=epoch_s,
                seed=scenario.seed,
                base_url=base_url(name),
                blocks=blocks.get(name),
                setup=scenario.setup.get(name),
            )
            for name, vendor in vendors.items()
        }
        self._hosts = {
            name: MemoryHost(simulator, loop, deliver=deliver) for name, simulator in self._simulators.items()
        }
        self.environments = {
            name: dict(vendor.environment(base_url(name), vendor.test_key(scenario.name)))
            for name, vendor in vendors.items()
        }
        """By vendor, the variables by which an application finds it."""
        for name, notices in scenario.notices.items():
            if notices.to:
                account = vendors[name].account_of(vendors[name].test_key(scenario.name))
                secret = self._simulators[name].listen(account, TARGET_URL + notices.to)
                self.environments[name] |= {secret_variable(name): secret}

    @property
    def key_holders(self) -> dict[str, KeyHolder]:
        """By vendor, who has no more than the application's key; none where that opens nothing."""
        key = self._scenario.name
        vendors = {name: simulator.vendor for name, simulator in self._simulators.items()}
        return {name: each.key_holder(each.test_key(key)) for name, each in vendors.items() if each.key_holder}

    @property
    def simulators(self) -> Mapping[str, Simulator[Any]]:
        """By vendor."""
        return self._simulators

    @property
    def secrets(self) -> frozenset[str]:
        """Every credential among those variables."""
        return frozenset().union(*map(secrets_in, self.environments.values()))

    def transports(self) -> dict[str, HostTransport]:
        """By vendor, the application's way to it."""
        return {name: HostTransport(host, wire_s=WIRE_S) for name, host in self._hosts.items()}

    def outside(self) -> dict[str, Outside]:
        """By the name of each group that asks a vendor directly, its way there."""
        groups = self._scenario.workload.groups
        return {each.name: Outside(self._hosts[each.asks], WIRE_S) for each in groups if each.asked_of}

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:
        """To each simulator its own rules, its limits, where operation ids travel, and what of effects to keep."""
        for name, simulator in self._simulators.items():
            simulator.schedule(
                [rule_from_json(dict(rule.json)) for rule in rules if rule.vendor == name],
                start_at_s=start_at_s,
                seed=self._scenario.seed,
                limits=self._scenario.limits_of(name),
                limits_during=self._scenario.limits_during(name),
                correlate=self._scenario.correlate.get(name),
                fields=self._fields.get(name),
                webhook_time_scale=notices.time_scale if (notices := self._scenario.notices.get(name)) else None,
            )

    def advance(self, vendor: str, seconds: float) -> None:
        """Move the vendor's own clock ahead."""
        self._simulators[vendor].advance(seconds)

    def watch(self, triggers: Sequence[Trigger], on_come: Callable[[str], None]) -> None:
        """Call `on_come` with an action's id at the instant of its moment, before anything else happens."""
        for name, simulator in self._simulators.items():
            given = watched(triggers, name, 0.0)
            simulator.moments.watch([Watch(**{**each, "match": Match.parse(each["match"])}) for each in given])
            simulator.moments.on_come = on_come

    def came(self) -> dict[str, int]:
        """By action, how often a moment of the kind that it waits for came."""
        return {
            name: waiting.came
            for simulator in self._simulators.values()
            for name, waiting in simulator.moments.waiting().items()
        }

    def still_open(self) -> dict[str, int]:
        """What is not at rest."""
        simulators = self._simulators.values()
        return {
            "requests": sum(simulator.under_way for simulator in simulators),
            "webhooks": sum(simulator.agenda.open_webhooks for simulator in simulators),
        }

    def counts(self) -> dict[str, FaultCount]:
        """By rule, how many requests it matched and struck."""
        return {
            rule: count
            for simulator in self._simulators.values()
            for rule, count in fault_counts(simulator.status()).items()
        }

    def gaps(self) -> list[Gap]:
        """Where a simulator itself fell short."""
        return [gap for name, simulator in self._simulators.items() for gap in simulator_gaps(name, simulator.status())]

    def said(self) -> dict[str, Sequence[Mapping[str, str]]]:
        """By vendor, what its first calls with an effect said, by place."""
        return {name: simulator.correlation.samples for name, simulator in self._simulators.items()}

    def ledger(self) -> Iterator[pl.DataFrame]:
        """Every row of every ledger, by vendor, so many at a time."""
        for name in sorted(self._simulators):
            rows = self._simulators[name].ledger.rows()
            while some := list(islice(rows, PAGE_ROWS)):
                yield read(LedgerRow, some)

    def deliveries(self) -> Iterator[pl.DataFrame]:
        """Every attempt to deliver a notice, by vendor."""
        for name in sorted(self._simulators):
            book = self._simulators[name].outbox.book
            yield read(DeliveryRow, [{"vendor": name, **each._asdict()} for each in book.page(0, len(book))])

    async def close(self) -> None:
        """Deliver nothing more."""
        for host in self._hosts.values():
            await host.close()
