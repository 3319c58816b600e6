"""Control of a simulator: a fault schedule put in force, everything forgotten, what there is to tell."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, Generic, TypeVar

from brownout_simulators.correlation import Correlation
from brownout_simulators.engine import Engine
from brownout_simulators.faults.aim import require_fit
from brownout_simulators.faults.live import NOBODY, name_of
from brownout_simulators.faults.rule import Rule
from brownout_simulators.kept import Kept
from brownout_simulators.limiter import stretches_of, switched_on
from brownout_simulators.setups import set_up
from brownout_simulators.shared import Shared

S = TypeVar("S")

TIME_SCALE_LIMIT: Final = 1_000.0

_log = logging.getLogger(__name__)


class Control(Generic[S]):
    """One simulator's."""

    def __init__(self, shared: Shared[S], engine: Engine[S]) -> None:
        self._shared = shared
        self._engine = engine

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
        """Put a whole fault schedule in force; its instants count from `start_at_s`. Objects and books stay.
        `limits_during` are stretches in which others are on than `limits`, or than those that are on already.
        `fields` are those that the ledger keeps of each kind of effect from now on, `setup` is what the vendor is set
        up with. `reopen`: sessions from before the start are closed there, for faults are chosen at a handshake.

        Raises `ValueError`, and then nothing has changed.
        """
        shared = self._shared
        rules = list(rules)
        for rule in rules:
            require_fit(shared.vendor, rule)
        books, known = shared.books, {limit.name: limit for limit in shared.vendor.limits}
        during = stretches_of(known, limits_during)
        switched = switched_on(known, limits) if limits is not None else dict(shared.limiter.limits) if during else None
        correlation = books.correlation if correlate is None else Correlation(correlate)
        kept = books.kept if fields is None else Kept(shared.vendor, fields)
        arranged = shared.worlds.setup if setup is None else set_up(shared.vendor, setup)
        time_scale = books.outbox.time_scale if webhook_time_scale is None else webhook_time_scale
        if not 0 <= time_scale <= TIME_SCALE_LIMIT:
            raise ValueError(f"webhook_time_scale: 0 to {TIME_SCALE_LIMIT:.0f}, got {time_scale}")
        if start_at_s is not None and not isfinite(start_at_s):
            raise ValueError(f"start_at_s: an instant of the monotonic clock, got {start_at_s}")
        shared.plan.replace(
            rules,
            seed=shared.worlds.seed if seed is None else seed,
            start_at_s=shared.clock.machine_s() if start_at_s is None else start_at_s,
        )
        shared.live.begin_anew()
        if reopen:
            start_s = shared.plan.start_at_s
            shared.sessions.close_at_start(lambda: start_s - shared.clock.machine_s())
        shared.worlds.set_up(arranged)
        books.correlation, books.outbox.time_scale, books.kept = correlation, time_scale, kept
        if switched is not None and (switched or during or shared.limiter.is_on):
            shared.limiter.switch(switched, during, start_at_s=shared.plan.start_at_s)
            _log.info("%s: the vendor's limits are %s", shared.vendor.name, _in_words(switched, len(during)))

    def add_fault(self, rule: Rule, by: str = NOBODY) -> None:
        """Put a rule in force at once, in place of one with the same id, and write it down as a change that `by` made.

        Raises `ValueError`, and then nothing has changed.
        """
        shared, who = self._shared, name_of(by)
        require_fit(shared.vendor, rule)
        now_s, before = shared.clock.machine_s(), shared.plan.standing.get(rule.id)
        shared.plan.add(rule, now_s, live=True)
        if before is not None:
            shared.live.taken_out({rule.id: before}, now_s, who)
        shared.live.put_in_force(shared.plan.standing[rule.id], now_s, who)

    def remove_fault(self, rule_id: str | None = None, by: str = NOBODY) -> bool:
        """Take a rule (or all) out of force, as `add_fault`; False if there is none of that id."""
        shared, who = self._shared, name_of(by)
        standing = shared.plan.standing
        before = {name: one for name, one in standing.items() if rule_id in (None, name)}
        was_there = shared.plan.remove(rule_id)
        shared.live.taken_out(before, shared.clock.machine_s(), who)
        return was_there

    def changes(self) -> dict[str, Any]:
        """What was changed by hand since the schedule, when that began, and what time it is."""
        shared = self._shared
        return {
            "start_at_s": shared.plan.start_at_s,
            "now_s": shared.clock.machine_s(),
            "dropped": shared.live.dropped,
            "changes": shared.live.as_json(),
        }

    def limit(self, limits: Mapping[str, Any]) -> None:
        """Have these of the vendor's own limits on, all unused, in place of any others. Rules and books stay.

        Raises `ValueError`, and then nothing has changed.
        """
        shared = self._shared
        shared.limiter.switch(switched_on({limit.name: limit for limit in shared.vendor.limits}, limits))

    def set_up(self, given: Mapping[str, Any]) -> None:
        """Set the vendor up so, in place of what it was set up with. Objects stay.

        Raises `ValueError`, and then nothing has changed.
        """
        self._shared.worlds.set_up(set_up(self._shared.vendor, given))

    def listen(self, account: str, url: str) -> str:
        """Register a receiver of everything that happens in an account; the secret that its notices are signed with.

        Raises `ValueError` where the vendor has no receivers to register.
        """
        vendor = self._shared.vendor
        if vendor.listen is None:
            raise ValueError(f"{vendor.name} has no receivers to register: a receiver is named with each call")
        return vendor.listen(self._shared.worlds.of(account).account, url)

    def reset(self, account: str | None = None, *, seed: int | None = None) -> None:
        """Begin a new epoch, for one account or for all: objects, what was to happen later and, for all, books, rules
        and limits are forgotten, and what is in flight ends with the old one."""
        shared = self._shared
        if account is not None:
            forgotten = shared.worlds.forget(account)
            if forgotten is not None:
                self._engine.cut_off(forgotten)
                shared.agenda.forget(forgotten)
                shared.books.outbox.forget(forgotten, shared.clock.vendor_s())
            return
        self._engine.cut_off()
        shared.worlds.begin_anew(shared.worlds.seed if seed is None else seed)
        shared.agenda.forget()
        shared.books.begin_anew()
        shared.calls.clear()
        shared.moments.watch(())
        shared.plan.replace((), seed=shared.worlds.seed, start_at_s=shared.clock.machine_s())
        shared.live.begin_anew()
        shared.limiter.switch({})
        shared.capacity.begin_anew()
        shared.problems.kept = []
        shared.clock.offset_s = 0.0

    def status(self) -> dict[str, Any]:
        """Counts: what is in flight, what is open, what each rule matched and struck, what was lost."""
        shared, engine = self._shared, self._engine
        books = shared.books
        ledger = books.ledger
        return {
            "vendor": shared.vendor.name,
            "in_flight": engine.in_flight,
            "under_way": engine.under_way,
            "cut_off": engine.cut_off_calls,
            "sessions": shared.sessions.counts(),
            "accounts": len(shared.worlds),
            "objects": shared.worlds.objects(),
            "rules": [
                {"id": rule_id, "matched": one.matched, "struck": one.struck}
                for rule_id, one in shared.plan.standing.items()
            ],
            "limits": shared.limiter.names(shared.clock.machine_s()),
            "serving": shared.capacity.counts(),
            "deliveries": {"attempts": len(books.outbox.book), "dropped": books.outbox.book.dropped},
            "ledger": {"next_seq": ledger.next_seq, "dropped": ledger.dropped, "epoch": books.epoch},
            "open_webhooks": shared.agenda.open_webhooks + len(books.outbox.bag),
            "open_steps": shared.agenda.open_steps,
            "agenda_dropped": shared.agenda.dropped,
            "webhooks": shared.books.outbox.counts(),
            "calls": {"keep": shared.calls.keep, "kept": len(shared.calls)},
            "problems": list(shared.problems.kept),
        }


def _in_words(limits: Iterable[str], stretches: int) -> str:
    others = f"; others in {stretches} stretches of the run" if stretches else ""
    return (", ".join(limits) or "off") + others
