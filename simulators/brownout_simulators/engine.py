"""The one place, and the one order, of everything that is not a vendor's own.

    route ─▶ credentials ─▶ faults chosen ─▶ limits ─▶ faults before the effect ─▶ queue ─▶ idempotency ─▶ wait
      ─▶ the vendor's action ─▶ effects into the ledger, reply remembered, notices into the outbox
      ─▶ faults after the effect ─▶ headers ─▶ faults on the bytes ─▶ the host sends ─▶ ledger

Sans-I/O: `handle` is a generator that yields seconds to wait and returns what goes on the wire; hosts sleep and send,
and tell `sent` when the last byte was out or the client had gone. Until then the call is in flight. Nothing a client
does stops a handling that has begun: a call that was given up still has its effect. What is cut off (a reset) ends
where it stands. Not safe for use from several threads.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import Final, Generic, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.admission import Admission
from brownout_simulators.call import UNTIL_WOKEN, Call, Ending, Reply, Sending
from brownout_simulators.capacity import Turn, TurnedAway
from brownout_simulators.decision import Decision
from brownout_simulators.execution import Execution
from brownout_simulators.faults.fault import Strike
from brownout_simulators.faults.http_date import retry_after_s
from brownout_simulators.faults.verbatim import put_on
from brownout_simulators.handling import Handling
from brownout_simulators.late_commits import LateCommits
from brownout_simulators.moments import ANSWERED, COMMITTED, NOTHING, RECEIVED
from brownout_simulators.open_sessions import OpenSession
from brownout_simulators.shared import Shared
from brownout_simulators.vendor import Patience
from brownout_simulators.voice import say
from brownout_simulators.worlds import World

S = TypeVar("S")

# A wait that is this much too short is one of floating-point arithmetic, not of the clock.
_INSTANT_S: Final = 1e-9


class Engine(Generic[S]):
    """Handles a vendor's calls."""

    def __init__(self, shared: Shared[S]) -> None:
        self.admission = Admission(shared.vendor, shared.worlds, shared.books)
        self.decision = Decision(shared.vendor, shared.clock, shared.plan, shared.limiter)
        self.cut_off_calls = 0
        """Calls that ended with their epoch: nothing of them is in the books."""
        self._vendor = shared.vendor
        self._clock = shared.clock
        self._limiter = shared.limiter
        self._capacity = shared.capacity
        self._books = shared.books
        self._calls = shared.calls
        self._acting = shared.acting
        self._sessions = shared.sessions
        self._problems = shared.problems
        self._moments = shared.moments
        self._execution = Execution(shared.vendor, shared.clock, shared.problems)
        self._owed = LateCommits(shared.agenda, shared.clock, self._execution, shared.problems)
        self._flying: dict[Handling[S], None] = {}

    @property
    def in_flight(self) -> int:
        """Calls whose bytes have not ended, open sessions among them, and those whose work is still to be committed."""
        return len(self._flying) + len(self._owed)

    @property
    def under_way(self) -> int:
        """The same without the open sessions. One may stay open for ever and do nothing: what it says is due to
        somebody's call, and what its client says to whoever made it say so."""
        return self.in_flight - len(self._sessions)

    def handle(self, call: Call) -> Generator[float, None, Sending]:
        """Yields seconds to wait (at least; the engine looks at the clock again), returns what goes on the wire.

        The host owes `sent` for it. A generator that is thrown away frees what the call held, and nothing is booked.
        """
        one: Handling[S] = Handling(call)
        self._flying[one] = None
        clock = self._clock
        machine_s = clock.machine_s
        call.wall_s = clock.epoch_s + call.at_s + clock.offset_s
        try:
            self.admission.admit(one)
            yield from self._moments.hold(one, RECEIVED)
            self.decision.decide(one)
            strike = one.strike
            since_s = call.at_s
            if one.is_wanted:
                if self._capacity.is_on:
                    yield from self._take_turn(one)
                if one.is_wanted:
                    self.decision.look_up(one)
                if one.turn is not None:
                    since_s = yield from self._work(one, one.turn)
            if strike is not None and strike.delay_s > 0:
                yield from self._wait_until(self._bounded(one, since_s + strike.delay_s))
                one.given_delay_s = machine_s() - since_s
            if one.is_wanted:
                yield from self._do(one)
            if strike is not None and strike.delay_after_s > 0 and not one.is_over:
                done_s = machine_s()
                yield from self._wait_until(done_s + strike.delay_after_s)
                one.given_delay_s += machine_s() - done_s
            sending = self._to_send(one)
        except GeneratorExit:
            self._leave(one)
            raise
        except Exception as error:  # noqa: BLE001  a defect of the simulator, outside its vendor's action
            self._problems.tell(call.route or f"{call.method} {call.path[:120]}", error)
            reply = say(500, "The simulator has a defect: see its log.")
            sending = Sending(reply.status, reply.headers, reply.body)
        sending.record = one
        return sending

    def sent(self, sending: Sending, *, chunks: int, left: bool) -> None:
        """By the host, exactly once for every sending: its last byte is out, or the client has gone.

        `chunks` of a stream (messages of a session) really went out; of a plain body 1 or 0. `left`: the client had
        gone before the end. What the call held is free from now on, and its row is written, finished at this instant.
        """
        one = sending.record
        if not isinstance(one, Handling):
            raise RuntimeError("what became of this sending was told before")  # noqa: TRY004  a host's defect
        sending.record = None
        if one.is_over:
            return
        self._leave(one)
        try:
            self._write_down(one, sending, chunks, left=left)
            if self._calls.keep:
                seq = self._books.ledger.next_seq - 1
                self._calls.add(seq, one.call, sending, chunks=chunks, is_known=one.world is not None)
            made = one.made
            if made is not None and made.unread is not None:
                is_as_made = sending.stream is made.stream and one.reply is made and sending.ending is Ending.COMPLETE
                if not (is_as_made and chunks >= _chunks_of(sending)):
                    self._look_back(one, made, sending, chunks)
            if sending.status and sending.ending is Ending.COMPLETE and not left and not self._moments.is_empty:
                self._moments.tell(one, ANSWERED)
        except Exception as error:  # noqa: BLE001  as in an action: the host has a connection to look after
            self._problems.tell(f"the row of {one.call.route}", error)

    def cut_off(self, account: Account[S] | None = None) -> None:
        """End what is in flight, of one account or at all, where it stands: its epoch is over."""
        self._owed.forget(account)
        for one in list(self._flying):
            if account is None or (one.world is not None and one.world.account is account):
                self.cut_off_calls += 1
                self._leave(one, forgotten=True)
                if one.call.cut is not None:
                    one.call.cut()

    def _leave(self, one: Handling[S], *, forgotten: bool = False) -> None:
        """Give back what the call held. Its account may be `forgotten`."""
        if one.is_over:
            return
        one.is_over = True
        del self._flying[one]
        if one.world is None:
            return
        one.world.account.in_flight -= 1
        if one.held:
            self._spare(one)
            if not one.is_owed:
                self._limiter.settle(one.held, one.made, self._clock.vendor_s())
            self._limiter.leave(one.held)
        if one.turn is not None:
            self._capacity.leave(one.turn)
        if one.claim is not None and one.claim.reply is None and not one.is_owed:
            one.world.keys.release(one.scoped_key, one.claim)
        if one.session is not None:
            one.session.end(forgotten=forgotten)

    def _spare(self, one: Handling[S]) -> None:
        """A call without an effect counts for nothing where a limit counts effects: known before its headers are."""
        if not (one.has_committed or one.is_owed or one.is_spared):
            one.is_spared = True
            self._limiter.spare(one.held, self._clock.vendor_s())

    def _take_turn(self, one: Handling[S]) -> Generator[float, None, None]:
        """Wait until the vendor begins with the call, or have it turned away."""
        try:
            one.turn = self._capacity.come(one.call, one.key, one.mark)
        except TurnedAway as full:
            one.reply = full.answer(self._vendor.errors, one.call)
        if one.turn is not None:
            patience = self._patience(one)
            is_served = yield from self._capacity.wait(one.turn, UNTIL_WOKEN if patience is None else patience.queue_s)
            if not is_served and patience is not None:
                one.reply = patience.queued_out(one.call)

    def _work(self, one: Handling[S], turn: Turn) -> Generator[float, None, float]:
        """The vendor works on the call; returns the instant at which it is to be done with it."""
        begun_s = turn.begun_s if turn.begun_s is not None else turn.came_s
        done_s = self._bounded(one, begun_s + turn.work_s)
        turn.work_s = min(turn.work_s, done_s - begun_s)
        yield from self._wait_until(done_s)
        one.given_work_s = self._clock.machine_s() - begun_s
        if not one.is_over:
            self._capacity.worked(turn, one.given_work_s)
        return done_s

    def _patience(self, one: Handling[S]) -> Patience | None:
        if self._vendor.patience is None or one.world is None:
            return None
        return self._vendor.patience(one.call, one.world.account)

    def _bounded(self, one: Handling[S], done_s: float) -> float:
        """When the work on a call is done, or the vendor's patience with it over: then it has its answer."""
        patience = self._patience(one) if one.is_wanted else None
        if patience is None:
            return done_s
        begun_s = one.call.at_s if one.turn is None or one.turn.begun_s is None else one.turn.begun_s
        if done_s > begun_s + patience.work_s:
            one.reply = patience.worked_out(one.call)
        return min(done_s, begun_s + patience.work_s)

    def _wait_until(self, instant_s: float) -> Generator[float, None, None]:
        while (left_s := instant_s - self._clock.machine_s()) > _INSTANT_S:
            yield left_s

    def _do(self, one: Handling[S]) -> Iterable[float]:
        """The vendor works, what it did is committed; what is still to be waited for, mostly nothing."""
        self._act(one)
        is_due = one.reply is None or one.reply.begins_in_s <= 0
        return () if is_due and self._moments.is_empty else self._until_due(one)

    def _until_due(self, one: Handling[S]) -> Generator[float, None, None]:
        """Who waits for this moment has it, and the answer is due in its own time."""
        yield from self._moments.hold(one, COMMITTED if one.has_committed else NOTHING)
        if one.reply is not None and one.reply.begins_in_s > 0 and not one.is_over:
            yield from self._wait_until(self._clock.machine_s() + one.reply.begins_in_s)

    # -- the vendor's work ----------------------------------------------------------------------------------------

    def _act(self, one: Handling[S]) -> None:
        """The vendor works; then, at one instant, effects, memory and notices are committed."""
        assert one.world is not None  # noqa: S101  (there is no reply yet)
        strike, acting = one.strike, self._acting
        if strike is not None and strike.commits_in_s is not None:
            one.reply = strike.answer_after
            self._owed.put_off(one, one.world, strike.commits_in_s)
            return
        acting.by = one
        try:
            reply = self._execution.perform(one, one.world.account)
        finally:
            acting.by = None
        one.reply = one.made = reply
        self._commit(one, one.world, reply)
        if acting.published:
            self._sessions.publish()

    def _commit(self, one: Handling[S], world: World[S], reply: Reply) -> None:
        one.has_committed = bool(reply.effects)
        if reply.effects:
            self._books.correlation.look_at(one.call)
        if reply.effects or reply.notices:
            self._books.commit(world.account, reply.effects, reply.notices, one.cause())
            if not one.operation and reply.effects:
                one.operation = self._books.correlation.of_stored(reply.effects[0])
        self._execution.remember(one, world, reply)

    # -- what goes out --------------------------------------------------------------------------------------------

    def _to_send(self, one: Handling[S]) -> Sending:
        """Turn what there is into what goes on the wire."""
        if one.is_over:
            return Sending(0, {}, ending=Ending.CLOSE)
        ending = None if one.strike is None else self._fate(one, one.strike)
        if ending is not None or one.reply is None:
            return Sending(0, {}, ending=ending or Ending.CLOSE)
        if one.held:
            self._spare(one)
        reply = one.reply if one.reply.session is None else self._opening(one, one.reply)
        self._head(one, reply)
        sending = Sending(reply.status, reply.headers, reply.body, reply.stream)
        if reply.session is not None and one.world is not None:
            sending.session = one.session = OpenSession(
                self._sessions, reply.session, one.world.account, one.cause(), cut=lambda: _cut(one.call)
            )
        if one.late and reply.stream is not None:
            sending.words = self._words(one.call)
        for standing, chance in one.late:
            wound = None if one.session is None else standing.rule.fault.wound(chance)
            if wound is not None and one.session is not None:
                one.session.suffer(wound, partial(one.mark, standing))
            elif standing.rule.fault.shape(sending, chance):
                one.mark(standing)
        if one.struck:
            sending.headers = {**sending.headers, "Brownout-Fault": ", ".join(one.struck)}
        return sending

    def _words(self, call: Call) -> Callable[[str, Sequence[bytes]], Sequence[bytes]] | None:
        """How the vendor says one of its errors where a stream is under way."""
        said, errors = self._vendor.stream_error, self._vendor.named_errors
        return None if said is None else lambda name, sent: said(call, errors[name].reply(call), sent)

    def _fate(self, one: Handling[S], strike: Strike) -> Ending | None:
        """What the faults make of the answer, once there is one; how the connection ends where nothing goes out."""
        for standing in one.working:
            if standing.rule.fault.worked(strike):
                one.mark(standing)
        if one.reply is None:
            return strike.ending
        if strike.answer_after is not None:
            one.reply, one.from_edge = strike.answer_after, strike.from_edge
        return strike.ending_after

    def _head(self, one: Handling[S], reply: Reply) -> None:
        """The headers that are on every answer."""
        call, strike = one.call, one.strike
        call.took_s = self._clock.machine_s() - call.at_s
        if not one.from_edge:
            self._vendor.decorate(call, one.world.account if one.world is not None else None, reply)
        if strike is not None and (said := strike.said):
            put_on(reply.headers, said)
        if "date" not in reply.headers:
            reply.headers["date"] = self._clock.http_date(strike.skew_s if strike is not None else 0.0)

    def _opening(self, one: Handling[S], reply: Reply) -> Reply:
        """The reply that opens a session, or why it cannot."""
        if "websocket" not in one.call.headers.get("upgrade", "").lower():
            return self._vendor.errors.malformed(one.call, "a websocket handshake is needed")
        if self._sessions.is_full:
            one.from_edge = True
            return say(503, "There are too many sessions open in this simulator.")
        return reply

    def _look_back(self, one: Handling[S], made: Reply, sending: Sending, chunks: int) -> None:
        """What it leaves that an answer was made and has not gone out whole."""
        frames = made.stream if made.stream is not None and one.reply is made else ()
        out = sending.stream[:chunks] if sending.stream is not None else ()
        went = sum(said is meant for (_, said), (_, meant) in zip(out, frames, strict=False))
        is_whole = went == len(frames) if frames else chunks >= _chunks_of(sending) and one.reply is made
        if is_whole and sending.status and sending.ending is Ending.COMPLETE:
            return
        assert one.world is not None and made.unread is not None  # noqa: S101, PT018  (there was work to do)
        self._books.commit(one.world.account, made.unread(went), (), one.cause())

    def _write_down(self, one: Handling[S], sending: Sending, chunks: int, *, left: bool) -> None:
        call, strike = one.call, one.strike
        ending = sending.ending
        if one.session is not None and one.session.broken is not None:
            ending = one.session.broken
        elif left and not (ending is Ending.HANG and chunks >= _chunks_of(sending)):
            ending = Ending.LEFT  # a hang that was acted out to its end always ends by the client's leaving
        changes = [*sending.changes, *(() if one.session is None else one.session.changes)]
        skew_s = strike.skew_s if strike is not None else 0.0
        was_told = sending.status >= 300 and not (left and chunks == 0)
        turn, session, now_s = one.turn, one.session, self._clock.machine_s()
        self._books.ledger.write(
            (  # as in `Entry`
                "request",
                "" if one.world is None else one.world.account.name,
                one.operation,
                call.at_s,
                now_s,
                call.route,
                call.request_id,
                call.request_id,
                call.idempotency_key or "",
                one.replayed,
                int(sending.status),
                ending.value,
                chunks,
                0 if session is None else session.heard,
                one.struck,
                0,  # amount
                0.0 if strike is None else strike.delay_s + strike.delay_after_s,
                one.given_delay_s,
                retry_after_s(sending.headers, self._clock.wall_s() + skew_s) if was_told else None,
                None,  # references
                {"changes": changes} if changes else None,  # fields
                0.0 if turn is None else turn.queued_s,
                0.0 if turn is None else turn.work_s,
                one.given_work_s,
                call.connection,
            )
        )


def _cut(call: Call) -> None:
    """Close the call's connection at once, where its host lets that be done."""
    if call.cut is not None:
        call.cut()


def _chunks_of(sending: Sending) -> int:
    """How many chunks a sending puts out, where nobody leaves."""
    if not sending.status:
        return 0
    return 1 if sending.stream is None else len(sending.stream)
