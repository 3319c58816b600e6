"""Faults, limits, idempotency: whether the vendor's action is to run at all, and when."""

from functools import partial
from typing import Generic, TypeVar

from brownout_simulators.clock import Clock
from brownout_simulators.faults.fault import Stage, Strike
from brownout_simulators.faults.plan import Chosen, Plan
from brownout_simulators.handling import Handling
from brownout_simulators.limiter import Exceeded, Limiter
from brownout_simulators.vendor import IdempotencyRules, Refused, Vendor
from brownout_simulators.worlds import World

S = TypeVar("S")


class Decision(Generic[S]):
    """What is decided of a call that was admitted, before it waits. Where it sets a reply, no work is done."""

    def __init__(self, vendor: Vendor[S], clock: Clock, plan: Plan, limiter: Limiter) -> None:
        self._vendor = vendor
        self._clock = clock
        self._plan = plan
        self._limiter = limiter

    def decide(self, one: Handling[S]) -> None:
        """Faults and limits: whether the vendor is to work at all, and when."""
        call, world = one.call, one.world
        if world is None or one.reply is not None:
            if not (self._plan.is_empty or one.from_edge or one.is_outsiders):
                self._strike_refusal(one)
            return
        rules = self._vendor.idempotency
        if rules is not None:
            try:
                call.idempotency_key = rules.key_of(call)
            except Refused as refused:
                one.objection = one.objection or refused.reply
        now_s = self._clock.machine_s()
        self._strike_and_limit(one, world, now_s)
        strike = one.strike
        if strike is not None and (strike.answer is not None or strike.ending is not None):
            one.reply, one.from_edge = strike.answer, strike.from_edge
            return
        one.reply = one.reply or one.objection

    def look_up(self, one: Handling[S]) -> None:
        """Idempotency, as the vendor's work begins: only now does a call that queued meet what others have left."""
        world, rules = one.world, self._vendor.idempotency
        if world is not None and rules is not None and one.call.idempotency_key is not None:
            self._look_up(one, world, rules, self._clock.vendor_s())

    def _strike_and_limit(self, one: Handling[S], world: World[S], now_s: float) -> None:
        """A credential fault strikes before a limit is counted, the others after."""
        chosen = () if self._plan.is_empty or one.is_outsiders else self._choose(one, now_s)
        if chosen:
            chosen = self._strike(one, chosen, Stage.CREDENTIALS)
        if self._limiter.is_on:
            self._limit(one, world, now_s)
        if chosen:
            self._strike(one, chosen, Stage.AFTER)

    def _strike_refusal(self, one: Handling[S]) -> None:
        """What was refused at the door is seen by few faults, and stays refused."""
        now_s = self._clock.machine_s()
        chosen = self._plan.choose_refusal(one.subject(), now_s)
        if chosen:
            one.strike = self._strike_of(one, now_s)
            one.strike.answer = one.reply
            self._strike(one, chosen, Stage.AFTER)

    def _choose(self, one: Handling[S], now_s: float) -> Chosen:
        chosen = self._plan.choose(one.call.route, one.key, one.subject, now_s)
        if chosen:
            one.strike = self._strike_of(one, now_s)
        return chosen

    def _strike_of(self, one: Handling[S], now_s: float) -> Strike:
        route = one.found.route if one.found is not None else None
        return Strike(
            call=one.call,
            account=one.world.account.name if one.world is not None else "",
            errors=self._vendor.errors,
            now_s=now_s,
            wall_s=self._clock.wall_s(),
            public=route is not None and route.public,
            grants=route is not None and route.grants,
            never_expires=partial(self._vendor.never_expires, one.call),
            credential_since_s=one.credential_since_s,
            key=one.key,
            named_errors=self._vendor.named_errors,
        )

    def _strike(self, one: Handling[S], chosen: Chosen, upto: Stage) -> Chosen:
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
                if fault.stage is Stage.WORK or (fault.stage is Stage.ANSWER and strike.data is not None):
                    one.working = (*one.working, standing)
                else:
                    one.mark(standing)
        return []

    def _limit(self, one: Handling[S], world: World[S], machine_s: float) -> None:
        strike = one.strike
        if strike is not None and strike.is_answered:
            return
        taken = self._limiter.enter(one.call, world.account.name, machine_s + self._clock.offset_s, machine_s)
        if not isinstance(taken, Exceeded):
            one.held = taken
            return
        one.call.limit = taken.state
        one.reply = self._vendor.errors.throttled(one.call, taken.retry_after_s, taken.name)
        if strike is not None:
            strike.answer = one.reply

    def _look_up(self, one: Handling[S], world: World[S], rules: IdempotencyRules, now_s: float) -> None:
        """Replay, conflict, mismatch, or a claim that holds while the vendor works."""
        call = one.call
        fingerprint = rules.fingerprint(call)
        one.scoped_key = key = f"{rules.scope_of(call)} {call.idempotency_key}"
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
