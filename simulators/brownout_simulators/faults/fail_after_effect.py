"""Fail after the effect: the work is committed, and the answer is an error."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require
from brownout_simulators.faults.respond import Body, edge_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAfterEffect(Fault):
    """Commit, then answer with `status`. A client that takes it for "not done" is wrong."""

    stage: ClassVar[Stage] = Stage.AFTER

    status: int = 500
    body: Body = "vendor"
    """`vendor`: its own error body and headers (500, 502, 503, 504). `html`, `json`: from an edge in front of it."""
    remembered: bool = True
    """Whether the vendor itself failed, and remembers the error under the idempotency key where it remembers such
    errors. False: it remembers the true answer, and something in front of it failed."""

    def __post_init__(self) -> None:
        require(
            self.body != "vendor" or self.status in (500, 502, 503, 504),
            f"fail_after_effect.status: with the vendor's body, 500, 502, 503 or 504, got {self.status}",
        )
        require(300 <= self.status <= 599, f"fail_after_effect.status: 300 to 599, got {self.status}")
        require(self.body == "vendor" or not self.remembered, "fail_after_effect: an edge's error cannot be remembered")

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered or on.answer_after is not None:
            return False
        if self.body == "vendor":
            on.answer_after = on.errors.server_error(on.call, self.status)
        else:
            on.answer_after = edge_reply(self.status, self.body)
            on.from_edge = True
        on.after_is_remembered = self.remembered
        return True
