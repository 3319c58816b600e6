"""Runs a scenario for real: processes, sockets, Redis, Locust.

    Redis, simulators ─▶ target ─▶ the schedule, with the start instant, to all ─▶ load, actions ─▶ drain ─▶ evidence

Whatever happens on the way (an error, Ctrl-C, SIGKILL of the harness) ends every process that was started.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from brownout_core.clock import system_wall_clock
from brownout_harness.arrivals import plan
from brownout_harness.evidence import Gap, GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.progress import Progress, ProgressSink
from brownout_harness.real import dead_letter_desk, load_process, redis_choice, simulators
from brownout_harness.real.clocks import Clocks
from brownout_harness.real.drain import drain, gaps_of_drain
from brownout_harness.real.load_process import LoadWatch
from brownout_harness.real.pace import gaps_of_pace
from brownout_harness.real.processes import Child, Processes, json_lines, pause, wait_until
from brownout_harness.real.simulators import Simulator
from brownout_harness.real.target import launch
from brownout_harness.real.telemetry_tail import BreakerWatch, event_rows
from brownout_harness.run_inputs import FaultCount, RunInputs
from brownout_scenarios.schema import Action, Scenario

START_WITHIN_S = 30.0
"""Our own processes serve by then, even on a busy machine."""
LEAD_S = 0.5
"""From handing out the start instant to the start."""
TICK_S = 0.02
SHOW_EVERY_S = 0.25
ACTION_LATE_S = 0.5
AFTER_LAST_ANSWER_S = 15.0
BUSY_SHARE = 0.8
ENDING_GRACE_S = 5.0


def run_real(
    scenario: Scenario,
    *,
    work: Path,
    redis_url: str | None = None,
    progress: ProgressSink | None = None,
    vendors: tuple[str, ...] = (),
) -> RunInputs:
    """Run `scenario` with its own seed; logs and scratch files go to the folder `work`.

    `redis_url` names an empty database of a Redis on this machine; left out, one is started. `vendors` are the
    simulators to start; all of them if empty.

    Raises:
        BadInput: a setting that cannot be run.
        NotJudged: something that is needed did not start, or ended.
    """
    logs, scratch = work / "logs", work / "scratch"
    logs.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    if not vendors:
        from brownout_simulators.vendors import VENDORS

        vendors = tuple(VENDORS)
    show = progress or (lambda _progress: None)
    with Processes(logs) as processes, redis_choice.chosen(redis_url) as given_redis:
        run = _Run(scenario, processes, logs=logs, scratch=scratch, show=show, vendors=vendors)
        try:
            run.start(given_redis)
            run.load()
            run.drain()
            return run.collect()
        finally:
            run.close()
            processes.stop_all()
            shutil.rmtree(scratch, ignore_errors=True)


@dataclass
class _Run:
    """One run and where it stands."""

    scenario: Scenario
    processes: Processes
    logs: Path
    scratch: Path
    show: ProgressSink
    vendors: tuple[str, ...]

    simulators: tuple[Simulator, ...] = ()
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    start_at_s: float = 0.0
    wall_start_s: float = 0.0
    still_open: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clocks = Clocks()
        self.arrivals = plan(self.scenario)
        self.spans = self.scenario.spans()
        self.rules = self.scenario.fault_rules()
        self.helpers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="action")
        self.pending: list[tuple[str, Future[str]]] = []
        self.shown_at_s = 0.0
        self.restarting_until_s: float | None = None

    # --- before

    def start(self, given_redis: str | None) -> None:
        """Everything up, the schedule handed out, the load told when to begin."""
        self.show(Progress(phase="starting", duration_s=self.scenario.duration_s))
        environment = dict(os.environ)
        seed = self.scenario.seed
        if given_redis is None:
            server = [sys.executable, "-m", "brownout_harness.real.redis_server"]
            self.processes.start("redis", server, environment)
        command = simulators.command(sys.executable, self.vendors, seed)
        child = self.processes.start(simulators.NAME, command, environment)
        self.simulators = self._wait(child, lambda: simulators.ready(child, self.vendors), "the simulators' process")
        redis_url = given_redis or self._own_redis()
        self.target = launch(self.scenario, self.simulators, redis_url=redis_url, scratch=self.scratch, seed=seed)
        self.breakers = BreakerWatch(self.target.telemetry)
        load_process.write_load_plan(self.scratch / "plan.ndjson", self.scenario, self.arrivals, self.target.url)
        load = self.processes.start(load_process.NAME, load_process.command(self.scratch, self.logs), environment)
        self.watch = LoadWatch(load)
        self._start_target()
        self._wait(load, self._load_is_ready, "the load generator")
        self.wall_start_s = system_wall_clock() + LEAD_S
        self.start_at_s = time.monotonic() + LEAD_S
        simulators.schedule(self.simulators, self.scenario, seed, self.start_at_s)
        load_process.begin(self.scratch, self.start_at_s)

    def _own_redis(self) -> str:
        child = self._child("redis")
        found = self._wait(child, lambda: [line for line in json_lines(child.output)[0] if "redis" in line], "Redis")
        return str(found[0]["redis"])

    def _start_target(self) -> None:
        """Start it, or look whether it runs, and wait until it serves."""
        target = self.target
        if not target.command:
            deadline_s = time.monotonic() + target.within_s
            while not target.is_ready():
                if time.monotonic() >= deadline_s:
                    raise NotJudged(f"no target serves at {target.ready_url}: start it, or name its command")
                self._tick(0.1)
            return
        target.require_free_port()
        child = self._launch_target()
        wait_until(target.is_ready, child, time.monotonic() + target.within_s, f"the target ({target.name})")

    def _launch_target(self) -> Child:
        target = self.target
        return self.processes.start(
            target.name, target.command, target.environment, cwd=target.cwd, grace_s=ENDING_GRACE_S
        )

    def _load_is_ready(self) -> bool:
        self.watch.look()
        return self.watch.is_ready

    def _wait(self, child: Child, ready: Callable[[], Any], what: str) -> Any:
        return wait_until(ready, child, time.monotonic() + START_WITHIN_S, what)

    def _child(self, name: str) -> Child:
        child = self.processes.get(name)
        if child is None:
            raise NotJudged(f"{name} was not started")
        return child

    # --- during

    def load(self) -> None:
        """Until every operation has ended: actions at their instants, everything watched."""
        waiting = list(self.scenario.actions())
        deadline_s = self._load_deadline_s()
        load = self._child(load_process.NAME)
        load.asked_to_end = True  # it ends by itself, and its exit code is looked at below
        while load.alive:
            while waiting and waiting[0][0] <= self._now_s():
                self._act(*waiting.pop(0))
            ahead_s = waiting[0][0] - self._now_s() if waiting else TICK_S
            self._tick(max(0.0, min(TICK_S, ahead_s)))
            if self._now_s() > deadline_s:
                raise NotJudged(
                    f"the load generator did not end {AFTER_LAST_ANSWER_S:.0f} s after its last answer was due"
                )
        self.watch.look()
        if load.exit_code:
            raise NotJudged(f"the load generator ended with exit code {load.exit_code}: {load.last_words()}")
        while self._now_s() < self.scenario.duration_s or waiting:  # a last phase may be longer than its arrivals
            while waiting and waiting[0][0] <= self._now_s():
                self._act(*waiting.pop(0))
            self._tick(TICK_S)

    def _load_deadline_s(self) -> float:
        """When the last answer is in at the latest, in seconds since the start, and a margin."""
        workload = self.scenario.workload
        asks = 1 + (workload.ask_again.times if workload.ask_again else 0)
        wait_s = workload.answer_within_s + (workload.ask_again.after_s if workload.ask_again else 0.0)
        last_s = max((arrival.at_s for arrival in self.arrivals), default=0.0)
        return last_s + asks * wait_s + AFTER_LAST_ANSWER_S

    def _act(self, at_s: float, action: Action) -> None:
        late_s = self._now_s() - at_s
        if late_s > ACTION_LATE_S:
            self.gaps.append(Gap(GapKind.FELL_BEHIND, f"{action.text} came {late_s:.1f} s late", at_s))
        if action.kill is not None:
            child = self._child(self.target.name)
            child.kill()
            child.wait(START_WITHIN_S)
            self.restarting_until_s = None
        elif action.start is not None:
            child = self._child(self.target.name)
            if child.alive:
                raise NotJudged(f"{action.text} at {at_s:g} s: it runs already")
            self._launch_target()
            self.restarting_until_s = time.monotonic() + self.target.within_s
        else:
            url = self.target.url
            self.pending.append((action.text, self.helpers.submit(dead_letter_desk.redrive, url)))

    def _tick(self, seconds: float) -> None:
        """One turn of the harness's loop: wait a little, look at everything once."""
        before_s = time.monotonic()
        pause(seconds)
        self.gaps += self.clocks.check_pause(seconds, time.monotonic() - before_s, self._now_s())
        self.gaps += self.clocks.check_drift(self._now_s())
        for line in self.processes.died_unasked():
            if not line.startswith(self.target.name):
                raise NotJudged(line)
            self.gaps.append(Gap(GapKind.PROCESS_DIED, line, self._now_s()))
        self._check_restart()
        self._check_pending(wait=False)
        if self.start_at_s and time.monotonic() - self.shown_at_s >= SHOW_EVERY_S:
            self.shown_at_s = time.monotonic()
            self.watch.look()
            self.breakers.look()
            self.show(self._progress())

    def _check_restart(self) -> None:
        """A target that was started again must serve again in time; nobody waits for it meanwhile."""
        if self.restarting_until_s is None or not self.target.is_ready():
            if self.restarting_until_s is not None and time.monotonic() > self.restarting_until_s:
                raise NotJudged(
                    f"the target ({self.target.name}) did not serve again {self.target.within_s:.0f} s after its start"
                )
            return
        self.restarting_until_s = None

    def _check_pending(self, *, wait: bool) -> None:
        """Look at actions that take a while."""
        for item in list(self.pending):
            text, future = item
            if not wait and not future.done():
                continue
            self.pending.remove(item)
            try:
                said = future.result(dead_letter_desk.REDRIVE_TIMEOUT_S)
            except NotJudged as error:
                self.gaps.append(Gap(GapKind.OTHER, str(error), self._now_s()))
            else:
                self.notes.append(f"{text}: {said}" if said else text)

    def _progress(self, phase: str = "") -> Progress:
        now_s = self._now_s()
        span = next((span for span in self.spans if span.start_s <= now_s < span.end_s), None)
        return Progress(
            phase=phase or (span.phase.name if span else "starting" if now_s < 0 else "draining"),
            at_s=now_s,
            duration_s=self.scenario.duration_s,
            offered_per_s=self.watch.per_second("offered"),
            achieved_per_s=self.watch.per_second("answered"),
            success_share=self.watch.success_share(),
            in_flight=self.watch.latest.get("in_flight", 0),
            breakers=dict(self.breakers.states),
            faults=tuple(f"{rule.vendor}: {rule.text}" for rule in self.rules if rule.start_s <= now_s < rule.end_s),
        )

    def _now_s(self) -> float:
        return time.monotonic() - self.start_at_s

    # --- after

    def drain(self) -> None:
        """Wait until nothing moves, the scenario's `drain` at most."""
        self._check_pending(wait=True)
        limit_s = self.scenario.drain_s
        self.still_open = dict(
            drain(self.simulators, limit_s=limit_s, target_moves=self._target_moves, tick=self._tick)
        )
        self.gaps += gaps_of_drain(self.still_open, limit_s)

    def _target_moves(self) -> object:
        self.breakers.look()
        return self.breakers.size

    def collect(self) -> RunInputs:
        """Everything that the judge needs. The target is stopped first, in order, so that it has said all."""
        self.show(self._progress("collecting"))
        duration_s = self._now_s()
        letters = self._letters()
        self.processes.stop(self.target.name)
        ledger = [row for each in self.simulators for row in simulators.ledger_rows(each, self.start_at_s)]
        counts: dict[str, FaultCount] = {}
        for each in self.simulators:
            counted, gaps = simulators.counts_of(each)
            counts |= counted
            self.gaps += gaps
        events, gaps = event_rows(self.target.telemetry, self.start_at_s)
        self.gaps += gaps
        operations, _ = json_lines(self.scratch / "operations.ndjson")
        self.gaps += gaps_of_pace(operations, len(self.arrivals), self.spans)
        self._note_generator()
        secrets = frozenset().union(*(each.secrets for each in self.simulators))
        return RunInputs(
            operations=tuple(operations),
            ledger=tuple(ledger),
            events=tuple(events),
            dead_letters=tuple(letters or ()),
            dead_letters_known=letters is not None,
            fault_counts=counts,
            gaps=tuple(self.gaps),
            still_open=self.still_open,
            notes=tuple(self.notes),
            secrets=secrets,
            logs=self.logs,
            started=datetime.fromtimestamp(self.wall_start_s, UTC).isoformat(timespec="seconds"),
            duration_s=duration_s,
        )

    def _letters(self) -> list[dict[str, Any]] | None:
        if not self.target.has_dead_letters:
            return None
        try:
            return dead_letter_desk.letters(self.target.url, self.wall_start_s)
        except NotJudged as error:
            self.gaps.append(Gap(GapKind.EVIDENCE_LOST, str(error)))
            return []

    def _note_generator(self) -> None:
        """What the generator itself took: above the limit its latencies are partly its own."""
        busy = self.watch.latest.get("max_cpu_share", 0.0)
        most = self.watch.latest.get("max_in_flight", 0)
        self.notes.append(f"load generator: at most {most} operations in flight, {busy:.0%} of one core")
        if busy > BUSY_SHARE:
            self.notes.append("load generator: over 80 % of its core was in use; its latencies are partly its own")

    def close(self) -> None:
        """Let the helper thread end."""
        self.helpers.shutdown(wait=False, cancel_futures=True)
