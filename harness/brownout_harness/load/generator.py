"""An open-model load generator on Locust's machinery.

Locust's users wait for their answers before they ask again, so a stalled target is asked less just when it matters
(coordinated omission). Here one user is the dispatcher: it walks through the arrivals that were computed beforehand
and spawns a greenlet for each at its intended instant, whatever the earlier ones are waiting for. Latency counts from
the intended instant. Both series are kept in Locust's statistics: `POST pay` from sending, `OPERATION pay` from intent.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeAlias

import gevent  # type: ignore[import-untyped]
from gevent.event import AsyncResult, Event  # type: ignore[import-untyped]
from gevent.pool import Pool  # type: ignore[import-untyped]
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import StopUser

from brownout_core.clock import system_wall_clock
from brownout_harness.asked.exchange import Reading, instants_text
from brownout_harness.asked.operations import NOT_SENT
from brownout_harness.asked.replicas import Processes, Way
from brownout_harness.asked.streamed import words_in
from brownout_harness.asked.tokens import Minter
from brownout_harness.asked.until import Look
from brownout_harness.load.caller import Caller, environment_for
from brownout_harness.load.following import Followed, follow
from brownout_harness.load.plan import Asking, Planned, asking_of, turns_by_user
from brownout_harness.load.reading import Answer, Reader, following_for
from brownout_harness.problems import NotJudged
from brownout_harness.safety.secret_forms import Lookout
from brownout_reports.rows import OperationRow, Outcome

PROGRESS_EVERY_S = 0.5
BUSY_SHARE = 0.9
"""Of one core: who uses more has none left for an arrival that comes meanwhile."""


@dataclass(slots=True)
class Asked:
    """How one operation was asked for; instants in seconds since the run's start."""

    sent_s: float = 0.0
    """Of the first ask."""
    finished_s: float = 0.0
    """Of the last ask."""
    longest_ask_s: float = 0.0
    again_at: list[float] = field(default_factory=list)
    """When each ask after the first was sent."""
    asks: int = 0
    after_refusal_s: float | None = None
    """When it was last asked for again because it had been refused."""
    status: int = 0
    """Of the last answer."""

    of: tuple[str, ...] = ()
    """Which of several processes each ask went to."""
    leaked: str = ""
    """What stood around a credential in the first answer that held one."""
    first_piece_s: float | None = None
    """Of the last answer, where it came as it was made."""
    longest_gap_s: float | None = None
    """Of all of them."""

    def hear(self, body: bytes, lookout: Lookout) -> None:
        """Look at what an answer holds."""
        self.leaked = self.leaked or lookout.find(body + words_in(body))

    def add(self, answer: Answer, start_at_s: float, lookout: Lookout, *, was_refused: bool) -> None:
        """Count one more ask, and look at its answer."""
        self.hear(answer.came, lookout)
        if was_refused:
            self.after_refusal_s = answer.sent_s - start_at_s
        if self.asks == 0:
            self.sent_s = answer.sent_s - start_at_s
        else:
            self.again_at.append(answer.sent_s - start_at_s)
        self.finished_s = answer.finished_s - start_at_s
        self.longest_ask_s = max(self.longest_ask_s, answer.finished_s - answer.sent_s)
        self.asks += 1
        self.status = answer.status
        heard = answer.heard
        if heard is not None and heard.longest_gap_s is not None:
            self.longest_gap_s = max(self.longest_gap_s or 0.0, heard.longest_gap_s)
        self.first_piece_s = None if heard is None or heard.first_s is None else heard.first_s - start_at_s


class Door(NamedTuple):
    """The way to one process of the target."""

    caller: Caller
    follower: Caller
    """Of those who ask for states: they take no connection from who arrives."""


Doors: TypeAlias = Mapping[str, Processes[Door]]
"""By the group of users."""


@dataclass(slots=True)
class Counts:
    """What the generator did so far; all instants in seconds since the run's start."""

    planned: int = 0
    offered: int = 0
    """Arrivals whose instant has come and that were dispatched."""
    turns: int = 0
    """Of those, what users asked for who wait for their answers."""
    not_sent: int = 0
    answered: int = 0
    """Or given up: operations that are over."""
    in_flight: int = 0
    max_in_flight: int = 0
    max_lag_s: float = 0.0
    """The longest from an intended instant to the request's sending."""
    outcomes: dict[str, int] = field(default_factory=dict)
    cpu_share: float = 0.0
    """Of one core, over the last interval."""
    max_cpu_share: float = 0.0
    busy_s: float = 0.0
    """The longest stretch in which it used all but a tenth of a core, interval by interval."""


def user_for(drive: Callable[[FastHttpUser], None]) -> type[FastHttpUser]:
    """The kind of user that Locust is to run one of: it asks for nothing itself."""

    class Dispatcher(FastHttpUser):
        """Ends for good when it has driven the plan through."""

        @task
        def dispatch(self) -> None:
            drive(self)
            raise StopUser

    return Dispatcher


class Generator:
    """Drives one plan through. `emit` takes each finished operation's row at once, and where its state is asked for;
    `progress` the counts."""

    def __init__(
        self,
        asking: Asking,
        arrivals: Sequence[Planned],
        *,
        start_at_s: float,
        read: Reader,
        emit: Callable[[OperationRow, Look | None], None],
        progress: Callable[[Counts], None],
    ) -> None:
        self._arrivals = [each for each in arrivals if not each.user]
        self._users = turns_by_user(arrivals)
        self.counts = Counts(planned=len(self._arrivals))
        self._asking = asking
        self._asking_of = asking_of(asking)
        self._in_flight_of = Counter[str]()
        self._start_at_s = start_at_s
        self._read = read
        self._emit = emit
        self._progress = progress
        self._pool = Pool()
        self._failed: list[gevent.Greenlet] = []
        self._is_driven = False
        self._done = Event()
        self._lookout = Lookout(asking.secrets)
        self._followings = following_for(asking.follow)
        keeper, secret_key = asking.tokens_of
        self._minter = Minter(keeper, secret_key, system_wall_clock)

    def run(self) -> Environment:
        """Send every arrival, wait for every answer, and return Locust's environment with its statistics.

        Raises:
            NotJudged: the generator itself failed; what it did until then has been emitted.
        """
        environment = environment_for(user_for(self.drive), next(iter(self._asking.urls.values())))
        runner = environment.create_local_runner()
        runner.start(user_count=1, spawn_rate=1)
        self.wait()
        runner.quit()
        self.require_unfailed()
        return environment

    def drive(self, user: FastHttpUser) -> None:
        """All of the plan, in the name of Locust's one user; returns when every answer is in.

        Whatever becomes of that user: Locust moves users to other workers when one comes or goes, and the plan stays.
        """
        if self._is_driven:  # and has one spawned again
            return
        self._is_driven = True
        walk = gevent.spawn(self._dispatch, self._doors(user), user.environment)
        walk.link_exception(self._failed.append)
        walk.link(lambda _walk: self._done.set())
        walk.join()

    def wait(self) -> None:
        """Until it is driven through, telling the counts meanwhile and at the end."""
        watcher = gevent.spawn(self._watch)
        watcher.link_exception(self._failed.append)
        self._done.wait()
        watcher.kill()
        self._progress(self.counts)

    def require_unfailed(self) -> None:
        """Raises `NotJudged` where the generator itself failed."""
        if self._failed:
            raise NotJudged(
                f"the load generator failed {len(self._failed)} times, first: {self._failed[0].exception!r}"
            )

    def _doors(self, user: FastHttpUser) -> Doors:
        """Groups share no connection, and whoever follows takes none from who arrives."""
        return {
            group: Processes(
                {name: Door(Caller(user, asking, url), Caller(user, asking, url)) for name, url in asking.urls.items()}
            )
            for group, asking in self._asking_of.items()
        }

    def _dispatch(self, doors: Doors, environment: Environment) -> None:
        for turns in self._users.values():
            using = self._pool.spawn(self._use, turns, doors, environment)
            using.link_exception(self._failed.append)
        for arrival in self._due():
            self.counts.offered += 1
            if self._in_flight_of[arrival.group] >= self._asking_of[arrival.group].in_flight_limit:
                self._leave_out(arrival)
                continue
            self._begin(arrival, doors[arrival.group].way(arrival.number), environment)
        self._pool.join()

    def _begin(self, arrival: Planned, way: Way[Door], environment: Environment) -> AsyncResult:
        """Ask, and wait for nobody; what is returned has the instant of the last answer when that is in."""
        self.counts.in_flight += 1
        self._in_flight_of[arrival.group] += 1
        self.counts.max_in_flight = max(self.counts.max_in_flight, self.counts.in_flight)
        answered = AsyncResult()
        operating = self._pool.spawn(self._operate, arrival, way, environment, answered)
        operating.link_exception(self._failed.append)
        operating.link_exception(lambda failed: answered.set_exception(failed.exception))
        return answered

    def _use(self, turns: Sequence[Planned], doors: Doors, environment: Environment) -> None:
        """One user: thinks, asks, waits for the answer, until the load ends."""
        answered_s = 0.0
        for turn in turns:
            wanted_s = answered_s + turn.think_s
            if wanted_s >= self._asking.ends_s:
                return
            self._sleep_until(wanted_s)
            self.counts.offered += 1
            self.counts.turns += 1
            way = doors[turn.group].way(turn.number)
            answered_s = self._begin(turn._replace(at_s=wanted_s), way, environment).get()

    def _due(self) -> Iterator[Planned]:
        """Each arrival at its intended instant, never before it."""
        for arrival in self._arrivals:
            self._sleep_until(arrival.at_s)
            yield arrival

    def _sleep_until(self, at_s: float) -> None:
        while (ahead_s := at_s - self._now_s()) > 0:
            gevent.sleep(ahead_s)

    def _operate(self, arrival: Planned, way: Way[Door], environment: Environment, answered: AsyncResult) -> None:
        """One operation: ask, ask again while the answer is not the last word, follow what was taken on."""
        asked, was_refused, asking = Asked(), False, self._asking_of[arrival.group]
        if arrival.token:
            body = self._minter.filled(arrival.body, arrival.token, arrival.operation_id)
            arrival = arrival._replace(body=body)
        while True:
            answer = way.next().caller.ask(arrival)
            asked.add(answer, self._start_at_s, self._lookout, was_refused=was_refused)
            if asked.asks == 1:
                self.counts.max_lag_s = max(self.counts.max_lag_s, asked.sent_s - arrival.at_s)
            reading = self._read(arrival.name, answer)
            if reading.outcome not in asking.ask_again_on or asked.asks > asking.ask_again_times:
                break
            was_refused = reading.outcome is Outcome.REFUSED
            gevent.sleep(asking.ask_again_after_s)
        self.counts.in_flight -= 1
        self._in_flight_of[arrival.group] -= 1
        answered.set(asked.finished_s)
        asked.of = way.taken
        followed = Followed(reading, "", None)
        if reading.outcome is Outcome.ACCEPTED and (following := self._followings.get(arrival.name)):
            followed = follow(
                following,
                arrival,
                answer,
                reading,
                start_at_s=self._start_at_s,
                ask=partial(_look, way),
                heard=lambda body: asked.hear(body, self._lookout),
            )
        self._record(arrival, asked, followed)
        environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type="OPERATION",
            name=arrival.name,
            response_time=(asked.finished_s - arrival.at_s) * 1000,
            response_length=len(answer.body),
            exception=None if reading.outcome != Outcome.UNKNOWN else UnknownOutcome(reading.detail),
            context={},
        )

    def _leave_out(self, arrival: Planned) -> None:
        """The bound on operations in flight is reached: the arrival is recorded and not sent."""
        self.counts.not_sent += 1
        now_s = self._now_s()
        not_sent = Followed(Reading(Outcome.UNKNOWN, NOT_SENT), "", None)
        self._record(arrival, Asked(sent_s=now_s, finished_s=now_s), not_sent)

    def _record(self, arrival: Planned, asked: Asked, followed: Followed) -> None:
        reading = followed.reading
        self.counts.answered += 1
        self.counts.outcomes[reading.outcome] = self.counts.outcomes.get(reading.outcome, 0) + 1
        self._emit(
            OperationRow(
                operation_id=arrival.operation_id,
                name=arrival.name,
                intended_s=arrival.at_s,
                sent_s=asked.sent_s,
                finished_s=asked.finished_s,
                longest_ask_s=asked.longest_ask_s,
                asks=asked.asks,
                status=asked.status,
                outcome=reading.outcome,
                detail=reading.detail,
                again_at=instants_text(asked.again_at),
                leaked=asked.leaked,
                answered=reading.answered,
                states=followed.states,
                after_refusal_s=asked.after_refusal_s,
                group=arrival.group,
                asked_of=arrival.asked_of,
                replicas=asked.of,
                first_piece_s=asked.first_piece_s,
                longest_gap_s=asked.longest_gap_s,
            ),
            followed.look,
        )

    def _watch(self) -> None:
        """Report the counts, and what share of a core the generator uses, at a fixed interval."""
        cpu_s, now_s, busy_s = time.process_time(), time.monotonic(), 0.0
        while True:
            gevent.sleep(PROGRESS_EVERY_S)
            earlier_cpu_s, earlier_s = cpu_s, now_s
            cpu_s, now_s = time.process_time(), time.monotonic()
            self.counts.cpu_share = (cpu_s - earlier_cpu_s) / (now_s - earlier_s)
            if self._now_s() > PROGRESS_EVERY_S:  # what was used before the first arrival is the start-up's
                self.counts.max_cpu_share = max(self.counts.max_cpu_share, self.counts.cpu_share)
                busy_s = busy_s + now_s - earlier_s if self.counts.cpu_share > BUSY_SHARE else 0.0
                self.counts.busy_s = max(self.counts.busy_s, busy_s)
            self._progress(self.counts)

    def _now_s(self) -> float:
        return time.monotonic() - self._start_at_s


def _look(way: Way[Door], at: Planned) -> Answer:
    """Each look at a state, too, goes to the next process."""
    return way.next().follower.ask(at)


class UnknownOutcome(Exception):
    """For Locust's statistics: nobody can say whether the operation was done."""
