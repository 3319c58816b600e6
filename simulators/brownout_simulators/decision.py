"""Faults, limits, idempotency: whether the vendor's action is to run at all, and when."""

from typing import Generic, TypeVar

from brownout_simulators.call import Reply
from brownout_simulators.clock import Clock
from brownout_simulators.faults.fault import Stage, Strike
from brownout_simulators.faults.plan import Plan, Standing
from brownout_simulators.handling import Handling
from brownout_simulators.limiter import Limiter
from brownout_simulators.vendor import Refused, Vendor
from brownout_simulators.worlds import World

S = TypeVar("S")


class Decision(Generic[S]):
    """What is decided of a call that was admitted, before it waits. Where it sets a reply, no work is done."""

    def __init__(self, vendor: Vendor[S], clock: Clock, plan: Plan) -> None:
        self.limiter: Limiter | None = None
        self._vendor = vendor
        self._clock = clock
        self._plan = plan

    def decide(self, one: Handling[S]) -> None:
        """Faults, limits, idempotency: whether the vendor's action is to run at all, and when."""
        if one.world is None or one.reply is not None:
            if not self._plan.is_empty and not one.from_edge:
                self._strike_refusal(one)
            return
        rules = self._vendor.idempotency
        if rules is not None:
            try:
                one.call.idempotency_key = rules.key_of(one.call)
            except Refused as refused:
                one.key_refused = refused.reply
        if self.limiter is not None or not self._plan.is_empty:
            self._strike_and_limit(one)
        if one.reply is not None or (one.strike is not None and one.strike.is_answered):
            return
        one.reply = self._objection(one)
        if one.reply is None and one.call.idempotency_key is not None:
            self._look_up(one, one.world, one.call.idempotency_key)

    def _objection(self, one: Handling[S]) -> Reply | None:
        """The vendor's, to the body or the key; held back until its turn."""
        if one.unreadable is not None:
            return self._vendor.errors.malformed(one.call, one.unreadable)
        return one.body_refused if one.body_refused is not None else one.key_refused

    def _strike_and_limit(self, one: Handling[S]) -> None:
        chosen = [] if self._plan.is_empty else self._choose(one)
        if chosen:
            chosen = self._strike(one, chosen, Stage.CREDENTIALS)
        if self.limiter is not None:
            self._limit(one, self.limiter)
        if chosen:
            self._strike(one, chosen, Stage.AFTER)
        if one.strike is not None and one.strike.is_answered:
            one.reply, one.from_edge = one.strike.answer, one.strike.from_edge

    def _strike_refusal(self, one: Handling[S]) -> None:
        """What was refused at the door is seen by few faults, and stays refused."""
        now_s = self._clock.machine_s()
        chosen = self._plan.choose_refusal(one.subject(), now_s)
        if chosen:
            one.strike = self._strike_of(one, now_s)
            one.strike.answer = one.reply
            self._strike(one, chosen, Stage.AFTER)

    def _choose(self, one: Handling[S]) -> list[tuple[Standing, float]]:
        now_s = self._clock.machine_s()
        chosen = self._plan.choose(one.subject(), now_s)
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
            credential_since_s=one.credential_since_s,
        )

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
        call, account, now_s = one.call, one.world.account, self._clock.vendor_s()
        if one.strike is not None and one.strike.is_answered:
            return
        one.limiter = limiter
        exceeded, one.held, account.limits = limiter.enter(call, account.name, now_s)
        if exceeded is not None:
            one.reply = self._vendor.errors.throttled(call, exceeded.retry_after_s, exceeded.name)
            if one.strike is not None:
                one.strike.answer = one.reply

    def _look_up(self, one: Handling[S], world: World[S], key: str) -> None:
        """Replay, conflict, mismatch, or a claim that holds while the vendor works."""
        rules = self._vendor.idempotency
        assert rules is not None  # noqa: S101  (there is a key)
        call, now_s = one.call, self._clock.vendor_s()
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
