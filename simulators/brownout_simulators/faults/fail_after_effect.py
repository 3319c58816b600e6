"""Fail after the effect: the work is committed, at once or a little later, and the answer is an error."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_simulators.faults.distributions import Lognormal, Uniform
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.respond import Body, edge_reply, require_status

LATEST_S: Final = 300.0
"""No commit comes later than this after its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitsIn:
    """How long after the answer the commit comes. Exactly one distribution."""

    fixed_s: float | None = None
    uniform: Uniform | None = None
    lognormal: Lognormal | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.fixed_s, self.uniform, self.lognormal) if one is not None]
        require(len(given) == 1, "fail_after_effect.commits_in: exactly one of fixed, uniform, lognormal")
        require_seconds("fail_after_effect.commits_in.fixed", self.fixed_s)

    def seconds(self, chance: float) -> float:
        """At this quantile."""
        distribution = self.uniform or self.lognormal
        return min(LATEST_S, distribution.at(chance) if distribution is not None else self.fixed_s or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAfterEffect(Fault):
    """Commit, then answer with `status`. A client that takes it for "not done" is wrong.

    With `commits_in` the answer goes out first, and the vendor works on: until the commit there is nothing to be found,
    and a repeated idempotency key is one in use.
    """

    stage: ClassVar[Stage] = Stage.AFTER
    draws: ClassVar[bool] = True

    status: int = 500
    body: Body = "vendor"
    """`vendor`: its own error body and headers (500, 502, 503, 504). `html`, `json`: from an edge in front of it."""
    remembered: bool = True
    """Whether the vendor itself failed, and remembers the error under the idempotency key where it remembers such
    errors. False: it remembers the true answer, and something in front of it failed."""
    commits_in: CommitsIn | None = None
    """The commit comes so long after the answer (300 s at most): `{uniform: {low: 1s, high: 5s}}`. Else before it."""

    def __post_init__(self) -> None:
        require_status("fail_after_effect", self.status, self.body)
        require(self.body == "vendor" or not self.remembered, "fail_after_effect: an edge's error cannot be remembered")

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del memory
        if on.is_answered or on.answer_after is not None:
            return False
        if self.body == "vendor":
            on.answer_after = on.errors.server_error(on.call, self.status)
        else:
            on.answer_after = edge_reply(self.status, self.body)
            on.from_edge = True
        on.after_is_remembered = self.remembered
        if self.commits_in is not None:
            on.commits_in_s = self.commits_in.seconds(chance)
        return True
