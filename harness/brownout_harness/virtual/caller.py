"""The callers in virtual time: each asks at its instant, whatever the others wait for, and asks again if told to.

The same arrivals, the same reading of answers and the same rows as the load generator's. Written with callbacks: one
task per ask is all that an operation costs, and that task is the application's own.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.exchange import Reading, instants_text
from brownout_harness.asked.operations import NOT_SENT, TargetOperation, classify
from brownout_harness.asked.replicas import Processes
from brownout_harness.asked.request import Request
from brownout_harness.asked.streamed import Heard, words_in
from brownout_harness.asked.terms import asked_text
from brownout_harness.asked.tokens import Minter
from brownout_harness.asked.until import Following, Look
from brownout_harness.asked.users import Turn
from brownout_harness.safety.secret_forms import Lookout
from brownout_harness.virtual.following import follow, followings_of, with_last_look
from brownout_harness.virtual.life import Killed
from brownout_reports.rows import OperationRow, Outcome
from brownout_scenarios.workload import Workload


class Server(Protocol):
    """What answers: the application in the life that it has now."""

    def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> "asyncio.Future[Answer] | None":
        """Begin to answer; None where nothing listens (it was killed and not started again). `name` is for
        messages; an answer that is told as it is made goes to `outlet`."""
        ...


class Callers:
    """Drives all arrivals through. Belongs to one loop; rows are recorded in the order in which operations end."""

    def __init__(
        self,
        arrivals: Iterable[Arrival],
        workload: Workload,
        operations: Mapping[str, TargetOperation],
        servers: Mapping[str, Server],
        *,
        record: Callable[[OperationRow], None],
        outside: Mapping[str, Server] = MappingProxyType({}),
        users: Iterable[Iterator[Turn]] = (),
        ends_s: float = float("inf"),
        secrets: Collection[str] = (),
        minter: Minter | None = None,
    ) -> None:
        """`servers` are the processes of the target, by name; `outside`, by the name of those groups that ask somebody
        else. `users` wait for their answers, and ask for nothing any more at `ends_s`. No answer may hold any of the
        `secrets`. `minter` makes the session tokens that requests are to carry.
        """
        self.offered = 0
        self.done = 0
        self.in_flight = 0
        self._groups = {group.name: group for group in workload.groups}
        self._in_flight_of = Counter[str]()
        self._operations = operations
        self._processes = Processes(servers)
        self._outside = {group: Processes({"": server}) for group, server in outside.items()}
        self._loop = asyncio.get_running_loop()
        self._record = record
        self._lookout = Lookout(secrets)
        self._minter = minter
        self._waiting = iter(arrivals)
        self._arrived = 0
        self._expected = True
        """Whether there are arrivals to come."""
        self._open = 0
        """Those that came and have not ended."""
        self._users = list(users)
        self._ends_s = ends_s
        self._thinking = 0
        """Users who will ask again."""
        self._followings = followings_of(workload)
        self._following: set[asyncio.Task[None]] = set()
        self._to_look_at: list[tuple[OperationRow, Look]] = []
        self._all_ended: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Until the last operation has ended."""
        self._next()
        for number, user in enumerate(self._users):
            self._think(user, number)
        if self._expected or self._thinking:
            await self._all_ended

    def _request(self, arrival: Arrival) -> Request:
        """How it is asked for now."""
        request = self._operations[arrival.name].request(arrival)
        if not request.token:
            return request
        assert self._minter is not None  # noqa: S101 - whoever asks with a token has said who makes them
        return request._replace(body=self._minter.filled(request.body, request.token, arrival.operation_id))

    def _next(self) -> None:
        """Only the next arrival has a timer: a heap of ten thousand would be paid for at every step."""
        arrival = next(self._waiting, None)
        if arrival is None:
            self._expected = False
        else:
            self._loop.call_at(arrival.at_s, self._arrive, arrival)

    def _arrive(self, arrival: Arrival) -> None:
        self._next()
        number, self._arrived = self._arrived, self._arrived + 1
        self.offered += 1
        self._open += 1
        if self._in_flight_of[arrival.group] >= self._groups[arrival.group].in_flight_limit:
            now_s = self._loop.time()
            left_out = Reading(Outcome.UNKNOWN, NOT_SENT)
            self._end(arrival, left_out, sent_s=now_s, finished_s=now_s, longest_ask_s=0.0, asks=0, status=0)
            return
        self.in_flight += 1
        self._in_flight_of[arrival.group] += 1
        _Asking(self, arrival, number).ask()

    def _think(self, user: Iterator[Turn], number: int) -> None:
        """Until the user's next turn, if there is one before the load ends."""
        turn = next(user, None)
        if turn is not None and (at_s := self._loop.time() + turn.think_s) < self._ends_s:
            self._thinking += 1
            self._loop.call_at(at_s, self._take, replace(turn.arrival, at_s=at_s), user, number)

    def _take(self, arrival: Arrival, user: Iterator[Turn], number: int) -> None:
        """A user's turn has come."""
        self._thinking -= 1
        self.offered += 1
        self._open += 1
        self.in_flight += 1
        self._in_flight_of[arrival.group] += 1
        _Asking(self, arrival, number, user).ask()

    async def look_once_more(self) -> None:
        """At what was followed: all is at rest, and what was still open may have an end. Records it."""
        looks, self._to_look_at = self._to_look_at, []
        for number, (row, look) in enumerate(looks):
            server = self._processes.way(number).next()
            within_s = self._groups[row.group].answer_within_s
            self._record(await with_last_look(row, look, self._followings[row.name], server, within_s))

    def _end_or_follow(self, asking: "_Asking", reading: Reading, body: bytes, **told: Any) -> None:
        """What was taken on has its end when its state says so, where the scenario says how that is asked for."""
        following = self._followings.get(asking.arrival.name)
        if following is None or reading.outcome is not Outcome.ACCEPTED:
            self._end(asking.arrival, reading, **told)
            return
        name = f"following {asking.arrival.operation_id}"
        task = self._loop.create_task(self._follow(following, asking, reading, body, told), name=name)
        self._following.add(task)
        task.add_done_callback(self._followed)

    def _followed(self, task: asyncio.Task[None]) -> None:
        self._following.discard(task)
        if not task.cancelled():
            task.result()  # an error of ours is not to be lost: the run's loop takes what a callback raises

    async def _follow(
        self, following: Following, asking: "_Asking", reading: Reading, body: bytes, told: dict[str, Any]
    ) -> None:
        leaked = [told.pop("leaked")]
        followed = await follow(
            following,
            asking.request,
            body,
            reading,
            operation_id=asking.arrival.operation_id,
            within_s=asking.group.answer_within_s,
            next_server=asking.way.next,
            heard=lambda heard: leaked.append(self._lookout.find(heard)),
        )
        found = next(filter(None, leaked), "")
        self._end(asking.arrival, followed.reading, followed.look, states=followed.states, leaked=found, **told)

    def _end(self, arrival: Arrival, reading: Reading, look: Look | None = None, /, **told: Any) -> None:
        """`told` are the fields of the row that only whoever asked knows; `look`: what is looked at once more."""
        self.done += reading.outcome is Outcome.DONE
        row = OperationRow(
            operation_id=arrival.operation_id,
            name=arrival.name,
            intended_s=arrival.at_s,
            outcome=reading.outcome,
            detail=reading.detail,
            as_asked=asked_text(self._operations[arrival.name], arrival),
            answered=reading.answered,
            group=arrival.group,
            asked_of=arrival.asked_of,
            **told,
        )
        if look is None:
            self._record(row)
        else:
            self._to_look_at.append((row, look))
        self._open -= 1
        if not self._open and not self._expected and not self._thinking:
            self._all_ended.set_result(None)


class _Asking:
    """One operation's caller."""

    __slots__ = (
        "_after_refusal_s",
        "_again_s",
        "_asks",
        "_callers",
        "_first_s",
        "_leaked",
        "_listening",
        "_longest_gap_s",
        "_longest_s",
        "_number",
        "_patience",
        "_sent_s",
        "_task",
        "_user",
        "_was_refused",
        "arrival",
        "group",
        "request",
        "way",
    )

    def __init__(self, callers: Callers, arrival: Arrival, number: int, user: Iterator[Turn] | None = None) -> None:
        """`number` counts arrivals, or a user's turns: it says which process is asked first."""
        self._user = user
        self._number = number
        self.way = callers._outside.get(arrival.group, callers._processes).way(number)
        self._callers = callers
        self.arrival = arrival
        self.group = callers._groups[arrival.group]
        self.request = callers._request(arrival)
        self._asks = 0
        self._again_s: list[float] = []
        self._after_refusal_s: float | None = None
        self._was_refused = False
        self._first_s = self._sent_s = callers._loop.time()
        self._longest_s = 0.0
        self._leaked = ""
        self._listening: _Listening | None = None
        self._longest_gap_s: float | None = None
        self._task: asyncio.Future[Answer] | None = None
        self._patience: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        callers = self._callers
        self._sent_s = callers._loop.time()
        self._asks += 1
        if self._asks > 1:
            self._again_s.append(self._sent_s)
            self._after_refusal_s = self._sent_s if self._was_refused else self._after_refusal_s
        self._listening = _Listening(callers._loop) if self.request.is_streamed else None
        server = self.way.next()
        self._task = server.serve(self.request, name=self.arrival.operation_id, outlet=self._listening)
        if self._task is None:
            self._read(0, b"", "connection_refused")
            return
        self._patience = callers._loop.call_later(self.group.answer_within_s, self._give_up)
        self._task.add_done_callback(self._answered)

    def _give_up(self) -> None:
        """The caller hangs up. The gateway, which cannot know, goes on, but where it tells as it goes; another
        application is told, and does what it likes."""
        assert self._task is not None  # noqa: S101 - the timer was set with it
        self._task.remove_done_callback(self._answered)
        self._task.add_done_callback(_forget)
        is_answer_alone = not isinstance(self._task, asyncio.Task)  # and not the application's own work on it
        if is_answer_alone or (self._listening is not None and self._listening.may_end_it):
            self._task.cancel()
        self._read(0, b"", "timeout")

    def _answered(self, task: "asyncio.Future[Answer]") -> None:
        if self._patience is not None:
            self._patience.cancel()
        if task.cancelled() or isinstance(task.exception(), Killed):
            self._read(0, b"", "connection_lost")
            return
        answer = task.result()
        heard = self._listening
        if heard is None or not heard.has_begun:
            self._read(answer.status, answer.body, "")
        elif heard.was_cut:
            self._read(0, b"", "connection_lost")
        else:
            self._read(answer.status, bytes(heard.body), "")

    def _read(self, status: int, body: bytes, error: str) -> None:
        callers, arrival = self._callers, self.arrival
        now_s = callers._loop.time()
        self._longest_s = max(self._longest_s, now_s - self._sent_s)
        heard = self._listening
        if heard is not None and heard.has_begun:
            heard.over(now_s)
            self._longest_gap_s = max(self._longest_gap_s or 0.0, heard.longest_gap_s or 0.0)
            came = bytes(heard.body)
            self._leaked = self._leaked or callers._lookout.find(came + words_in(came))
        self._leaked = self._leaked or callers._lookout.find(body)
        reading = classify(callers._operations[arrival.name], status, body, error)
        again = self.group.ask_again
        self._was_refused = reading.outcome is Outcome.REFUSED
        if again is not None and reading.outcome in again.on and self._asks <= again.times:
            callers._loop.call_later(again.after_s, self.ask)
            return
        callers.in_flight -= 1
        callers._in_flight_of[arrival.group] -= 1
        if self._user is not None:
            callers._think(self._user, self._number + 1)
        callers._end_or_follow(
            self,
            reading,
            body,
            sent_s=self._first_s,
            finished_s=now_s,
            longest_ask_s=self._longest_s,
            asks=self._asks,
            status=status,
            again_at=instants_text(self._again_s),
            leaked=self._leaked,
            after_refusal_s=self._after_refusal_s,
            replicas=self.way.taken,
            first_piece_s=None if heard is None else heard.first_s,
            longest_gap_s=self._longest_gap_s,
        )


class _Listening(Heard):
    """Takes an answer that is told as it is made, as fast as it comes."""

    __slots__ = ("_loop", "has_begun", "may_end_it", "was_cut")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self.may_end_it = self.has_begun = self.was_cut = False

    def leaving_ends_it(self) -> None:
        self.may_end_it = True

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:  # noqa: ARG002 - they are in the answer, too
        self.has_begun = True

    async def write(self, piece: bytes) -> None:
        self.add(piece, self._loop.time())

    def cut(self) -> None:
        self.was_cut = True


def _forget(task: "asyncio.Future[Answer]") -> None:
    """Nobody waits for this answer any more; its error, if any, is nobody's either."""
    if not task.cancelled():
        task.exception()
