"""Everything that a real run needs, up and ready: Redis, simulators, target, load generator.

Their start is mostly imports, so whatever does not wait for another is started at once.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.plan import plan
from brownout_harness.asked.users import Turn, users_of
from brownout_harness.problems import NotJudged
from brownout_harness.real import booths, load_process
from brownout_harness.real.booths import Booth, Booths
from brownout_harness.real.load_process import LoadWatch
from brownout_harness.real.processes import Child, Processes, pause, wait_until
from brownout_harness.real.redis_choice import Redis
from brownout_harness.real.redis_process import RedisProcess
from brownout_harness.real.store import RealStore
from brownout_harness.real.target import Launch, launch
from brownout_scenarios.phases import Action
from brownout_scenarios.processes import KILLED_AFTER_S
from brownout_scenarios.schema import Scenario

START_WITHIN_S = 30.0
"""Our own processes serve by then, even on a busy machine."""
LOOK_EVERY_S = 0.1


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
    ) -> None:
        """Start everything and wait until it is ready. `tell` takes what somebody must know who starts the target.

        Raises:
            BadInput: the target cannot be run as the scenario says.
            NotJudged: something did not start, or not in time.
        """
        self._scenario = scenario
        self._processes = processes
        self._grace_s = scenario.grace_s + KILLED_AFTER_S
        self._restarting_until_s: float | None = None
        self._is_paused = False
        environment = dict(os.environ)
        self.store = RealStore(scenario, RedisProcess(redis, processes, scratch=scratch, environment=environment))
        ports = scenario.target.ports if scenario.target is not None else {}
        stands = {
            vendor: processes.start(
                booths.name_of(vendor),
                booths.command(sys.executable, vendor, scenario.seed, ports.get(vendor, 0)),
                environment,
            )
            for vendor in vendors
        }
        load = processes.start(load_process.NAME, load_process.command(scratch, logs), environment)
        # Computed while the children are busy starting.
        self.arrivals: tuple[Arrival, ...] = tuple(plan(scenario))
        self.load = load
        self.watch = LoadWatch(load)
        self.booths = Booths(scenario, [_booth(child, vendor) for vendor, child in stands.items()])
        self.own: tuple[Child, ...] = (*stands.values(), load)
        """The processes that tell when they stood still."""
        self.redis_url = self.store.wait()
        self.target: Launch = launch(
            scenario,
            self.booths,
            redis_url=self.redis_url,
            scratch=scratch,
            seed=scenario.seed,
            listen=self.booths.listen,
        )
        if self.target.command:
            self.target.require_free_port()
            self._launch()
        else:
            for line in _needed_by(self.target, self.booths):
                tell(line)
        self._plan_load(scratch)
        self._wait_for_target()
        _wait(load, self._load_is_ready, "the load generator")

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Of users who wait for their answers: as many as there can be."""
        return tuple(chain.from_iterable(users_of(self._scenario)))

    def _plan_load(self, scratch: Path) -> None:
        url, secrets = self.target.url, self.booths.secrets
        outside = {booth.vendor: (booth.url, holder) for booth in self.booths if (holder := booth.key_holder)}
        load_process.write_load_plan(
            scratch, self._scenario, self.arrivals, url, secrets, turns=self.turns, outside=outside
        )

    @property
    def asked(self) -> list[Arrival]:
        """Everything that can be asked for in this run."""
        return [*self.arrivals, *(turn.arrival for turn in self.turns)]

    @property
    def begun(self) -> int:
        """So many operations must be recorded: every arrival, and what waiting users have come to ask for."""
        return len(self.arrivals) + int(self.watch.latest.get("turns", 0))

    @property
    def target_child(self) -> Child:
        """The target's newest process.

        Raises:
            NotJudged: it was not started by us.
        """
        child = self._processes.get(self.target.name)
        if child is None:
            raise NotJudged(f"{self.target.name} was not started here, so it cannot be stopped or started")
        return child

    def kill_target(self) -> None:
        """SIGKILL, and wait until it and all that it started are gone."""
        self.target_child.kill()
        self.target_child.wait(START_WITHIN_S)
        self._restarting_until_s = None

    def pause_target(self) -> None:
        """SIGSTOP, and wait until it is stopped.

        Raises:
            NotJudged: it is not.
        """
        if not self.target_child.pause() and self.target_child.alive:
            raise NotJudged(f"{self.target.name} was to be paused, and runs on")
        self._is_paused = True
        self._restarting_until_s = None

    def waits(self, action: Action) -> bool:
        """Whether it cannot be begun yet: what was told to stop is still ending, which its grace bounds."""
        child = self._processes.get(self.target.name)
        return action.start == self.target.name and child is not None and child.asked_to_end and child.alive

    def restart_target(self) -> None:
        """Start it again on the same port with the same stores; one that is paused goes on. Nobody waits for it
        (`check_restart`)."""
        if self._is_paused:
            self._is_paused = False
            self.target_child.go_on()
            self._restarting_until_s = time.monotonic() + self.target.within_s
            return
        if self.target_child.alive:
            raise NotJudged(f"{self.target.name} was to be started again, and runs already: kill it first")
        self._launch()
        self._restarting_until_s = time.monotonic() + self.target.within_s

    def check_restart(self) -> None:
        """See whether a target that was started again serves by now.

        Raises:
            NotJudged: it does not, and its time is over.
        """
        if self._restarting_until_s is None:
            return
        if self.target.is_ready():
            self._restarting_until_s = None
        elif time.monotonic() > self._restarting_until_s:
            limit_s = self.target.within_s
            raise NotJudged(f"the target ({self.target.name}) did not serve again within {limit_s:.0f} s of its start")

    def _launch(self) -> Child:
        target = self.target
        return self._processes.start(
            target.name, target.command, target.environment, cwd=target.cwd, grace_s=self._grace_s
        )

    def _wait_for_target(self) -> None:
        target = self.target
        deadline_s = time.monotonic() + target.within_s
        if target.command:
            wait_until(target.is_ready, self.target_child, deadline_s, f"the target ({target.name})")
            return
        while not target.is_ready():
            if time.monotonic() >= deadline_s:
                raise NotJudged(f"no target serves at {target.ready_url}: start it, or name its command")
            pause(LOOK_EVERY_S)

    def _load_is_ready(self) -> bool:
        self.watch.look()
        return self.watch.is_ready


def _needed_by(target: Launch, found: Booths) -> Iterator[str]:
    """What an application that is started by hand must have in its environment, as `brownout up` prints it."""
    yield f"the target at {target.url} is not started here; in its environment it needs what it uses of:"
    for booth in found:
        yield from (f"  {name}={value}" for name, value in booth.environment.items())


def _booth(child: Child, vendor: str) -> Booth:
    deadline_s, cure = time.monotonic() + START_WITHIN_S, f"end what uses it, or change target.ports.{vendor}"
    (booth,) = booths.wait(child, [vendor], deadline_s, f"the {vendor} simulator", cure=cure)
    # The line that told its address told its test key too: that stays out of the run's logs.
    child.output.write_bytes(b"")
    return booth


def _wait(child: Child, ready: Callable[[], Any], what: str) -> Any:
    return wait_until(ready, child, time.monotonic() + START_WITHIN_S, what)
