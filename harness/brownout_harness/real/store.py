"""The store of a run as a process: stopped, killed and started again, emptied, and put back to what it was.

Only a Redis that the run has started for itself: one that the user names may be somebody else's, too.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from brownout_harness.faults.snapshots import Snapshots
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real import redis_memory
from brownout_harness.real.processes import Child
from brownout_harness.real.redis_choice import Redis
from brownout_harness.real.redis_memory import Content, NotDone
from brownout_harness.real.redis_process import NAME, RedisProcess
from brownout_harness.real.stalls import Standstill
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import STORE

BACK_WITHIN_S: Final = 5.0
"""Of its start. A redis-server took 0.02 to 0.16 s on a machine with two cores, the embedded one 0.6 to 1.7 s."""
ENDS_WITHIN_S: Final = 5.0
"""Of a SIGKILL."""


def require_own(scenario: Scenario, redis: Redis) -> None:
    """Refuse what is to be done to the store where the run starts none.

    Raises:
        BadInput: the user names it, and the scenario does something to it.
    """
    for phase in scenario.phases:
        for action in phase.actions:
            if redis.url and action.process == STORE:
                raise BadInput(
                    f"{action.text}: {redis.words} is not the run's own, and is left alone: leave --redis out, or "
                    "write --redis fake"
                )


class RealStore:
    """One store, for one run."""

    def __init__(
        self,
        scenario: Scenario,
        process: RedisProcess,
        *,
        clock: Callable[[], float] = time.monotonic,
        content: Callable[[str], Content] = redis_memory.content,
    ) -> None:
        self._process = process
        self._clock = clock
        self._content = content
        self._snapshots = Snapshots[Content](scenario)
        self._url = ""
        self._away_since_s: float | None = None
        self._back_until_s: float | None = None
        self.away: list[Standstill] = []
        """When the scenario itself had it stand still; on the machine's monotonic clock."""

    def wait(self) -> str:
        """Its URL, once it serves. Raises `NotJudged`."""
        self._url = self._process.wait()
        return self._url

    def act(self, action: Action, now_s: float) -> list[Gap]:
        """Do it; the gap where it is not as asked. `now_s` is the run's time."""
        self._snap(now_s)
        child = self._process.child
        assert child is not None  # noqa: S101 - nothing is done to one that is not ours
        try:
            why = self._done(action, child, now_s)
        except (NotDone, NotJudged) as error:
            why = str(error)
        return [Gap(GapKind.NOT_STAGED, f"{action.text}: {why}", now_s)] if why else []

    def _done(self, action: Action, child: Child, now_s: float) -> str:
        """In what it is not as asked; empty: it is."""
        if action.kill is not None:
            self._goes_away()
            child.kill()
            return "" if child.wait(ENDS_WITHIN_S) else "it runs on"
        if action.pause is not None:
            self._goes_away()
            return "" if child.pause() else "it runs on"
        if action.start is not None:
            if child.alive:
                child.go_on()
            else:
                # Where it ends before it is back, the experiment was another one, and what was seen is kept.
                self._process.again().asked_to_end = True
            self._back_until_s = self._clock() + BACK_WITHIN_S
            return ""
        if action.restore is not None:
            return self._put_back(self._snapshots.as_of(now_s - action.restore.from_s))
        held = self._content(self._url).held
        redis_memory.empty(self._url)
        return "" if held else "it held nothing"

    def _put_back(self, was: Content | None) -> str:
        if was is None:
            return "nobody knows what it held then"
        held = self._content(self._url).held
        redis_memory.put_back(self._url, was)
        return "nothing had changed since" if held == was.held else ""

    @property
    def pids(self) -> Mapping[str, int]:
        """Of its process, by its name; of one that is not ours nobody knows it."""
        child = self._process.child
        return {} if child is None else {STORE: child.pid}

    def look(self, now_s: float) -> list[Gap]:
        """Once a turn: take the snapshots that are due, and see whether what was started is back."""
        self._snap(now_s)
        if self._back_until_s is None:
            return []
        child = self._process.child
        assert child is not None  # noqa: S101 - as above
        if self._process.answers():
            child.asked_to_end = False
            self._is_back()
            return []
        if child.alive and self._clock() <= self._back_until_s:
            return []
        self._is_back()
        how = f"not back {BACK_WITHIN_S:.0f} s after its start" if child.alive else "started again, and ended"
        return [Gap(GapKind.NOT_STAGED, f"the store was {how}: {child.last_words()}".removesuffix(": "), now_s)]

    def _goes_away(self) -> None:
        self._away_since_s = self._clock()

    def _is_back(self) -> None:
        if self._away_since_s is not None:
            self.away.append(Standstill(NAME, self._away_since_s, self._clock()))
        self._away_since_s = self._back_until_s = None

    def _snap(self, now_s: float) -> None:
        self._snapshots.take(now_s, self._copied)

    def _copied(self) -> Content | None:
        if self._away_since_s is not None:
            return None
        try:
            return self._content(self._url)
        except NotDone:
            return None
