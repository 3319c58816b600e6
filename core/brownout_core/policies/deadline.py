"""Time limits: the deadline of a call, and the time that one attempt may take inside it. Pure arithmetic."""

from dataclasses import dataclass

from brownout_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeoutConfig:
    """How long an attempt and a whole call may take."""

    attempt_s: float = 3.0  # one attempt, from its start to the whole answer
    deadline_s: float = 10.0  # the call, with its queueing, retries and delays
    minimum_attempt_s: float = 0.05  # no attempt is started with less time than this left

    def __post_init__(self) -> None:
        if not 0.001 <= self.attempt_s <= 86_400:
            raise ConfigError(f"attempt_s must be in [0.001, 86400], got {self.attempt_s}")
        if not 0.001 <= self.deadline_s <= 86_400:
            raise ConfigError(f"deadline_s must be in [0.001, 86400], got {self.deadline_s}")
        if not 0 <= self.minimum_attempt_s <= self.attempt_s:
            raise ConfigError(
                f"minimum_attempt_s must be in [0, attempt_s = {self.attempt_s}], got {self.minimum_attempt_s}"
            )


class Timeouts:
    """What the limits mean at an instant. Keeps no state."""

    __slots__ = ("_attempt_s", "_deadline_s", "_minimum_attempt_s")

    def __init__(self, config: TimeoutConfig) -> None:
        self._attempt_s = config.attempt_s
        self._deadline_s = config.deadline_s
        self._minimum_attempt_s = config.minimum_attempt_s

    def deadline_at_s(self, now_s: float, asked_at_s: float | None) -> float:
        """When a call that starts now must end: at the caller's own deadline, or earlier."""
        own_at_s = now_s + self._deadline_s
        return own_at_s if asked_at_s is None or asked_at_s > own_at_s else asked_at_s

    def attempt_ends_at_s(self, now_s: float, deadline_at_s: float, within_s: float | None = None) -> float | None:
        """When an attempt that starts now must end, or None: too little time is left to start one.

        `within_s` takes the place of the attempt's usual time, as for a stream, which has a time for its first piece.
        """
        if deadline_at_s - now_s < self._minimum_attempt_s or now_s >= deadline_at_s:
            return None
        ends_at_s = now_s + (self._attempt_s if within_s is None else within_s)
        if ends_at_s > deadline_at_s:
            return deadline_at_s
        return ends_at_s

    def allows_attempt_at(self, starts_at_s: float, deadline_at_s: float) -> bool:
        """Whether an attempt may start at `starts_at_s`, so whether waiting for that instant makes sense."""
        return self.attempt_ends_at_s(starts_at_s, deadline_at_s) is not None
