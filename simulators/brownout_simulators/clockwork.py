"""What runs by itself: deferred steps and webhooks, each when it is due, and the vendor's clock moved ahead.

Sans-I/O: a host asks when something is due, runs it, sends the webhooks and reports their answers.
"""

from math import isfinite
from typing import Any

from brownout_simulators.acting import FAR_OFF_S
from brownout_simulators.agenda import OutgoingWebhook, Step
from brownout_simulators.shared import Shared


class Clockwork:
    """One simulator's. Not safe for use from several threads."""

    def __init__(self, shared: Shared[Any]) -> None:
        self._clock = shared.clock
        self._agenda = shared.agenda
        self._books = shared.books
        self._acting = shared.acting
        self._sessions = shared.sessions
        self._problems = shared.problems

    def next_due_s(self) -> float | None:
        """When something is due next, on the machine's clock; None if nothing is left."""
        due_s = self._agenda.next_due_s()
        return None if due_s is None else due_s - self._clock.offset_s

    def run_due(self, now_s: float) -> list[OutgoingWebhook]:
        """Run the deferred steps that are due by `now_s` (of the machine's clock); returns the webhooks to send."""
        outgoing = []
        moment_s = now_s + self._clock.offset_s
        while (item := self._agenda.pop_due(moment_s)) is not None:
            if isinstance(item, Step):
                self._run(item)
                continue
            try:
                outbox = self._books.outbox
                if outbox.bag.takes(item) or not outbox.is_wanted(item, self._clock.vendor_s()):
                    continue
                outgoing.append(outbox.sign(item, self._clock.wall_s(), self._clock.machine_s()))
            except Exception as error:  # noqa: BLE001  a defect of the vendor; the other webhooks are not to be lost
                self._problems.tell(f"the webhook {item.notice.type}", error)
        return outgoing

    def _run(self, step: Step) -> None:
        self._acting.by = step
        try:
            aftermath = step.run()
            if aftermath is not None and (aftermath.effects or aftermath.notices):
                self._books.commit(step.account, aftermath.effects, aftermath.notices, step.cause())
        except Exception as error:  # noqa: BLE001  a defect of the vendor
            self._problems.tell("a deferred step", error)
        finally:
            self._acting.by = None
        if self._acting.published:
            self._sessions.publish()

    def webhook_done(self, webhook_id: int, status: int | None) -> None:
        """A host reports the answer to a webhook; None: no connection; or `NO_ANSWER`."""
        try:
            clock = self._clock
            self._books.outbox.done(webhook_id, status, clock.vendor_s(), clock.machine_s())
        except Exception as error:  # noqa: BLE001  a defect of the vendor
            self._problems.tell("what comes of a webhook", error)

    def advance(self, seconds: float) -> None:
        """Move the vendor's clock ahead: tokens expire, deferred steps come due. The ledger's clock does not move."""
        clock = self._clock
        if not (isfinite(seconds) and 0 <= seconds <= FAR_OFF_S - clock.offset_s):
            raise ValueError(f"advance_s: at least 0, and {FAR_OFF_S:.0f} in all, got {seconds}")
        clock.offset_s += seconds
        if self._agenda.on_earlier is not None:
            self._agenda.on_earlier()
