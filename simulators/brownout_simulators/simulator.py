"""One vendor, simulated: an engine that handles its calls, a clockwork for what happens between them, and control.

    engine      handle a call, be told what went out
    clockwork   what is due, webhooks, the clock moved ahead
    control     schedule, reset, status

Sans-I/O: `hosts/` puts it on sockets or in memory. Not safe for use from several threads.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.call import Call, Sending
from brownout_simulators.clockwork import Clockwork
from brownout_simulators.control import Control
from brownout_simulators.correlation import Correlation
from brownout_simulators.engine import Engine
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.faults.live import NOBODY
from brownout_simulators.faults.rule import Rule
from brownout_simulators.ledger import Blocks, Ledger
from brownout_simulators.limiter import Limiter
from brownout_simulators.outbox import Outbox
from brownout_simulators.router import Router
from brownout_simulators.setups import SetUp, set_up
from brownout_simulators.shared import Shared
from brownout_simulators.vendor import Vendor

S = TypeVar("S")

ReadRule: TypeAlias = Callable[[Mapping[str, Any]], Rule]
"""What somebody wrote to a rule. Raises `ValueError`, whose message names the place."""


class Simulator(Generic[S]):
    """Made of three parts that share clock, accounts, books and plan."""

    def __init__(
        self,
        vendor: Vendor[S],
        *,
        clock: Callable[[], float],
        epoch_s: float,
        seed: int = 0,
        base_url: str = "",
        ledger_limit: int | None = None,
        blocks: Blocks | None = None,
        agenda_limit: int = 200_000,
        setup: Mapping[str, Any] | None = None,
        read_rule: ReadRule = rule_from_json,
    ) -> None:
        """`clock` is monotonic seconds; `epoch_s` added to it gives seconds since 1970. The ledger's rows are kept in
        `blocks`, in memory without; up to `ledger_limit`, or as many as `blocks` are made for. `setup` is what the
        vendor is set up with, now and after each reset. Raises `ValueError` where that cannot be."""
        self.vendor = vendor
        self.read_rule = read_rule
        """Reads what the control API is given as a fault: whoever serves the vendor may know more ways to write one."""
        self.clock = clock
        """The machine's, as it was handed in."""
        self._shared = Shared.of(
            vendor,
            clock,
            epoch_s=epoch_s,
            seed=seed,
            base_url=base_url,
            ledger=Ledger(vendor.name, ledger_limit, blocks),
            agenda_limit=agenda_limit,
            setup=set_up(vendor, setup or {}),
        )
        self.agenda = self._shared.agenda
        self.plan = self._shared.plan
        self.moments = self._shared.moments
        self.calls = self._shared.calls
        self._engine = Engine(self._shared)
        self._clockwork = Clockwork(self._shared)
        self._control = Control(self._shared, self._engine)

    # -- calls ----------------------------------------------------------------------------------------------------

    def handle(self, call: Call) -> Generator[float, None, Sending]:
        """See `Engine.handle`."""
        return self._engine.handle(call)

    def sent(self, sending: Sending, *, chunks: int, left: bool) -> None:
        """See `Engine.sent`."""
        self._engine.sent(sending, chunks=chunks, left=left)

    @property
    def in_flight(self) -> int:
        """Calls whose bytes have not ended, open sessions among them."""
        return self._engine.in_flight

    @property
    def under_way(self) -> int:
        """Calls that somebody's work is due to: see `Engine.under_way`."""
        return self._engine.under_way

    # -- what happens by itself -----------------------------------------------------------------------------------

    def next_due_s(self) -> float | None:
        """When something is due next, on the clock that was handed in; None if nothing is left."""
        return self._clockwork.next_due_s()

    def run_due(self, now_s: float) -> list[OutgoingWebhook]:
        """Do what is due by `now_s` (of the clock handed in); returns the webhooks to send."""
        return self._clockwork.run_due(now_s)

    def webhook_done(self, webhook_id: int, status: int | None) -> None:
        """A host reports the answer to a webhook; None: no connection; or `NO_ANSWER`."""
        self._clockwork.webhook_done(webhook_id, status)

    def advance(self, seconds: float) -> None:
        """Move the vendor's clock ahead: tokens expire, deferred steps come due. The ledger's clock does not move."""
        self._clockwork.advance(seconds)

    # -- control --------------------------------------------------------------------------------------------------

    def schedule(
        self,
        rules: Iterable[Rule],
        *,
        start_at_s: float | None = None,
        seed: int | None = None,
        limits: Mapping[str, Any] | None = None,
        limits_during: Sequence[Any] = (),
        correlate: Sequence[str] | None = None,
        webhook_time_scale: float | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
        setup: Mapping[str, Any] | None = None,
        reopen: bool = False,
    ) -> None:
        """See `Control.schedule`."""
        self._control.schedule(
            rules,
            start_at_s=start_at_s,
            seed=seed,
            limits=limits,
            limits_during=limits_during,
            correlate=correlate,
            webhook_time_scale=webhook_time_scale,
            fields=fields,
            setup=setup,
            reopen=reopen,
        )

    def add_fault(self, rule: Rule, by: str = NOBODY) -> None:
        """See `Control.add_fault`."""
        self._control.add_fault(rule, by)

    def remove_fault(self, rule_id: str | None = None, by: str = NOBODY) -> bool:
        """See `Control.remove_fault`."""
        return self._control.remove_fault(rule_id, by)

    def changes(self) -> dict[str, Any]:
        """See `Control.changes`."""
        return self._control.changes()

    def limit(self, limits: Mapping[str, Any]) -> None:
        """See `Control.limit`."""
        self._control.limit(limits)

    def set_up(self, given: Mapping[str, Any]) -> None:
        """See `Control.set_up`."""
        self._control.set_up(given)

    def listen(self, account: str, url: str) -> str:
        """See `Control.listen`."""
        return self._control.listen(account, url)

    def reset(self, account: str | None = None, *, seed: int | None = None) -> None:
        """See `Control.reset`."""
        self._control.reset(account, seed=seed)

    def status(self) -> dict[str, Any]:
        """See `Control.status`."""
        return self._control.status()

    def problem(self, where: str, error: Exception) -> None:
        """By a host: a defect of the simulator itself, to be kept and logged."""
        self._shared.problems.tell(where, error)

    # -- what there is to look at ---------------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """Of ids, and of faults where a schedule has none of its own."""
        return self._shared.worlds.seed

    @property
    def epoch(self) -> int:
        """How often everything was forgotten: books of another one tell of nothing before it."""
        return self._shared.books.epoch

    @property
    def setup(self) -> SetUp:
        """What the vendor is set up with now."""
        return self._shared.worlds.setup

    @property
    def base_url(self) -> str:
        """Where a host serves it; to be set before the first call."""
        return self._shared.worlds.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._shared.worlds.base_url = url

    @property
    def epoch_s(self) -> float:
        """Added to the vendor's clock it gives seconds since 1970."""
        return self._shared.clock.epoch_s

    @property
    def clock_offset_s(self) -> float:
        """How far the vendor's clock has been moved ahead of the one that was handed in."""
        return self._shared.clock.offset_s

    def now_s(self) -> float:
        """The vendor's own clock."""
        return self._shared.clock.vendor_s()

    @property
    def router(self) -> Router:
        """Its routes."""
        return self._engine.admission.router

    @property
    def ledger(self) -> Ledger:
        """Its books of this epoch."""
        return self._shared.books.ledger

    @property
    def correlation(self) -> Correlation:
        """Where it looks for the caller's operation id, and what the first calls with an effect said."""
        return self._shared.books.correlation

    @property
    def outbox(self) -> Outbox:
        """Its webhooks."""
        return self._shared.books.outbox

    @property
    def limiter(self) -> Limiter | None:
        """The limits that are on, or will be, if any are."""
        limiter = self._shared.limiter
        return limiter if limiter.is_on else None

    @property
    def problems(self) -> Sequence[str]:
        """Errors in the simulator itself, not of its callers: a run with any is not to be trusted."""
        return self._shared.problems.kept

    @property
    def accounts(self) -> Mapping[str, Account[S]]:
        """The accounts there are, by label."""
        return self._shared.worlds.accounts
