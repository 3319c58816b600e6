"""Time limits of attempts alone: an attempt is begun, and a delay waited for, though the time of the caller is over."""

from brownout_core.compose import Replacements
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_harness.audit.mutant import Mutant, Part


class _Timeless(Timeouts):
    """Each attempt has its time; the call has all of it."""

    __slots__ = ()

    def attempt_ends_at_s(self, now_s: float, deadline_at_s: float, within_s: float | None = None) -> float | None:
        del deadline_at_s
        return now_s + (self._attempt_s if within_s is None else within_s)


def _timeouts(_vendor: str, config: TimeoutConfig) -> Timeouts:
    return _Timeless(config)


MUTANT = Mutant(
    name="retries-past-the-deadline",
    part=Part.TIMEOUTS,
    about="neither an attempt nor a retry looks at the deadline: who asked is answered when nobody waits any more",
    scenario="stripe-hangs",
    expectation="deadline_respected",
    replacements=lambda: Replacements(timeouts=_timeouts),
)
