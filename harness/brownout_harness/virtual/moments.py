"""Moments in virtual time: the simulators tell at the instant itself, and writes to the gateway's stores are counted.

Whoever tells is in the middle of the application's own step. What is done then is the world's doing: it goes on in a
context of the world's own, so that nothing that it starts belongs to the application.
"""

import contextvars
from collections import Counter
from collections.abc import Callable

from brownout_harness.faults.actions import Actions
from brownout_harness.judging.evidence import Gap
from brownout_harness.virtual.vendors import Vendors
from brownout_scenarios.moments import STORE_WRITE
from brownout_scenarios.phases import Action
from brownout_scenarios.processes import means


class VirtualMoments:
    """Of one run. To be made in the world's context."""

    def __init__(
        self, actions: Actions, vendors: Vendors, *, clock: Callable[[], float], act: Callable[[Action], None]
    ) -> None:
        """`act` is called at the very instant at which an action's moment comes."""
        self._actions = actions
        self._vendors = vendors
        self._clock = clock
        self._act = act
        self._world = contextvars.copy_context()
        self._writes: Counter[str] = Counter()
        waiting = actions.waiting.values()
        self._of_stores = [each for each in waiting if each.moment.moment == STORE_WRITE]
        if any(each.moment.vendor for each in waiting):
            vendors.watch([*waiting], self._come)

    def wrote(self, process: str) -> None:
        """That process has changed one of the stores. Counted are the writes of those that the action is about."""
        now_s = self._clock()
        for trigger in self._of_stores:
            if means(trigger.action.process or "", process) and trigger.start_s <= now_s < trigger.end_s:
                self._writes[trigger.id] += 1
                if self._writes[trigger.id] == trigger.moment.nth:
                    self._come(trigger.id)

    def _come(self, trigger_id: str) -> None:
        trigger = self._actions.come(trigger_id)
        if trigger is not None:
            self._world.copy().run(self._act, trigger.action)

    def gaps(self) -> list[Gap]:
        """Moments that never came."""
        return self._actions.never_came({**self._vendors.came(), **self._writes})
