"""One call on its way through the engine, and the action as the faults want it to see the account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.agenda import Cause
from brownout_simulators.call import Call, Reply
from brownout_simulators.capacity import Turn
from brownout_simulators.faults.fault import Strike
from brownout_simulators.faults.plan import Standing, Subject
from brownout_simulators.idempotency import Remembered
from brownout_simulators.limiter import Place
from brownout_simulators.open_sessions import OpenSession
from brownout_simulators.outsiders import outsider_of
from brownout_simulators.router import Found
from brownout_simulators.worlds import World

S = TypeVar("S")
Action = Callable[[Call, Account[Any]], Reply]


@dataclass(slots=True, eq=False)
class Handling(Generic[S]):
    """What the engine knows of a call so far. A reply that is set means that the vendor's action will not run."""

    call: Call
    is_over: bool = False
    """What it held is free; nothing it does counts any more."""
    found: Found | None = None
    world: World[S] | None = None
    operation: str = ""
    credential_since_s: float | None = None
    """When its credential was first used; None where it brings none."""
    reply: Reply | None = None
    made: Reply | None = None
    """By the vendor's work: what a fault may have put another in the place of."""
    from_edge: bool = False
    """The reply does not come from the vendor itself: none of its headers are added."""
    objection: Reply | None = None
    """The vendor's, to the body or the idempotency key, held back until its turn."""
    scoped_key: str = ""
    """Under which the vendor remembers the reply: the idempotency key and what it is unique within."""
    claim: Remembered | None = None
    is_owed: bool = False
    """Its work is done after its answer went out: until then its claim stands."""
    replayed: bool = False
    has_committed: bool = False
    """Its work has left an effect in the ledger, before its answer."""
    held: Sequence[Place] = ()
    """What it took of the limits that are on."""
    is_spared: bool = False
    """What it took of limits that count effects was given back."""
    strike: Strike | None = None
    working: Sequence[Standing] = ()
    """Rules that strike the vendor's work, if it runs."""
    late: Sequence[tuple[Standing, float]] = ()
    """Rules that strike the bytes that go out, if any do."""
    struck: tuple[str, ...] = ()
    """Ids of the rules that have really struck."""
    given_delay_s: float = 0.0
    turn: Turn | None = None
    """Its turn at the vendor's work, where that is limited."""
    given_work_s: float = 0.0
    session: OpenSession | None = None
    """That it opened."""
    known_cause: Cause | None = None
    """As it was asked for before: what a call puts off, tells and leaves goes back to it, each for itself."""

    @property
    def is_wanted(self) -> bool:
        """Whether the vendor is to work on it: nothing has answered it, or ended it, before."""
        return self.reply is None and (self.strike is None or self.strike.ending is None) and not self.is_over

    @property
    def is_outsiders(self) -> bool:
        """Whether it is no call of the application's."""
        return bool(outsider_of(self.call.headers))

    @property
    def key(self) -> str:
        """Under which fault rules count and draw."""
        return self.operation or self.call.idempotency_key or ""

    def mark(self, standing: Standing) -> None:
        """This rule has really struck the call."""
        standing.struck += 1
        self.struck = (*self.struck, standing.rule.id)

    def cause(self) -> Cause:
        """What goes back to this call later."""
        known, call = self.known_cause, self.call
        if known is None or known.operation_id != self.operation:
            key = call.idempotency_key or ""
            known = self.known_cause = Cause(
                self.operation, call.request_id, key, call.route, call.method, call.path, call.headers
            )
        return known

    def subject(self) -> Subject:
        """What fault rules look at."""
        call = self.call
        account = self.world.account.name if self.world is not None else ""
        return Subject(call.route, call.method, call.path, call.headers, account, self.operation, self.key)


def act_as_seen(action: Action, call: Call, account: Account[Any], strike: Strike, now_s: float) -> Reply:
    """Run an action that sees the account as the faults want it seen: an odd clock, old data."""
    account.epoch_s += strike.skew_s
    account.was_stale = False
    if strike.lag_s is not None:
        account.as_of_s = now_s - strike.lag_s
        account.hides_new_only = strike.lag_hides_new_only
    try:
        return action(call, account)
    finally:
        account.epoch_s -= strike.skew_s
        strike.was_stale = account.was_stale
        account.as_of_s = None
