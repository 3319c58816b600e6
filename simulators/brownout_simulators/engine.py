"""The one place, and the one order, of everything that is not a vendor's own.

    route ─▶ credentials ─▶ faults chosen ─▶ limits ─▶ faults before the effect ─▶ idempotency ─▶ wait
      ─▶ the vendor's action ─▶ effects into the ledger, reply remembered, notices into the outbox
      ─▶ faults after the effect ─▶ headers ─▶ faults on the bytes ─▶ the host sends ─▶ ledger

A simulator is sans-I/O: `handle` is a generator that yields seconds to wait and returns what goes on the wire; hosts
sleep and send, and tell `sent` when the last byte was out or the client had gone. Until then the call is in flight.
Nothing a client does stops a handling that has begun: a call that was given up still has its effect.
Not safe for use from several threads.
"""

import json
import logging
from collections.abc import Callable, Generator, Sequence
from typing import Final, Generic, TypeVar

from brownout_simulators.account import Account, Aftermath, Ids
from brownout_simulators.agenda import Agenda, Cause, Step
from brownout_simulators.call import Call, Effect, Ending, Notice, Reply, Sending
from brownout_simulators.correlation import Correlation
from brownout_simulators.faults.fault import Stage, Strike
from brownout_simulators.faults.http_date import http_date, retry_after_s
from brownout_simulators.faults.plan import Plan, Standing
from brownout_simulators.handling import Handling, act_as_seen
from brownout_simulators.ledger import Ledger
from brownout_simulators.limiter import Limiter
from brownout_simulators.outbox import Outbox
from brownout_simulators.router import Router
from brownout_simulators.safety import carries_live_credential, looks_live
from brownout_simulators.vendor import Refused, Vendor
from brownout_simulators.worlds import Credentials, TooManyAccounts, World, Worlds, stream

S = TypeVar("S")

DEFAULT_ACCOUNT: Final = "default"
"""The account of routes that ask for no credential."""
PROBLEMS_LIMIT: Final = 100
# A wait that is this much too short is one of floating-point arithmetic, not of the clock.
_INSTANT_S: Final = 1e-9

_log = logging.getLogger(__name__)


class Engine(Generic[S]):
    """Handles a vendor's calls. `simulator.Simulator` adds time that passes and the control of it."""

    def __init__(
        self,
        vendor: Vendor[S],
        *,
        clock: Callable[[], float],
        epoch_s: float,
        seed: int = 0,
        base_url: str = "",
        ledger_limit: int = 1_000_000,
        agenda_limit: int = 200_000,
    ) -> None:
        """`clock` is monotonic seconds; `epoch_s` added to it gives seconds since 1970."""
        self.vendor = vendor
        self.epoch_s = epoch_s
        self.seed = seed
        self.base_url = base_url
        """Where a host serves it; set it before the first call."""
        self.clock = clock
        self.clock_offset_s = 0.0
        """How far the vendor's clock has been moved ahead of the one that was handed in."""
        self.ledger = Ledger(vendor.name, ledger_limit)
        self.agenda = Agenda(agenda_limit)
        self.outbox = Outbox(self.agenda, vendor.webhooks)
        self.plan = Plan(vendor.name, seed, clock())
        self.limiter: Limiter | None = None
        self.in_flight = 0
        self.problems: list[str] = []
        """Errors in the simulator itself, not of its callers: a run with any is not to be trusted."""
        self.router = Router(vendor.routes)
        self._worlds: Worlds[S] = Worlds(vendor, clock=self.now_s, epoch_s=epoch_s, later=self._later)
        self._acting: Handling[S] | Cause | None = None
        self._stray_ids = Ids(stream(seed, vendor.name, "requests"))
        self.correlation = Correlation(vendor.correlate)
        self._credentials = Credentials()
        self._date = (-1, "")

    # -- handling a call ------------------------------------------------------------------------------------------

    def now_s(self) -> float:
        """The vendor's own clock: the one handed in, plus what `advance` added."""
        return self.clock() + self.clock_offset_s

    def handle(self, call: Call) -> Generator[float, None, Sending]:
        """Yields seconds to wait (at least; the engine looks at the clock again), returns what goes on the wire.

        The host owes `sent` for it. A generator that is thrown away frees what the call held, and nothing is booked.
        """
        one: Handling[S] = Handling(call)
        self.in_flight += 1
        try:
            self._admit(one)
            self._decide(one)
            strike = one.strike
            if strike is not None and strike.delay_s > 0:
                yield from self._wait_until(call.at_s + strike.delay_s)
                one.given_delay_s = self.clock() - call.at_s
            if one.reply is None and (strike is None or strike.ending is None):
                self._act(one)
            if strike is not None and strike.delay_after_s > 0:
                since_s = self.clock()
                yield from self._wait_until(since_s + strike.delay_after_s)
                one.given_delay_s += self.clock() - since_s
            sending = self._to_send(one)
        except GeneratorExit:
            self._leave(one)
            raise
        except Exception as error:  # noqa: BLE001  a defect of the simulator, outside its vendor's action
            self.problem(call.route or f"{call.method} {call.path[:120]}", error)
            reply = _say(500, "The simulator has a defect: see its log.")
            sending = Sending(reply.status, reply.headers, reply.body)
        sending.record = one
        return sending

    def sent(self, sending: Sending, *, chunks: int, left: bool) -> None:
        """By the host, exactly once for every sending: its last byte is out, or the client has gone.

        `chunks` of a stream really went out; of a plain body 1 or 0. `left`: the client had gone before the end.
        What the call held is free from now on, and its row is written; it finished at this instant.
        """
        one = sending.record
        if not isinstance(one, Handling):
            raise RuntimeError("what became of this sending was told before")  # noqa: TRY004  a host's defect
        sending.record = None
        self._leave(one)
        try:
            self._write_down(one, sending, chunks, left=left)
        except Exception as error:  # noqa: BLE001  as in an action: the host has a connection to look after
            self.problem(f"the row of {one.call.route}", error)

    def _leave(self, one: Handling[S]) -> None:
        """Give back what the call held."""
        self.in_flight -= 1
        if one.world is None:
            return
        one.world.account.in_flight -= 1
        if one.limiter is not None:
            one.limiter.leave(one.held)
        if one.claim is not None and one.claim.reply is None:
            one.world.keys.release(one.scoped_key, one.claim)

    def _wait_until(self, instant_s: float) -> Generator[float, None, None]:
        while (left_s := instant_s - self.clock()) > _INSTANT_S:
            yield left_s

    def _admit(self, one: Handling[S]) -> None:
        """Route, body, credential: who is calling what."""
        call = one.call
        if carries_live_credential(call.headers, call.query, call.body) or looks_live(call.path):
            call.route = f"{call.method} (refused: a live-looking credential)"
            call.request_id = self._stray_ids.hexadecimal()
            one.reply = _say(401, "This is a simulator: it refuses credentials that look live. Use a test key.")
            one.from_edge = True
            return
        found = one.found = self.router.find(call.method, call.path)
        if found is None:
            self._admit_nowhere(one)
            return
        call.route = found.name
        call.params = found.params
        try:
            call.data = self.vendor.parse(call)
        except ValueError as error:
            one.unreadable = str(error)
        except Refused as refused:
            one.body_refused = refused.reply
        one.operation = self.correlation.of_call(call)
        credential = call.headers.get("authorization")
        if credential is not None:
            one.credential_since_s = self._credentials.first_used(credential, call.at_s)
        try:
            label = DEFAULT_ACCOUNT if found.route.public else self.vendor.authenticate(call).account
            one.world = world = self._worlds.of(label, self.seed, self.base_url)
            world.account.in_flight += 1
            call.request_id = world.request_ids.hexadecimal()
            if self.vendor.admit is not None and not found.route.public:
                self.vendor.admit(call, world.account)
        except Refused as refused:
            if not call.request_id:
                call.request_id = self._stray_ids.hexadecimal()
            one.reply = refused.reply
        except TooManyAccounts:
            call.request_id = self._stray_ids.hexadecimal()
            one.reply, one.from_edge = _say(503, "There are too many accounts in this simulator: reset it."), True

    def _admit_nowhere(self, one: Handling[S]) -> None:
        call = one.call
        call.route = f"{call.method} {call.path[:120]}"
        call.request_id = self._stray_ids.hexadecimal()
        one.reply = self.vendor.errors.unknown_route(call)
        one.reply.headers["Brownout-Hint"] = f"the nearest route is {self.router.nearest(call.method, call.path)}"

    def _decide(self, one: Handling[S]) -> None:
        """Faults, limits, idempotency: whether the vendor's action is to run at all, and when."""
        if one.world is None or one.reply is not None:
            return
        rules = self.vendor.idempotency
        if rules is not None:
            try:
                one.call.idempotency_key = rules.key_of(one.call)
            except Refused as refused:
                one.key_refused = refused.reply
        if self.limiter is not None or not self.plan.is_empty:
            self._strike_and_limit(one)
        if one.reply is not None or (one.strike is not None and one.strike.is_answered):
            return
        if one.unreadable is not None:
            one.reply = self.vendor.errors.malformed(one.call, one.unreadable)
        elif one.body_refused is not None:
            one.reply = one.body_refused
        elif one.key_refused is not None:
            one.reply = one.key_refused
        elif one.call.idempotency_key is not None:
            self._look_up(one, one.world, one.call.idempotency_key)

    def _strike_and_limit(self, one: Handling[S]) -> None:
        chosen = [] if self.plan.is_empty else self._choose(one)
        if chosen:
            chosen = self._strike(one, chosen, Stage.CREDENTIALS)
        if self.limiter is not None:
            self._limit(one, self.limiter)
        if chosen:
            self._strike(one, chosen, Stage.AFTER)
        if one.strike is not None and one.strike.is_answered:
            one.reply, one.from_edge = one.strike.answer, one.strike.from_edge

    def _choose(self, one: Handling[S]) -> list[tuple[Standing, float]]:
        assert one.found is not None  # noqa: S101  (there is an account)
        subject, route = one.subject(), one.found.route
        now_s = self.clock()
        chosen = self.plan.choose(subject, now_s)
        if chosen:
            one.strike = Strike(
                call=one.call,
                account=subject.account,
                errors=self.vendor.errors,
                now_s=now_s,
                wall_s=self.epoch_s + now_s + self.clock_offset_s,
                public=route.public,
                grants=route.grants,
                credential_since_s=one.credential_since_s,
            )
        return chosen

    def _strike(
        self, one: Handling[S], chosen: list[tuple[Standing, float]], upto: Stage
    ) -> list[tuple[Standing, float]]:
        """Let the chosen rules up to a stage strike; returns those that are left."""
        strike = one.strike
        assert strike is not None  # noqa: S101  (made where rules were chosen)
        for place, (standing, chance) in enumerate(chosen):
            fault = standing.rule.fault
            if fault.stage > upto:
                if upto < Stage.AFTER:
                    return chosen[place:]
                one.late = (*one.late, (standing, chance))
            elif fault.strike(strike, chance, standing.memory):
                if fault.stage is Stage.WORK:
                    one.working = (*one.working, standing)
                else:
                    one.mark(standing)
        return []

    def _limit(self, one: Handling[S], limiter: Limiter) -> None:
        assert one.world is not None  # noqa: S101  (the caller has looked)
        call, account, now_s = one.call, one.world.account, self.now_s()
        if one.strike is not None and one.strike.is_answered:
            return
        one.limiter = limiter
        exceeded, one.held, account.limits = limiter.enter(call, account.name, now_s)
        if exceeded is not None:
            one.reply = self.vendor.errors.throttled(call, exceeded.retry_after_s, exceeded.name)
            if one.strike is not None:
                one.strike.answer = one.reply

    def _look_up(self, one: Handling[S], world: World[S], key: str) -> None:
        """Replay, conflict, mismatch, or a claim that holds while the vendor works."""
        rules = self.vendor.idempotency
        assert rules is not None  # noqa: S101  (there is a key)
        call, now_s = one.call, self.now_s()
        fingerprint = rules.fingerprint(call)
        key = one.scoped_key = f"{rules.scope_of(call)} {key}"
        known = world.keys.find(key, now_s)
        if known is None:
            one.claim = world.keys.claim(key, fingerprint, call.request_id, now_s)
        elif known.fingerprint != fingerprint:
            one.reply = rules.mismatch(call)
        elif known.reply is None:
            one.reply = rules.in_progress(call)
        else:
            one.replayed = True
            one.reply = rules.replayed(call, known.reply, known.request_id)

    def _act(self, one: Handling[S]) -> None:
        """The vendor works; then, at one instant, effects, memory and notices are committed."""
        assert one.world is not None and one.found is not None  # noqa: S101, PT018  (there is no reply yet)
        account, strike = one.world.account, one.strike
        self._acting = one
        try:
            action = one.found.route.action
            if one.working and strike is not None:
                reply = act_as_seen(action, one.call, account, strike, self.now_s())
            else:
                reply = action(one.call, account)
        except Refused as refused:
            reply = refused.reply
        except Exception as error:  # noqa: BLE001  a defect of the simulator, to be told from a fault of the scenario
            self.problem(one.call.route, error)
            reply = self.vendor.errors.server_error(one.call, 500)
        finally:
            self._acting = None
        one.reply = reply
        for standing in one.working:
            if strike is not None and standing.rule.fault.worked(strike):
                one.mark(standing)
        self._commit(one, one.world, reply)

    def problem(self, where: str, error: Exception) -> None:
        """Keep and log a defect of the simulator itself."""
        _log.error("%s: %s failed", self.vendor.name, where, exc_info=error)
        self._keep_problem(f"{where}: {type(error).__name__}: {error}")

    def _keep_problem(self, what: str) -> None:
        if len(self.problems) < PROBLEMS_LIMIT:
            self.problems.append(what)

    def _commit(self, one: Handling[S], world: World[S], reply: Reply) -> None:
        strike = one.strike
        cause: Cause | None = None
        if reply.effects or reply.notices:
            cause = one.cause()
            self._book(world.account, reply.effects, cause)
            if not one.operation and reply.effects:
                one.operation = self.correlation.of_effect(reply.effects[0], "")
        remembered = reply
        if strike is not None and strike.answer_after is not None and strike.after_is_remembered:
            remembered = strike.answer_after
        if one.claim is not None:
            rules = self.vendor.idempotency
            if rules is not None and remembered is not reply and not rules.saved(remembered):
                remembered = reply  # a vendor that keeps no such error has stored the outcome with its commit
            if rules is not None and rules.saved(remembered):
                world.keys.save(one.claim, remembered)
            else:
                world.keys.release(one.scoped_key, one.claim)
        if reply.notices and cause is not None:
            self._post(world.account, reply.notices, cause)

    def _post(self, account: Account[S], notices: Sequence[Notice], cause: Cause) -> None:
        self.outbox.post(account, notices, cause, plan=self.plan, now_s=self.now_s(), plan_now_s=self.clock())

    def _book(self, account: Account[S], effects: Sequence[Effect], cause: Cause) -> None:
        now_s = self.clock()
        for effect in effects:
            self.ledger.effect(
                account=account.name,
                operation_id=self.correlation.of_effect(effect, cause.operation_id),
                at_s=now_s,
                kind=effect.kind,
                effect_id=effect.id,
                request_id=cause.request_id,
                idempotency_key=cause.idempotency_key,
                amount=effect.amount,
                references=effect.references,
            )

    def _to_send(self, one: Handling[S]) -> Sending:
        """Turn what there is into what goes on the wire."""
        call, strike = one.call, one.strike
        if strike is not None and one.reply is not None:
            if strike.answer_after is not None:
                one.reply, one.from_edge = strike.answer_after, strike.from_edge
            ending = strike.ending_after
        else:
            ending = strike.ending if strike is not None else None
        if ending is not None or one.reply is None:
            sending = Sending(0, {}, ending=ending or Ending.CLOSE)
        else:
            reply = one.reply
            if not one.from_edge:
                self.vendor.decorate(call, one.world.account if one.world is not None else None, reply)
            if "date" not in reply.headers:
                reply.headers["date"] = self._http_date(strike.skew_s if strike is not None else 0.0)
            sending = Sending(reply.status, reply.headers, reply.body, reply.stream)
            for standing, chance in one.late:
                if standing.rule.fault.shape(sending, chance):
                    one.mark(standing)
            if one.struck:
                reply.headers["Brownout-Fault"] = ", ".join(one.struck)
        return sending

    def _write_down(self, one: Handling[S], sending: Sending, chunks: int, *, left: bool) -> None:
        call, strike = one.call, one.strike
        asked_s = strike.delay_s + strike.delay_after_s if strike is not None else 0.0
        ending = sending.ending
        if left and not (ending is Ending.HANG and chunks >= _chunks_of(sending)):
            ending = Ending.LEFT  # a hang that was acted out to its end always ends by the client's leaving
        was_told = sending.status >= 300 and not (left and chunks == 0)
        self.ledger.request(
            account=one.world.account.name if one.world is not None else "",
            operation_id=one.operation,
            at_s=call.at_s,
            finished_s=self.clock(),
            route=call.route,
            request_id=call.request_id,
            idempotency_key=call.idempotency_key or "",
            replayed=one.replayed,
            status=sending.status,
            ending=ending.value,
            chunks=chunks,
            faults=one.struck,
            asked_delay_s=asked_s,
            given_delay_s=one.given_delay_s,
            retry_after_s=retry_after_s(sending.headers, self.epoch_s + self.now_s()) if was_told else None,
        )

    def _http_date(self, skew_s: float) -> str:
        """Of now, as the vendor's clock sees it; made once a second."""
        wall_s = int(self.epoch_s + self.now_s() + skew_s)
        if self._date[0] != wall_s:
            self._date = (wall_s, http_date(wall_s))
        return self._date[1]

    # -- what happens later ---------------------------------------------------------------------------------------

    def _later(self, account: Account[S], delay_s: float, step: Callable[[], Aftermath | None]) -> None:
        acting = self._acting
        cause = acting.cause() if isinstance(acting, Handling) else acting or Cause()
        if not self.agenda.enter(self.now_s() + delay_s, Step(account, step, cause)):
            self._keep_problem("the agenda is full: a deferred step was dropped")


def _chunks_of(sending: Sending) -> int:
    """How many chunks a sending puts out, where nobody leaves."""
    if not sending.status:
        return 0
    return 1 if sending.stream is None else len(sending.stream)


def _say(status: int, message: str) -> Reply:
    """In the simulator's own voice, not the vendor's."""
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), {"content-type": "application/json"})
