"""Runs a scenario in virtual time: one process, one loop, no sockets, the same seed the same run.

simulators in memory ◀─ transports ─ the application ◀─ callers, at the instants that the seed drew
                                          │
                                    events, claims, dead letters
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind
from brownout_harness.asked.dead_letters import Dialogue, letters
from brownout_harness.asked.desk import visit
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.needed import vendors_needed
from brownout_harness.asked.notices import notices
from brownout_harness.asked.operations import operations_of
from brownout_harness.asked.outsiders import outsiders_of
from brownout_harness.asked.pace import gaps_of_pace
from brownout_harness.asked.plan import plan
from brownout_harness.asked.replicas import of_process
from brownout_harness.asked.terms import fields_to_keep, terms_of
from brownout_harness.asked.tokens import Minter, keeper_of
from brownout_harness.asked.users import users_of
from brownout_harness.faults.actions import Actions, written_down
from brownout_harness.faults.agenda import late
from brownout_harness.faults.layers import Actor, counted, in_force, schedule
from brownout_harness.faults.strikes import seen
from brownout_harness.faults.wall import MovedWall
from brownout_harness.judging.evidence import Deed, Gap, GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.orders import Came
from brownout_harness.judging.spool import Spool
from brownout_harness.problems import Interrupted, NotJudged
from brownout_harness.progress import Counted, Progress, ProgressSink, Recent
from brownout_harness.virtual.caller import Callers
from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.delivery import deliver
from brownout_harness.virtual.disk import Disk
from brownout_harness.virtual.foreign.staging import ForeignStage
from brownout_harness.virtual.held_back import Signals, held_back
from brownout_harness.virtual.letters_disk import LettersDisk
from brownout_harness.virtual.links import VirtualLinks
from brownout_harness.virtual.loop import rarely_collecting, run_virtually
from brownout_harness.virtual.moments import VirtualMoments
from brownout_harness.virtual.reference import ReferenceStage
from brownout_harness.virtual.replicas import Replicas
from brownout_harness.virtual.store import VirtualStore
from brownout_harness.virtual.unhandled import message_of, unhandled
from brownout_harness.virtual.vendors import WIRE_S, Vendors
from brownout_reports.rows import DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.tables import Rows, Tables
from brownout_scenarios.phases import Action, Layer
from brownout_scenarios.schema import GATEWAY, Scenario
from brownout_scenarios.stores import STORE
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, load_vendor

T = TypeVar("T")
Stage = ReferenceStage | ForeignStage
"""What differs with the application."""

EPOCH_S = 1_767_225_600.0
"""2026-01-01T00:00:00Z: the wall clock at the start of every virtual run."""
SHOW_EVERY_S = 1.0
LOOK_EVERY_S = 0.1


def run_virtual(
    scenario: Scenario,
    *,
    work: Path | None = None,
    progress: ProgressSink | None = None,
    replacements: Replacements | None = None,
    vendors: Mapping[str, Vendor[Any]] | None = None,
    operations: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS,
) -> RunInputs:
    """Run `scenario` with its own seed. `replacements` are put into the application (the audit's known-bad parts).
    The tables of vendors, and of what the application can be asked for, are replaced as a whole.

    What is more than memory should hold goes to the folder `work`, which must stay for as long as the rows are read;
    without one it stays in memory, in columns.

    Raises:
        Deadlock: everybody waits and no timer is set; lists who waits for what.
        NotVirtual: something reached for a socket, a thread, a process or a clock.
    """
    if vendors is None:
        vendors = {name: load_vendor(name) for name in VENDORS}  # imports read files: before the world is closed
    with ExitStack() as files, rarely_collecting(), held_back() as signals:
        run = Run(
            scenario,
            vendors=vendors,
            operations=operations,
            disk=Disk(work, vendors, files),
            replacements=replacements or Replacements(),
            progress=progress,
            signals=signals,
        )
        with run.stage.world(EPOCH_S), closed_world(epoch_s=EPOCH_S, seed=scenario.seed):
            inputs = run_virtually(run.main(), run.stage.loop)
    try:
        signals.pass_on()
    except Interrupted as interrupted:
        gap = Gap(GapKind.INTERRUPTED, f"by {interrupted}", inputs.duration_s)
        return replace(inputs, gaps=(gap, *inputs.gaps))
    return inputs


class Run:
    """One run and where it stands."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        vendors: Mapping[str, Vendor[Any]],
        operations: Mapping[str, GatewayOperation],
        disk: Disk,
        replacements: Replacements,
        progress: ProgressSink | None,
        signals: Signals,
    ) -> None:
        self.scenario = scenario
        self.loaded = {name: vendors[name] for name in vendors_needed(scenario, vendors, replacements.flows)}
        self.stage: Stage = ReferenceStage(self) if scenario.target is None else ForeignStage(scenario, self.loaded)
        self.arrivals = plan(scenario, operations)
        self.users = users_of(scenario, operations)
        self.asked_for = operations_of(scenario, operations)
        self.disk = disk
        self.operations = Spool(OperationRow, disk.rows)
        self.ledger = Spool(LedgerRow, disk.rows)
        self.events = Spool(EventRow, disk.rows, leaves_out=True)
        self.deliveries = Spool(DeliveryRow, disk.rows)
        self.breakers: dict[str, str] = {}
        self.replacements = replacements
        self.progress = progress
        self.recent = Recent()
        self.signals = signals
        self.is_cut_short = False
        self.gaps: list[Gap] = []
        self.deeds: list[Deed] = []
        self.notes: list[str] = []
        self.visits: list[tuple[Deed, asyncio.Task[Came]]] = []
        self.cut_short: set[asyncio.Task[Came]] = set()

    async def main(self) -> RunInputs:
        """Everything from the first line to the evidence."""
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(self._unhandled)
        fields = fields_to_keep(terms_of(self.asked_for.values()), self.scenario.expect, self.loaded)
        self.vendors = Vendors(
            self.scenario,
            self.loaded,
            epoch_s=EPOCH_S,
            blocks=self.disk.ledgers,
            fields=fields,
            deliver=self._deliver,
            base_url=self.stage.base_url,
        )
        self.wall = MovedWall(self.loop.time, EPOCH_S)
        self.store = VirtualStore(self.scenario, self.loop, away=self.disk.claims)
        self.dead_letters = LettersDisk.empty(self.wall, self.loop.time)
        self.links = VirtualLinks(self.scenario, self.loop)
        self.actors = {layer: make(self) for layer, make in LAYERS.items()}
        schedule(self.actors, self.scenario, 0.0)
        self.actions = Actions(self.scenario)
        self.moments = VirtualMoments(self.actions, self.vendors, clock=self.loop.time, act=self._act)
        self.stage.open(self.vendors.simulators, self.vendors.environments, self.links)
        self.replicas = Replicas(self.scenario.processes, self.stage.server)
        for at_s, action in self.scenario.actions():
            self.loop.call_at(at_s, self._act_when_due, action, at_s)
        holders = self.vendors.key_holders
        self.callers = Callers(
            self.arrivals,
            self.scenario.workload,
            {**self.asked_for, **outsiders_of(self.scenario, holders)},
            self.replicas.servers,
            outside=self.vendors.outside(),
            record=self.operations.add,
            users=self.users,
            ends_s=self.scenario.duration_s,
            secrets=self.vendors.secrets,
            minter=Minter(*keeper_of(holders), lambda: EPOCH_S + self.loop.time()),
        )
        await self.stage.ready()
        if self.progress is not None:
            self._show()
        work = self.loop.create_task(self._to_its_end(), name="the run")
        self.signals.end(work)
        try:
            still_open = await work
        except asyncio.CancelledError:
            if not self.signals.have_come:
                raise
            self.is_cut_short, still_open = True, {}
        inputs = await self._collect(still_open)
        gaps = list(self.gaps)
        if self.is_cut_short:
            self.replicas.end()
        await self._close()
        # Of what is cut short, whatever fails while it is taken down has been made to.
        return replace(inputs, gaps=tuple(gaps if self.is_cut_short else self.gaps))

    async def _to_its_end(self) -> dict[str, int]:
        """The load, every phase, and the drain; what is still open then."""
        await self.callers.run()
        if (left_s := self.scenario.duration_s - self.loop.time()) > 0:
            await asyncio.sleep(left_s)
        return await self._drain()

    async def _deliver(self, webhook: OutgoingWebhook) -> int | None:
        """To the first process: a vendor has one address of the target."""
        return await deliver(webhook, next(iter(self.replicas.servers.values())), WIRE_S)

    # --- during

    def _act_when_due(self, action: Action, at_s: float) -> None:
        if action.start is not None and self.replicas.is_ending(self.actions.processes.meant(action)):
            self.loop.call_later(LOOK_EVERY_S, self._act_when_due, action, at_s)
            return
        if (gap := late(action, at_s, self.loop.time())) is not None:
            self.gaps.append(gap)
        self._act(action)

    def _act(self, action: Action) -> None:
        if not self.actions.begins(action, self.loop.time()):
            return
        if action.ending is not None and action.for_s is not None:
            self.loop.call_later(action.for_s, self._act, action.ending)
        self.deeds.append(self.actions.deed(action, self.loop.time()))
        if action.process == STORE:
            self.gaps += self.store.act(action)
        elif action.process is not None:
            self._act_on_target(action)
        elif action.disk is not None:
            self.gaps += self.dead_letters.act(action)
        elif action.clock == GATEWAY:
            self.wall.advance(action.ahead_s or 0.0)
        elif action.clock is not None:
            self.vendors.advance(action.clock, action.ahead_s or 0.0)
        else:
            talk = self._talk(visit(action, self.loop.time))
            self.visits.append((self.deeds[-1], self.loop.create_task(talk, name=action.text)))

    def _act_on_target(self, action: Action) -> None:
        if action.kill or action.stop:
            self.cut_short.update(task for _, task in self.visits if not task.done())
        self.replicas.take(action, self.actions.processes.meant(action))

    def _show(self) -> None:
        """A look for whoever watches; costs nothing when nobody does."""
        assert self.progress is not None  # noqa: S101 - set by the one who calls
        now_s = self.loop.time()
        span = next((span for span in self.scenario.spans() if span.start_s <= now_s < span.end_s), None)
        callers, recent = self.callers, self.recent
        recent.look(Counted(now_s, callers.offered, callers.offered - callers.in_flight, callers.done))
        self.progress(
            Progress(
                phase=span.phase.name if span else "draining",
                at_s=now_s,
                duration_s=self.scenario.duration_s,
                offered_per_s=recent.offered_per_s,
                achieved_per_s=recent.achieved_per_s,
                success_share=recent.success_share,
                in_flight=callers.in_flight,
                breakers=dict(self.breakers),
                faults=in_force(self.scenario.fault_rules(), now_s),
            )
        )
        if span is not None:
            self.loop.call_later(SHOW_EVERY_S, self._show)

    def hear(self, process: str, event: Event) -> None:
        self.events.add(EventRow(*event, process))  # the same fields in the same order
        if event.kind is Kind.BREAKER_TRANSITION:
            self.breakers[of_process(event.vendor, process)] = event.outcome

    def _talk(self, dialogue: Dialogue[T]) -> Coroutine[Any, Any, T]:
        """With one of the processes that serve."""
        return self.replicas.talk(dialogue, self.actions.serving())

    def _unhandled(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        if self.stage.takes(context.get("exception"), message_of(context)):
            return
        told = unhandled(context, self.loop.time())
        if isinstance(told, Event):
            self.hear("", told)
        elif told is not None:
            self.gaps.append(told)

    # --- after

    async def _drain(self) -> dict[str, int]:
        """Until nothing moves, the scenario's `drain` at most; what still does."""
        ends_at_s = self.loop.time() + self.scenario.drain_s
        # Looking costs nothing in virtual time.
        while (still_open := self._still_open()) and self.loop.time() < ends_at_s:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)
        if still_open:
            what = " and ".join(f"{count} {name}" for name, count in still_open.items())
            limit = f"{self.scenario.drain_s:.0f} s after the load ended"
            self.gaps.append(Gap(GapKind.DRAIN_NOT_FINISHED, f"{what} still open {limit}"))
        return still_open

    def _still_open(self) -> dict[str, int]:
        redrives = sum(not task.done() for _, task in self.visits)
        counts = {**self.vendors.still_open(), "operations": int(self.replicas.is_at_work()), "redrives": redrives}
        return {name: count for name, count in counts.items() if count}

    async def _collect(self, still_open: Mapping[str, int]) -> RunInputs:
        duration_s = self.loop.time()
        await self.callers.look_once_more()
        shown = [self.wall.true_dates(each) for each in await self._shown(letters(0.0))]
        for deed, task in self.visits:
            self._settle(deed, task)
        self.ledger.add_blocks(self.vendors.ledger())
        self.deliveries.add_blocks(self.vendors.deliveries())
        self.gaps += [*self.vendors.gaps(), *self.actions.gaps, *self.stage.gaps()]
        if forgotten := self.store.forgotten:
            self.gaps.append(Gap(GapKind.OTHER, f"{forgotten} claims were forgotten for want of room"))
        operations = self.operations.rows()
        asked = operations.values(pl.col("operation_id"))
        for row in await self._shown(notices(asked, self.scenario.heard, duration_s)):
            self.events.add(row)
        if not self.is_cut_short:
            pace = gaps_of_pace(operations, self.callers.offered, self.scenario.spans())
            self.gaps += [*self.moments.gaps(), *pace]
        linked = seen(self.links.books(), self.ledger.rows(), operations)
        self.gaps += [*self.links.gaps(duration_s), *linked.gaps]
        books = (linked.ledger, self.events.rows(), self.deliveries.rows(), linked.strikes)
        if unreadable := self.events.unreadable:
            self.gaps.append(Gap(GapKind.EVIDENCE_LOST, f"{unreadable} of the target's events cannot be read"))
        return RunInputs(
            tables=Tables(operations, *books, Rows.of(LetterRow, shown)),
            shows_dead_letters=self._shows_letters,
            fault_counts=counted(self.actors.values()),
            deeds=tuple(self.deeds),
            endings=self.replicas.endings(),
            still_open=still_open,
            said=self.vendors.said(),
            notes=(*self.notes, *self.stage.notes()),
            secrets=self.vendors.secrets,
            duration_s=duration_s,
        )

    async def _close(self) -> None:
        """Let go of the simulators: full as they are they hold each other, and whoever judges, or runs again, needs
        their room. A task that failed and that nobody holds says so when it is collected: now, while it is heard."""
        await self.stage.close()
        self.links.close()
        await self.vendors.close()
        await self.dead_letters.close()
        del self.vendors, self.moments, self.actors, self.replicas, self.callers, self.store
        del self.visits, self.cut_short
        gc.collect()

    def _settle(self, deed: Deed, task: asyncio.Task[Came]) -> None:
        if not task.done():
            return  # the drain said so
        try:
            self.notes.append(written_down(task.result(), deed, self.deeds))
        except NotJudged as error:
            if task in self.cut_short:  # by the scenario's own kill or stop
                self.notes.append(f"{deed.text}: cut short: {error}")
            else:
                self.gaps.append(Gap(GapKind.OTHER, str(error)))

    @property
    def _shows_letters(self) -> bool:
        """Somebody else's application shows nothing of itself."""
        return self.scenario.target is None and not self.is_cut_short

    async def _shown(self, dialogue: Dialogue[list[T]]) -> list[T]:
        """What the application shows of itself, when all is at rest."""
        if not self._shows_letters:
            return []
        try:
            return await self._talk(dialogue)
        except NotJudged as error:
            self.gaps.append(Gap(GapKind.EVIDENCE_LOST, str(error)))
            return []


LAYERS: Final[Mapping[Layer, Callable[[Run], Actor]]] = {
    "vendor": lambda run: run.vendors,
    "wire": lambda run: run.links,
}
"""The layers of faults that virtual time can act out, and who does."""
