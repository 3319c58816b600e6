"""One vendor, simulated: the engine that handles its calls, what happens between them, and the control of it all.

Sans-I/O like the engine: a host asks when something is due, runs it, sends the webhooks and reports their answers.
Not safe for use from several threads.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, TypeVar

from brownout_simulators.account import Account, Ids
from brownout_simulators.agenda import OutgoingWebhook, Step
from brownout_simulators.correlation import Correlation
from brownout_simulators.engine import Engine
from brownout_simulators.faults.rule import Rule
from brownout_simulators.ledger import Ledger
from brownout_simulators.limiter import Limiter, switched_on
from brownout_simulators.worlds import stream

S = TypeVar("S")

ADVANCE_LIMIT_S: Final = 100 * 366 * 86_400.0
"""A hundred years: beyond, there are no dates to write."""

_log = logging.getLogger(__name__)


class Simulator(Engine[S]):
    """One vendor, simulated."""

    # -- what happens later ---------------------------------------------------------------------------------------

    def next_due_s(self) -> float | None:
        """When something is due next, on the clock that was handed in; None if nothing is left."""
        due_s = self.agenda.next_due_s()
        return None if due_s is None else due_s - self.clock_offset_s

    def run_due(self, now_s: float) -> list[OutgoingWebhook]:
        """Run the deferred steps that are due by `now_s` (of the clock handed in); returns the webhooks to send."""
        outgoing = []
        moment_s = now_s + self.clock_offset_s
        while (item := self.agenda.pop_due(moment_s)) is not None:
            if isinstance(item, Step):
                self._run_step(item)
                continue
            try:
                outgoing.append(self.outbox.sign(item, self.epoch_s + self.now_s()))
            except Exception as error:  # noqa: BLE001  as in an action; the other deliveries are not to be lost with it
                self.problem(f"the webhook {item.notice.type}", error)
        return outgoing

    def _run_step(self, step: Step) -> None:
        self._acting = step.cause
        try:
            aftermath = step.run()
        except Exception as error:  # noqa: BLE001  as in an action: a defect of the simulator
            self.problem("a deferred step", error)
            return
        finally:
            self._acting = None
        if aftermath is not None:
            self._book(step.account, aftermath.effects, step.cause)
            self._post(step.account, aftermath.notices, step.cause)

    def webhook_done(self, webhook_id: int, status: int | None) -> None:
        """A host reports the answer to a webhook; None: no connection, or no answer in time."""
        try:
            self.outbox.done(webhook_id, status, self.now_s())
        except Exception as error:  # noqa: BLE001  as in an action
            self.problem("what comes of a webhook", error)

    # -- control --------------------------------------------------------------------------------------------------

    def _limiter(self, asked: Mapping[str, Any]) -> Limiter | None:
        chosen = switched_on({limit.name: limit for limit in self.vendor.limits}, asked)
        for account in self._worlds.accounts.values():
            account.limits = {}
        return Limiter(chosen) if chosen else None

    def schedule(
        self,
        rules: Iterable[Rule],
        *,
        start_at_s: float | None = None,
        seed: int | None = None,
        limits: Mapping[str, Any] | None = None,
        correlate: Sequence[str] | None = None,
        webhook_time_scale: float | None = None,
    ) -> None:
        """Put a whole fault schedule in force; its instants count from `start_at_s`. Objects and books stay.

        Raises `ValueError`, and then nothing has changed.
        """
        limiter = self.limiter if limits is None else self._limiter(limits)
        correlation = self.correlation if correlate is None else Correlation(correlate)
        time_scale = self.outbox.time_scale if webhook_time_scale is None else webhook_time_scale
        if not 0 <= time_scale < float("inf"):
            raise ValueError(f"webhook_time_scale: at least 0, got {time_scale}")
        if start_at_s is not None and not isfinite(start_at_s):
            raise ValueError(f"start_at_s: an instant of the monotonic clock, got {start_at_s}")
        self.plan.replace(
            rules,
            seed=self.seed if seed is None else seed,
            start_at_s=self.clock() if start_at_s is None else start_at_s,
        )
        if limits is not None and limiter is not self.limiter:
            names = ", ".join(limiter.limits) if limiter is not None else "off"
            _log.info("%s: the vendor's limits are %s", self.vendor.name, names)
        self.limiter, self.correlation, self.outbox.time_scale = limiter, correlation, time_scale

    def advance(self, seconds: float) -> None:
        """Move the vendor's clock ahead: tokens expire, deferred steps come due. The ledger's clock does not move."""
        if not 0 <= seconds <= ADVANCE_LIMIT_S - self.clock_offset_s:
            raise ValueError(f"advance_s: at least 0, and {ADVANCE_LIMIT_S:.0f} in all, got {seconds}")
        self.clock_offset_s += seconds
        if self.agenda.on_earlier is not None:
            self.agenda.on_earlier()

    def reset(self, account: str | None = None, *, seed: int | None = None) -> None:
        """Forget one account, or everything but the vendor: objects, books, rules, limits, what was to happen later.

        Calls in flight finish against what they began with.
        """
        if account is not None:
            forgotten = self._worlds.forget(account)
            if forgotten is not None:
                self.agenda.forget(forgotten)
            return
        if seed is not None:
            self.seed = seed
        self._worlds.forget_all()
        self.agenda.forget()
        self.outbox.reset()
        self.ledger = Ledger(self.vendor.name, self.ledger.limit)
        self.plan.replace((), seed=self.seed, start_at_s=self.clock())
        self.limiter = None
        self.problems = []
        self.clock_offset_s = 0.0
        self._stray_ids = Ids(stream(self.seed, self.vendor.name, "requests"))
        self.correlation = Correlation(self.vendor.correlate)

    @property
    def accounts(self) -> Mapping[str, Account[S]]:
        """The accounts there are, by label."""
        return self._worlds.accounts

    def status(self) -> dict[str, Any]:
        """Counts: what is in flight, what is open, what each rule matched and struck, what was lost."""
        return {
            "vendor": self.vendor.name,
            "in_flight": self.in_flight,
            "accounts": len(self._worlds),
            "rules": [
                {"id": rule_id, "matched": one.matched, "struck": one.struck}
                for rule_id, one in self.plan.standing.items()
            ],
            "limits": sorted(self.limiter.limits) if self.limiter is not None else [],
            "ledger": {"next_seq": self.ledger.next_seq, "dropped": self.ledger.dropped},
            "open_webhooks": self.agenda.open_webhooks,
            "open_steps": self.agenda.open_steps,
            "agenda_dropped": self.agenda.dropped,
            "webhooks": self.outbox.counts(),
            "problems": list(self.problems),
        }
