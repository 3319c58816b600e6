"""How many calls a vendor works on at a time, and the queue of those that wait for their turn.

A queue with c servers, first come, first served, by the `serve` rule that is in force, with what
`lose_capacity` leaves of it. It has no timers: a call that must wait yields, and is woken when it is handed the place
that another one left. Its work begins at that very instant, whenever the host goes on with it. Not safe for use from
several threads.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.call import UNTIL_WOKEN, Call, Reply
from brownout_simulators.clock import Clock
from brownout_simulators.faults.plan import Plan, Standing
from brownout_simulators.faults.serve import Serve
from brownout_simulators.problems import Problems
from brownout_simulators.vendor import Errors

_MOMENT_S: Final = 1e-6
"""No wait is shorter: one of floating-point arithmetic would never end on a clock that jumps."""


@dataclass(slots=True, eq=False)
class Turn:
    """One call's, from its coming to its end."""

    call: Call
    came_s: float
    chance: float
    """The quantile of its service time: drawn as it comes, so that no other call's matters."""
    begun_s: float | None = None
    """When its work began."""
    work_s: float = 0.0
    """How long the work is to take: as drawn, or until the vendor gives the call up."""

    @property
    def queued_s(self) -> float:
        """How long it waited; 0 while it does."""
        return 0.0 if self.begun_s is None else self.begun_s - self.came_s


class TurnedAway(Exception):
    """There is no room to wait."""

    def __init__(self, serve: Serve) -> None:
        super().__init__("the queue is full")
        self._is_throttled = serve.full == "throttled"

    def answer(self, errors: Errors, call: Call) -> Reply:
        """What the caller is told, in the vendor's words."""
        return errors.throttled(call, None, "concurrency") if self._is_throttled else errors.server_error(call, 503)


class Capacity:
    """One vendor's, for all of its accounts."""

    def __init__(self, clock: Clock, plan: Plan, problems: Problems) -> None:
        self._clock = clock
        self._plan = plan
        self._problems = problems
        self._working: dict[Turn, None] = {}
        self._waiting: dict[Turn, None] = {}
        """In the order of arrival; who ends with its epoch leaves from anywhere."""
        self._begin_counts()
        plan.on_changed = self.look

    def _begin_counts(self) -> None:
        self._came = self._waited = self._turned_away = self._most_waiting = self._gave_up = 0
        self._asked_work_s = self._given_work_s = 0.0

    @property
    def is_on(self) -> bool:
        """Whether some rule may limit it, now or later."""
        return self._plan.serves

    def come(self, call: Call, key: str, mark: Callable[[Standing], None]) -> Turn | None:
        """A call that the vendor is to work on; `key` is what fault rules count and draw by. None: nothing limits it.

        Whoever must wait is marked as struck by the rule, as is who is turned away. Raises `TurnedAway`.
        """
        now_s = self._clock.machine_s()
        standing, _ = self._plan.serving(now_s)
        serve = None if standing is None else standing.rule.fault
        if standing is None or not isinstance(serve, Serve):
            return None
        self.look()  # the rule may have come into force since the last call came or went
        self._came += 1
        turn = Turn(call, now_s, standing.decide(key, now_s, {}) or 0.5)
        at_once, takers = self._plan.losing(serve.at_once)
        for taker in takers:
            taker.decide(key, now_s, {})
        if not self._waiting and len(self._working) < at_once:
            self._begin(turn, serve, now_s)
            return turn
        for each in (standing, *takers):
            mark(each)
        if len(self._waiting) >= serve.room:
            self._turned_away += 1
            if not serve.is_bounded:
                self._problems.keep(f"more than {serve.room} calls wait: the queue has no room for more")
            raise TurnedAway(serve)
        self._waiting[turn] = None
        self._waited += 1
        self._most_waiting = max(self._most_waiting, len(self._waiting))
        return turn

    def wait(self, turn: Turn, patience_s: float = UNTIL_WOKEN) -> Generator[float, None, bool]:
        """Until its work begins; or for no longer, where it has ended with its epoch. False: `patience_s` were over
        before, and it waits no more."""
        while turn in self._waiting:
            now_s = self._clock.machine_s()
            left_s = turn.came_s + patience_s - now_s
            if left_s <= 0:
                del self._waiting[turn]
                turn.begun_s = now_s
                self._gave_up += 1
                return False
            _, until_s = self._plan.serving(now_s)
            yield max(_MOMENT_S, min(until_s - now_s, left_s))
            self.look(by=turn)
        return True

    def worked(self, turn: Turn, given_s: float) -> None:
        """Its work is done; it took `given_s`."""
        self._asked_work_s += turn.work_s
        self._given_work_s += given_s

    def leave(self, turn: Turn) -> None:
        """The call is over, or has ended with its epoch. Its place is handed on at this instant."""
        self._waiting.pop(turn, None)
        self._working.pop(turn, None)
        self.look()

    def look(self, by: Turn | None = None) -> None:
        """Begin with those whose turn it is by the rule that is in force now; who looks himself is awake."""
        if not self._waiting:
            return
        now_s = self._clock.machine_s()
        standing, _ = self._plan.serving(now_s)
        serve = None if standing is None else standing.rule.fault
        at_once = len(self._working) + len(self._waiting)
        if isinstance(serve, Serve):
            at_once, _ = self._plan.losing(serve.at_once)
        while self._waiting and len(self._working) < at_once:
            turn = next(iter(self._waiting))
            del self._waiting[turn]
            self._begin(turn, serve if isinstance(serve, Serve) else None, now_s)
            if turn is not by and turn.call.wake is not None:
                turn.call.wake()

    def _begin(self, turn: Turn, serve: Serve | None, now_s: float) -> None:
        turn.begun_s = now_s
        turn.work_s = 0.0 if serve is None else serve.each.seconds(turn.chance)
        self._working[turn] = None

    def begin_anew(self) -> None:
        """Nobody is there, and nothing was counted."""
        self._working.clear()
        self._waiting.clear()
        self._begin_counts()

    def counts(self) -> dict[str, Any]:
        """What is worked on and waits now; what came, waited, was turned away, was given up as it waited; how long all
        work was to take, and took."""
        return {
            "working": len(self._working),
            "waiting": len(self._waiting),
            "most_waiting": self._most_waiting,
            "came": self._came,
            "waited": self._waited,
            "turned_away": self._turned_away,
            "gave_up": self._gave_up,
            "asked_work_s": self._asked_work_s,
            "given_work_s": self._given_work_s,
        }
