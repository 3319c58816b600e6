"""What a vendor's work leaves behind, committed at one instant: effects in the ledger, notices in the outbox."""

from collections.abc import Sequence
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.agenda import Agenda, Cause
from brownout_simulators.call import Effect, Notice
from brownout_simulators.clock import Clock
from brownout_simulators.correlation import Correlation
from brownout_simulators.faults.plan import Plan
from brownout_simulators.kept import Kept
from brownout_simulators.ledger import Ledger
from brownout_simulators.outbox import Outbox
from brownout_simulators.vendor import Vendor


class Books:
    """One vendor's. A reset opens new ones."""

    def __init__(self, vendor: Vendor[Any], clock: Clock, agenda: Agenda, plan: Plan, ledger: Ledger) -> None:
        self.ledger = ledger
        self.outbox = Outbox(agenda, vendor.webhooks)
        self.correlation = Correlation(vendor.correlate)
        self.kept = Kept(vendor)
        self.epoch = 0
        """How often all that was booked was forgotten."""
        self._vendor = vendor
        self._clock = clock
        self._plan = plan

    def begin_anew(self) -> None:
        """Forget all that was booked, and how calls are told apart."""
        self.epoch += 1
        self.ledger.begin_anew()
        self.outbox.reset()
        self.correlation = Correlation(self._vendor.correlate)
        self.kept = Kept(self._vendor)

    def commit(self, account: Account[Any], effects: Sequence[Effect], notices: Sequence[Notice], cause: Cause) -> None:
        """What was done goes back to `cause`, or to the operation that the vendor stored with the thing."""
        for effect in effects:
            now_s = self._clock.machine_s()
            kind, id = str(effect.kind), str(effect.id)  # noqa: A001
            operation_id = cause.operation_id or self.correlation.of_stored(effect)
            references = effect.references and {str(name): str(value) for name, value in effect.references.items()}
            fields = self.kept.of_effect(effect)
            # As in `Entry`. Plain values only: a vendor may have enumerations, and those cannot be packed.
            self.ledger.write(
                (
                    "effect", account.name, operation_id, now_s, now_s, kind, id,
                    cause.request_id, cause.idempotency_key, False, 0, "", 0, 0, (), int(effect.amount),
                    0.0, 0.0, None, references or {}, fields, 0.0, 0.0, 0.0, 0,
                )
            )  # fmt: skip
        if notices:
            clock = self._clock
            self.outbox.post(
                account, notices, cause, plan=self._plan, now_s=clock.vendor_s(), plan_now_s=clock.machine_s()
            )
