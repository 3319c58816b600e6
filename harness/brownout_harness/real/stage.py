"""Everything that a real run needs, up and ready: Redis, simulators, target, load generator.

Their start is mostly imports, so whatever does not wait for another is started at once.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.pace import gaps_of_pace
from brownout_harness.asked.plan import plan
from brownout_harness.asked.users import Turn, users_of
from brownout_harness.judging.evidence import Gap
from brownout_harness.problems import NotJudged
from brownout_harness.real import booths, load_process, redis_process
from brownout_harness.real.around import Around
from brownout_harness.real.booths import Booth, Booths
from brownout_harness.real.interception import Interception
from brownout_harness.real.links import Found, RealLinks
from brownout_harness.real.load_process import LoadWatch
from brownout_harness.real.load_workers import ONE, Generators, Load
from brownout_harness.real.memory import MemoryWatch, is_wanted
from brownout_harness.real.processes import Child, Processes, pause, wait_until
from brownout_harness.real.redis_choice import Redis
from brownout_harness.real.redis_process import RedisProcess
from brownout_harness.real.replicas import launches
from brownout_harness.real.store import RealStore
from brownout_harness.real.target import Launch
from brownout_harness.real.toxiproxy_choice import Server
from brownout_harness.safety.secret_forms import forms_of, masked
from brownout_reports.rows import OperationRow
from brownout_reports.tables import Rows
from brownout_scenarios.phases import Action
from brownout_scenarios.processes import KILLED_AFTER_S, means
from brownout_scenarios.schema import Scenario

START_WITHIN_S = 30.0
"""Our own processes serve by then, even on a busy machine."""
LOOK_EVERY_S = 0.1
LAST_LINES = 15
"""Of the log of a target that does not get ready."""


class Stage:
    """What was started. Its processes are `processes`' to stop."""

    def __init__(
        self,
        scenario: Scenario,
        processes: Processes,
        *,
        vendors: Sequence[str],
        scratch: Path,
        logs: Path,
        redis: Redis,
        tell: Callable[[str], None] = lambda _text: None,
        parts: str = "",
        generators: Generators = ONE,
        toxiproxy: Server | None = None,
    ) -> None:
        """Start everything and wait until it is ready. `tell` takes what somebody must know who starts the target;
        `parts` is the name of what takes the place of the gateway's own parts; `generators` make the load; `toxiproxy`
        acts out faults of links.

        Raises:
            BadInput: the target cannot be run as the scenario says.
            NotJudged: something did not start, or not in time.
        """
        self._scenario = scenario
        self._processes = processes
        self._grace_s = scenario.grace_s + KILLED_AFTER_S
        self._restarting_until_s: dict[str, float] = {}
        self._paused: set[str] = set()
        environment = dict(os.environ)
        self._interception = Interception(scenario, processes, environment=environment, folder=scratch)
        self.store = RealStore(scenario, RedisProcess(redis, processes, scratch=scratch, environment=environment))
        self.around = Around(scenario, processes, scratch=scratch, environment=environment)
        stands = self._stands(vendors, environment)
        load = Load(generators, processes, environment, scratch=scratch, logs=logs, tell=tell)
        # Computed while the children are busy starting.
        self.arrivals: tuple[Arrival, ...] = tuple(plan(scenario))
        self.load = load
        self.watch = LoadWatch(load.child)
        self.booths = Booths(scenario, [booth for lot, child in stands.items() for booth in _ready(child, lot)])
        self.booths.set_up()
        self.memory = MemoryWatch(is_wanted=is_wanted(scenario), are_all_wanted=generators.is_soak)
        self.redis_url = self.store.wait()
        found = Found(self.booths, self.redis_url, toxiproxy)
        self.links = RealLinks(scenario, processes, found, scratch=scratch, environment=environment)
        self.targets: Mapping[str, Launch] = self._launches(scratch, parts, tell)
        own = (*stands.values(), load.child, *self.links.children, *self._interception.children)
        self.own: tuple[Child, ...] = own
        """The processes that tell when they stood still."""
        self.target: Launch = next(iter(self.targets.values()))
        """The one that users ask; of copies the first: they differ in name, port and telemetry."""
        self._begin(tell, scratch)

    def _stands(self, vendors: Sequence[str], environment: Mapping[str, str]) -> dict[Sequence[str], Child]:
        """The simulators' processes, by their vendors."""
        scenario = self._scenario
        # Of one that is behind a link, the port that the target knows is the link's.
        ports = {vendor: port for vendor, port in scenario.vendor_ports.items() if vendor not in scenario.linked}
        return {
            lot: self._processes.start(
                booths.name_of(lot),
                booths.command(sys.executable, lot, scenario.seed, ports.get(lot[0], 0)),
                environment,
            )
            for lot in booths.lots_of(scenario, vendors)
        }

    def _begin(self, tell: Callable[[str], None], scratch: Path) -> None:
        self._begin_targets(tell)
        self._plan_load(scratch)
        for each in self.targets.values():
            self._wait_for(each)
        self._wait_for_load()
        self._require_alive()

    def _launches(self, scratch: Path, parts: str, tell: Callable[[str], None]) -> Mapping[str, Launch]:
        first = self._scenario.processes[0]
        led = self._interception.begin(tuple(self.links.ways(first).booths), tell)
        return launches(
            self._scenario, self.links.ways, scratch=scratch, listen=self.booths.listen, parts=parts, led=led
        )

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Of users who wait for their answers: as many as there can be."""
        return tuple(chain.from_iterable(users_of(self._scenario)))

    def _plan_load(self, scratch: Path) -> None:
        urls, secrets = {name: self.targets[name].url for name in self._asked}, self.booths.secrets
        outside = {booth.vendor: (booth.url, holder) for booth in self.booths if (holder := booth.key_holder)}
        load_process.write_load_plan(
            scratch, self._scenario, self.arrivals, urls, secrets, turns=self.turns, outside=outside
        )

    def intercepted(self, notes: list[str]) -> Sequence[Gap]:
        """Where mitmproxy fell short, or was not used, by a target that has ended; what it saw goes to the notes."""
        seen = self._interception.end()
        notes += seen.notes
        return seen.gaps

    @property
    def asked(self) -> list[Arrival]:
        """Everything that can be asked for in this run."""
        return [*self.arrivals, *(turn.arrival for turn in self.turns)]

    @property
    def begun(self) -> int:
        """So many operations must be recorded: every arrival, and what waiting users have come to ask for."""
        return len(self.arrivals) + int(self.watch.latest.get("turns", 0))

    def gaps_of_load(self, operations: Rows[OperationRow], told: Sequence[Mapping[str, Any]]) -> list[Gap]:
        """Where the load was not the load that was asked for; `told` are the same operations, each with its worker."""
        spans = self._scenario.spans()
        by_all = gaps_of_pace(operations, self.begun, spans)
        return [*by_all, *self.load.gaps(told, self.watch.latest, spans)]

    def target_child(self, name: str) -> Child:
        """The newest process of the target under that name.

        Raises:
            NotJudged: it was not started by us.
        """
        child = self._processes.get(name)
        if child is None:
            raise NotJudged(f"{name} was not started here, so it cannot be stopped or started")
        return child

    def _begin_targets(self, tell: Callable[[str], None]) -> None:
        if not self.target.command:
            for line in _needed_by(self.target, self.links.ways(self._scenario.processes[0]).booths):
                tell(line)
            return
        disk, deadline_s = self.around.disk, time.monotonic() + START_WITHIN_S
        if disk.holder is not None:
            wait_until(disk.is_ready, disk.holder, deadline_s, "the disk of the dead letters")
        for each in self.targets.values():
            each.require_free_port()
            self._launch(each)

    def take(self, action: Action, names: Iterable[str]) -> None:
        """Do to these processes of the target what the action says.

        Raises:
            NotJudged: it could not be done.
        """
        for name in names:
            if action.kill is not None:
                self.kill_target(name)
            elif action.pause is not None:
                self.pause_target(name)
            elif action.stop is not None:
                self.target_child(name).ask_to_end()
            else:
                self.restart_target(name)

    def serving(self, running: Sequence[str]) -> Launch:
        """Of the target's processes that are to run, the first that does; where none does, the first."""
        asked = [name for name in running if name in self._asked]
        alive = [name for name in asked if name not in self._restarting_until_s and self._is_alive(name)]
        return self.targets[next(iter([*alive, *asked, *self.targets]))]

    def look_at_memory(self, now_s: float) -> None:
        """What everybody holds, where somebody wants to know."""
        redis = self._processes.get(redis_process.NAME)
        own = [*self.own, *self.load.workers, *([redis] if redis is not None else [])]
        self.memory.look(now_s, self.pids, {each.name: each.pid for each in own if each.alive})

    @property
    def _asked(self) -> tuple[str, ...]:
        """Those of the target's processes that users ask."""
        return tuple(name for name in self.targets if name not in self._scenario.unasked)

    @property
    def pids(self) -> dict[str, int]:
        """Of the target's processes that run, by name; of one that was not started here nobody knows it."""
        children = {name: self._processes.get(name) for name in self.targets}
        return {name: child.pid for name, child in children.items() if child is not None and child.alive}

    @property
    def any_alive(self) -> bool:
        """Whether any of the target's processes runs."""
        return any(self._is_alive(name) for name in self.targets)

    def _is_alive(self, name: str) -> bool:
        return not self.target.command or self.target_child(name).alive

    def kill_target(self, name: str) -> None:
        """SIGKILL, and wait until it and all that it started are gone."""
        self.target_child(name).kill()
        self.target_child(name).wait(START_WITHIN_S)
        self._restarting_until_s.pop(name, None)

    def pause_target(self, name: str) -> None:
        """SIGSTOP, and wait until it is stopped.

        Raises:
            NotJudged: it is not.
        """
        if not self.target_child(name).pause() and self.target_child(name).alive:
            raise NotJudged(f"{name} was to be paused, and runs on")
        self._paused.add(name)
        self._restarting_until_s.pop(name, None)

    def waits(self, action: Action) -> bool:
        """Whether it cannot be begun yet: what was told to stop is still ending, which its grace bounds."""
        meant = [name for name in self.targets if action.start is not None and means(action.start, name)]
        children = [self._processes.get(name) for name in meant]
        return any(child is not None and child.asked_to_end and child.alive for child in children)

    def restart_target(self, name: str) -> None:
        """Start it again on the same port with the same stores; one that is paused goes on. Nobody waits for it
        (`not_back`)."""
        target = self.targets[name]
        if name in self._paused:
            self._paused.remove(name)
            self.target_child(name).go_on()
            self._restarting_until_s[name] = time.monotonic() + target.within_s
            return
        if self.target_child(name).alive:
            raise NotJudged(f"{name} was to be started again, and runs already: kill it first")
        self._launch(target)
        self._restarting_until_s[name] = time.monotonic() + target.within_s

    def not_back(self) -> Iterator[str]:
        """What was started again, lives and does not serve though its time is over, in words; each once."""
        for name, until_s in list(self._restarting_until_s.items()):
            is_ready = self.targets[name].is_ready(self._processes.get(name))
            is_over = time.monotonic() > until_s
            if is_ready or is_over:
                del self._restarting_until_s[name]
            if not is_ready and is_over and self._is_alive(name):  # one that has died is told as that
                why = self.targets[name].why_not_ready(self._processes.get(name))
                yield f"{name} did not serve again within {self.targets[name].within_s:.0f} s of its start: {why}"

    def _launch(self, target: Launch) -> Child:
        return self._processes.start(
            target.name,
            self.around.under(target.command),
            self.around.within(target.environment),
            cwd=target.cwd,
            grace_s=self._grace_s,
        )

    def _wait_for(self, target: Launch) -> None:
        deadline_s = time.monotonic() + target.within_s
        if target.command:
            child, what = self.target_child(target.name), f"the target ({target.name})"
            why, said = partial(target.why_not_ready, child), partial(self._last_said, child)
            wait_until(lambda: child.alive and not why(), child, deadline_s, what, why=why, said=said)
            return
        while why_not := target.why_not_ready():
            if time.monotonic() >= deadline_s:
                raise NotJudged(f"no target is ready, {why_not}: start it, or name its command")
            pause(LOOK_EVERY_S)

    def _last_said(self, child: Child) -> str:
        """The end of its log, without credentials; on lines of their own where they are several."""
        lines = child.last_said(LAST_LINES)
        return masked("\n  ".join(["", *lines] if len(lines) > 1 else lines), forms_of(self.booths.secrets))

    def _require_alive(self) -> None:
        """That one was ready does not say that it has lived on while the others were waited for.

        Raises:
            NotJudged: it has not.
        """
        for child in (self._processes.get(name) for name in self.targets):
            if child is not None and not child.alive:
                said = f"; its last words: {words}" if (words := self._last_said(child)) else ""
                raise NotJudged(f"{child.name} ended with exit code {child.exit_code} before the run began{said}")

    def _wait_for_load(self) -> None:
        deadline_s = time.monotonic() + self.load.ready_within_s
        why = partial(self.load.why_not_ready, self.watch.joined)
        wait_until(self._load_is_ready, self.load.child, deadline_s, "the load generator", why=why)

    def _load_is_ready(self) -> bool:
        self.load.require_alive()
        self.watch.look()
        return self.watch.is_ready


def _needed_by(target: Launch, found: Iterable[Booth]) -> Iterator[str]:
    """What an application that is started by hand must have in its environment, as `brownout up` prints it."""
    yield f"the target at {target.url} is not started here; in its environment it needs what it uses of:"
    for booth in found:
        yield from (f"  {name}={value}" for name, value in booth.environment.items())


def _ready(child: Child, lot: Sequence[str]) -> Sequence[Booth]:
    deadline_s, cure = time.monotonic() + START_WITHIN_S, f"end what uses it, or change target.ports.{lot[0]}"
    found = booths.wait(child, lot, deadline_s, f"the simulator of {', '.join(lot)}", cure=cure)
    # The lines that told their addresses told their test keys too: those stay out of the run's logs.
    child.output.write_bytes(b"")
    return found
