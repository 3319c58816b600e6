"""The stretches of a run, as its verdict has them: its phases, and when its faults were in force."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A record of the verdict: immutable, and no unknown key is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase as it was run: half-open, `[start_s, end_s)`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    start_s: float
    end_s: float

    def covers(self, at_s: float) -> bool:
        """Whether an instant lies in it."""
        return self.start_s <= at_s < self.end_s

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


class FaultSpan(Frozen):
    """One fault of a scenario, when it was in force and how many requests (of a link: connections) it really struck."""

    id: str
    vendor: str
    """Empty where it befell a link to something else."""
    link: str = ""
    """`gateway→stripe`; empty: it is none of a link."""
    story: str = ""
    """What several rules have in common that are one fault: one that strikes several vendors at once. Empty: its id."""
    text: str
    """In words: `503 on half of POST /v1/payment_intents`."""
    start_s: float
    end_s: float
    matched: int
    """Requests that its match and window covered; connections that were open meanwhile."""
    struck: int
    on: tuple[tuple[float, float], ...] | None = None
    """From when until when it was on, of one that is on and off in turn; None: all the time."""
    expect_struck: int = 1
    """Fewer than this, and the experiment did not happen as asked."""

    @property
    def experiment(self) -> tuple[str, str]:
        """What it is counted with: the rows of an incident at one vendor are one experiment."""
        return self.story or self.id, self.vendor

    def joined(self, other: "FaultSpan") -> "FaultSpan":
        """Both as one, which is called by what they have in common."""
        return self.model_copy(
            update={
                "id": self.story,
                "text": self.text if self.text == other.text else f"{self.text}, and more",
                "start_s": min(self.start_s, other.start_s),
                "end_s": max(self.end_s, other.end_s),
                "matched": self.matched + other.matched,
                "struck": self.struck + other.struck,
                "expect_struck": max(self.expect_struck, other.expect_struck),
            }
        )

    @property
    def in_force(self) -> tuple[tuple[float, float], ...]:
        """The stretches in which it could strike."""
        return ((self.start_s, self.end_s),) if self.on is None else self.on

    @property
    def whose(self) -> str:
        """The vendor, or what else the link leads to."""
        return self.vendor or self.link.rpartition("→")[2]

    @property
    def unit(self) -> str:
        """Of what it struck so many."""
        return "connection" if self.link else "request"
