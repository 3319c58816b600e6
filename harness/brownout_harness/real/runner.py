"""Runs a scenario for real: processes, sockets, Redis, Locust.

    stage: all up ─▶ the schedule, with the start instant, to all ─▶ load, actions ─▶ drain ─▶ evidence

Whatever happens on the way (an error, Ctrl-C, SIGKILL of the harness) ends every process that was started.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from brownout_core.clock import system_wall_clock
from brownout_harness.asked.dead_letters import Answered, Dialogue, drive, letters
from brownout_harness.asked.desk import visit
from brownout_harness.asked.needed import vendors_needed
from brownout_harness.asked.notices import notices
from brownout_harness.asked.request import Request
from brownout_harness.faults.actions import Actions, written_down
from brownout_harness.faults.agenda import Agenda
from brownout_harness.faults.layers import Actor, counted, in_force, schedule
from brownout_harness.faults.strikes import seen
from brownout_harness.faults.wall import MovedWall
from brownout_harness.judging.evidence import Death, Deed, Gap, GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.orders import Came
from brownout_harness.judging.spool import Spool
from brownout_harness.problems import Interrupted, NotJudged
from brownout_harness.progress import Progress, ProgressSink
from brownout_harness.real import load_process
from brownout_harness.real.breaker_looks import Breakers
from brownout_harness.real.clocks import Clocks
from brownout_harness.real.drain import drain, gaps_of_drain
from brownout_harness.real.last_look import look_again
from brownout_harness.real.load_workers import ONE, Generators
from brownout_harness.real.machine import load_now, notes_of_load
from brownout_harness.real.moments import RealMoments
from brownout_harness.real.onlooker import NOBODY, Onlooker
from brownout_harness.real.processes import Processes, pause
from brownout_harness.real.pulse import Pulses
from brownout_harness.real.redis_choice import Redis, choose, emptied
from brownout_harness.real.replicas import asker, have_look, telemetry_of
from brownout_harness.real.stage import Stage
from brownout_harness.real.stops import Stops
from brownout_harness.real.telemetry_tail import spool_events
from brownout_harness.real.toxiproxy_choice import Server
from brownout_reports.rows import DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow, frame_of, read
from brownout_reports.tables import Rows, Tables
from brownout_scenarios.phases import Action, Layer
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import STORE
from brownout_simulators.vendors import VENDORS

T = TypeVar("T")

TICK_S = 0.05
LAST_LINES = 20
"""Of the log of a target that died."""
SHOW_EVERY_S = 0.25


def run_real(
    scenario: Scenario,
    *,
    work: Path,
    redis: Redis | None = None,
    progress: ProgressSink | None = None,
    parts: str = "",
    onlooker: Onlooker = NOBODY,
    generators: Generators = ONE,
    toxiproxy: Server | None = None,
) -> RunInputs:
    """Run `scenario` with its own seed; logs, rows and scratch files go to the folder `work`.

    It must stay for as long as the rows are read.

    `redis` is what was chosen; left out, the machine's own server or else the embedded one. `parts` names what takes
    the place of the gateway's own parts (`brownout_core.gateway.parts`), `toxiproxy` acts out the faults of links.

    Raises:
        BadInput: a setting that cannot be run.
        NotJudged: something that is needed did not start, or ended.
    """
    logs, scratch, rows = work / "logs", work / "scratch", work / "rows"
    for folder in (logs, scratch, rows):
        folder.mkdir(parents=True, exist_ok=True)
    show = onlooker.along_with(progress or (lambda _progress: None))
    show(Progress(phase="starting", duration_s=scenario.duration_s))
    chosen = redis or choose()
    with emptied(chosen), Processes(logs) as processes:
        stage = Stage(
            scenario,
            processes,
            vendors=vendors_needed(scenario, VENDORS),
            scratch=scratch,
            logs=logs,
            redis=chosen,
            tell=lambda said: show(Progress(phase="starting", duration_s=scenario.duration_s, said=said)),
            parts=parts,
            generators=generators,
            toxiproxy=toxiproxy,
        )
        run = _Run(scenario, stage, processes, scratch=scratch, rows=rows, show=show, onlooker=onlooker)
        try:
            with stage.booths.found_here():
                run.load()
            run.drain()
            return run.collect(logs)
        except Interrupted as signal:
            return run.cut_short(logs, str(signal))
        finally:
            run.close()
            processes.stop_all()
            shutil.rmtree(scratch, ignore_errors=True)


class _Run:
    """One run on its stage, from the start instant on."""

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        processes: Processes,
        *,
        scratch: Path,
        rows: Path,
        show: ProgressSink,
        onlooker: Onlooker,
    ) -> None:
        self._scenario = scenario
        self._onlooker = onlooker
        self._stage = stage
        self._processes = processes
        self._scratch = scratch
        self._rows = rows
        self._show = show
        self._gaps: list[Gap] = []
        self._deaths: list[Death] = []
        self._deeds: list[Deed] = []
        self._stops = Stops()
        self._notes: list[str] = []
        self._load_before = load_now()
        self._still_open: dict[str, int] = {}
        self._helper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="action")
        self._pending: list[tuple[Deed, Future[Came]]] = []
        self._cut_short: set[Future[Came]] = set()
        self._rules = scenario.fault_rules()
        self._agenda = Agenda(scenario.actions())
        self._actions = Actions(scenario)
        self._moments = RealMoments(self._actions, stage.booths, act=self._act)
        self._shown_at_s = 0.0
        self._clocks = Clocks()
        self._pulses = Pulses(stage.redis_url if any(each.asks_redis for each in stage.targets.values()) else "")
        onlooker.begins(scenario, tuple(stage.booths))
        lead_s = stage.booths.lead_s()
        self._wall_start_s = system_wall_clock() + lead_s
        self._start_at_s = time.monotonic() + lead_s
        self._wall = MovedWall(self._now_s, self._wall_start_s)
        self._actors = {layer: make(stage) for layer, make in LAYERS.items()}
        self._moments.watch(self._start_at_s)
        schedule(self._actors, scenario, self._start_at_s)
        load_process.begin(scratch, self._start_at_s)
        self._breakers = Breakers(stage.targets, scenario, self._now_s)

    def load(self) -> None:
        """Until every operation has ended and every phase is over: actions at their instants, everything watched."""
        deadline_s = load_process.over_by_s(self._scenario)
        child = self._stage.load.child
        while child.alive or self._agenda or self._now_s() < self._scenario.duration_s:
            self._act_when_due()
            self._gaps += self._moments.look(self._now_s())
            ahead_s = self._agenda.ahead_s(self._now_s())
            self._tick(TICK_S if ahead_s is None else min(TICK_S, ahead_s))
            if child.alive and self._now_s() > deadline_s:
                raise NotJudged("the load generator did not end, long after its last answer was due")
            if child.exit_code:
                raise NotJudged(f"the load generator ended with exit code {child.exit_code}: {child.last_words()}")
        self._stage.watch.look()
        self._gaps += self._moments.gaps(self._now_s())

    def _act_when_due(self) -> None:
        while (taken := self._agenda.take(self._now_s(), self._stage.waits)) is not None:
            action, late = taken
            if late is not None:
                self._gaps.append(late)
            self._act(action)

    def _act(self, action: Action) -> None:
        if not self._actions.begins(action, self._now_s()):
            return
        if action.ending is not None and action.for_s is not None:
            self._agenda.add(self._now_s() + action.for_s, action.ending)
        self._deeds.append(self._actions.deed(action, self._now_s()))
        self._onlooker.deed(self._deeds[-1].at_s, self._deeds[-1].text)
        if self._stage.around.takes(action):
            meant = self._actions.processes.meant(action)
            pids = {**self._stage.pids, **self._stage.store.pids}
            self._gaps += self._stage.around.act(action, meant, pids, self._wall, self._notes.append)
        elif action.process == STORE:
            self._gaps += self._stage.store.act(action, self._now_s())
        elif action.process is not None:
            self._act_on_target(action)
        elif action.clock is not None:
            self._stage.booths.advance(action.clock, action.ahead_s or 0.0)
        else:
            visited = self._helper.submit(drive, visit(action, self._now_s), self._asker())
            self._pending.append((self._deeds[-1], visited))

    def _act_on_target(self, action: Action) -> None:
        if action.kill or action.stop:
            self._cut_short.update(future for _, future in self._pending if not future.done())
        meant = self._actions.processes.meant(action)
        self._stage.take(action, meant)
        for name in meant if action.stop else ():
            self._stops.begin(name, self._stage.target_child(name), self._now_s())

    def _asker(self) -> Callable[[Request], Answered]:
        """One of the target's processes that serve, as an operator asks it."""
        running = self._actions.serving()
        have_look(self._stage.targets, running)
        return asker(self._stage.serving(running).url)

    def _tick(self, seconds: float) -> None:
        """One turn of the harness's loop: wait a little, look at everything once."""
        pause(seconds)
        self._gaps += self._clocks.check_drift(self._now_s())
        for child in self._processes.died_unasked():
            if child.name not in self._stage.targets:  # without it there is no evidence
                words = child.last_words()
                raise NotJudged(
                    f"{child.name} ended unasked with exit code {child.exit_code}: {words}".removesuffix(": ")
                )
            self._deaths.append(Death(self._now_s(), child.name, child.exit_code or 0, child.last_said(LAST_LINES)))
        self._gaps += (Gap(GapKind.NOT_STAGED, why, self._now_s()) for why in self._stage.not_back())
        self._stops.look(self._now_s())
        self._stage.look_at_memory(self._now_s())
        self._gaps += self._stage.store.look(self._now_s())
        self._stage.around.look()
        self._settle_actions()
        if time.monotonic() - self._shown_at_s >= SHOW_EVERY_S:
            self._shown_at_s = time.monotonic()
            self._stage.watch.look()
            self._breakers.look()
            self._show(self._progress())

    def _settle_actions(self) -> None:
        """Look at actions that take a while."""
        for item in list(self._pending):
            deed, future = item
            if not future.done():
                continue
            self._pending.remove(item)
            try:
                self._notes.append(written_down(future.result(), deed, self._deeds))
            except NotJudged as error:
                if future in self._cut_short or self._deaths:  # by the scenario's own kill or stop, or by its end
                    self._notes.append(f"{deed.text}: cut short: {error}")
                else:
                    self._gaps.append(Gap(GapKind.OTHER, str(error), self._now_s()))

    def _progress(self, phase: str = "") -> Progress:
        now_s = self._now_s()
        watch = self._stage.watch
        span = next((span for span in self._scenario.spans() if span.start_s <= now_s < span.end_s), None)
        return Progress(
            phase=phase or (span.phase.name if span else "starting" if now_s < 0 else "draining"),
            at_s=now_s,
            duration_s=self._scenario.duration_s,
            offered_per_s=watch.recent.offered_per_s,
            achieved_per_s=watch.recent.achieved_per_s,
            success_share=watch.recent.success_share,
            in_flight=watch.latest.get("in_flight", 0),
            breakers=self._breakers.states,
            faults=in_force(self._rules, now_s),
        )

    def _now_s(self) -> float:
        return time.monotonic() - self._start_at_s

    def drain(self) -> None:
        """Wait until nothing moves, the scenario's `drain` at most."""
        limit_s = self._scenario.drain_s
        still_open = drain(
            self._stage.booths,
            limit_s=limit_s,
            target_moves=self._target_moves,
            redrives=lambda: len(self._pending),
            tick=self._tick,
        )
        self._still_open = dict(still_open)
        self._gaps += gaps_of_drain(still_open, limit_s)

    def _target_moves(self) -> object:
        self._breakers.look()
        return self._breakers.size

    def cut_short(self, logs: Path, signal: str) -> RunInputs:
        """What is there already of a run that somebody ends. The target is not asked for its dead letters any more."""
        self._gaps.append(Gap(GapKind.INTERRUPTED, f"by {signal}", self._now_s()))
        return self.collect(logs)

    def collect(self, logs: Path) -> RunInputs:
        """Everything that the judge needs. The target is stopped first, in order, so that it has said all."""
        self._show(self._progress("collecting"))
        duration_s = self._now_s()
        shown = [self._wall.true_dates(each) for each in self._shown(letters(0.0))]
        told = load_process.recorded(self._scratch, self._scenario, self._stage.asked)
        if not self._is_interrupted:
            told = look_again(told, self._scenario, self._asker(), self._now_s)
        heard = self._shown(notices([str(row["operation_id"]) for row in told], self._scenario.heard, duration_s))
        self._gaps += self._breakers.gaps()
        for name in self._stage.targets:
            self._processes.stop(name)
        booths = self._stage.booths
        ledger, events = Spool(LedgerRow, self._rows), Spool(EventRow, self._rows)
        ledger.add_blocks(booths.ledger(self._start_at_s))
        deliveries = Spool(DeliveryRow, self._rows)
        deliveries.add_blocks(booths.deliveries(self._start_at_s))
        self._gaps += self._stage.links.collect(duration_s)
        self._gaps += [*booths.gaps(), *self._stage.intercepted(self._notes)]
        until_s = self._start_at_s + duration_s
        self._gaps += self._pulses.gaps(self._stage.own, self._start_at_s, until_s, away=self._stage.store.away)
        for name, path in telemetry_of(self._stage.targets).items():
            self._gaps += spool_events(path, self._start_at_s, events, name)
        events.add_block(frame_of(EventRow, [*heard, *self._breakers.seen()]))
        operations = Rows(OperationRow, read(OperationRow, told).lazy())
        if not self._is_interrupted:
            self._gaps += self._stage.gaps_of_load(operations, told)
        linked = seen(self._stage.links.books(), ledger.rows(), operations)
        books = (operations, linked.ledger, events.rows(), deliveries.rows(), linked.strikes)
        return RunInputs(
            tables=Tables(*books, Rows.of(LetterRow, shown)),
            shows_dead_letters=self._shows_letters,
            fault_counts=counted(self._actors.values()),
            gaps=(*self._gaps, *linked.gaps, *self._actions.gaps),
            deaths=tuple(self._deaths),
            deeds=tuple(self._deeds),
            endings=self._stops.endings,
            memory=self._stage.memory.samples,
            beside=self._stage.memory.beside,
            looks=self._breakers.looks(duration_s),
            still_open=self._still_open,
            said=booths.said(),
            notes=(*self._notes, *notes_of_load(self._load_before, self._stage.watch.latest), *self._onlooker.notes),
            secrets=booths.secrets,
            logs=logs,
            started=datetime.fromtimestamp(self._wall_start_s, UTC).isoformat(timespec="seconds"),
            duration_s=duration_s,
        )

    @property
    def _is_interrupted(self) -> bool:
        return any(gap.kind is GapKind.INTERRUPTED for gap in self._gaps)

    @property
    def _shows_letters(self) -> bool:
        """Who died unasked shows none, and that is no fault of the harness."""
        return (
            self._stage.target.has_dead_letters
            and not self._is_interrupted
            and not (self._deaths and not self._stage.any_alive)
        )

    def _shown(self, dialogue: Dialogue[list[T]]) -> list[T]:
        """What the application shows of itself, when all is at rest."""
        if not self._shows_letters:
            return []
        try:
            return drive(dialogue, self._asker())
        except NotJudged as error:
            self._gaps.append(Gap(GapKind.EVIDENCE_LOST, str(error)))
            return []

    def close(self) -> None:
        """Let the threads end."""
        self._onlooker.is_over()
        self._pulses.stop()
        self._breakers.stop()
        self._helper.shutdown(wait=False, cancel_futures=True)


LAYERS: Final[Mapping[Layer, Callable[[Stage], Actor]]] = {
    "vendor": lambda stage: stage.booths,
    "wire": lambda stage: stage.links,
}
"""The layers of faults that real mode can act out, and who does."""
