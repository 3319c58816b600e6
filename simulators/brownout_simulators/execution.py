"""A vendor's action run for a call, and its reply remembered: at the call's instant, or when a late commit is due."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.call import Reply
from brownout_simulators.clock import Clock
from brownout_simulators.faults.fault import Strike
from brownout_simulators.handling import Handling, act_as_seen
from brownout_simulators.problems import Problems
from brownout_simulators.vendor import Refused, Vendor
from brownout_simulators.worlds import World

S = TypeVar("S")


class Execution(Generic[S]):
    """One vendor's."""

    def __init__(self, vendor: Vendor[S], clock: Clock, problems: Problems) -> None:
        self._vendor = vendor
        self._clock = clock
        self._problems = problems

    def perform(self, one: Handling[S], account: Account[Any]) -> Reply:
        """What the vendor answers. Who acts must be known beforehand; what it did is still to be committed."""
        assert one.found is not None  # noqa: S101  (an unknown route has its reply)
        strike, action = one.strike, one.found.route.action
        try:
            if strike is None:
                return action(one.call, account)
            if strike.data is not None:
                return self._provoked(one, account, strike, strike.data)
            if one.working:
                return act_as_seen(action, one.call, account, strike, self._clock.vendor_s())
            return action(one.call, account)
        except Refused as refused:
            return refused.reply
        except Exception as error:  # noqa: BLE001  a defect of the simulator, to be told from a fault of the scenario
            self._problems.tell(one.call.route, error)
            return self._vendor.errors.server_error(one.call, 500)

    def _provoked(self, one: Handling[S], account: Account[Any], strike: Strike, data: Mapping[str, Any]) -> Reply:
        assert one.found is not None  # noqa: S101
        one.call.data = data
        try:
            reply = act_as_seen(one.found.route.action, one.call, account, strike, self._clock.vendor_s())
        except Refused as refused:
            reply = refused.reply
        strike.came_to = reply.status
        return reply

    def remember(self, one: Handling[S], world: World[S], reply: Reply) -> None:
        """Keep what the vendor keeps under the call's idempotency key, or free the key."""
        claim, rules, strike = one.claim, self._vendor.idempotency, one.strike
        if claim is None or rules is None:
            return
        remembered = reply
        if strike is not None and strike.answer_after is not None and strike.after_is_remembered:
            remembered = strike.answer_after
            if not rules.saved(remembered):
                remembered = reply  # a vendor that keeps no such error has stored the outcome with its commit
        if rules.saved(remembered):
            world.keys.save(claim, remembered)
        else:
            world.keys.release(one.scoped_key, claim)
