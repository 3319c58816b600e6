"""What an answer goes by, whichever vendor is asked, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

STOP: Final = "stop"
LENGTH: Final = "length"
CALL: Final = "call"


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the caller offers."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The JSON schema of its arguments; empty for one that takes none."""


class Asked(NamedTuple):
    """One answer that is wanted."""

    model: str
    says: str
    """The text of the last message of the user's."""
    key: bytes
    """All that is drawn depends on this alone: the model, the messages, the caller's seed, which of several choices."""
    turn: int = 1
    """One more than there are answers in the conversation so far."""
    step: int = 0
    """How many answers there are since the user's last message: 0 before a tool was called, 1 with its result."""
    tools: Sequence[Tool] = ()
    calls: Literal["never", "may", "must"] = "may"
    """Whether a tool is to be called; those of `tools`, where one must."""
    schema: Mapping[str, Any] | None = None
    """JSON is wanted that is valid for it; {} for any JSON object."""
    limit: int | None = None
    """The most tokens that may be generated, those of thinking included."""
    stops: Sequence[str] = ()
    """Generation ends before the first of these."""
    thinks: int = 0
    """Tokens of reasoning before the answer, where no rule says how many."""


class ToolCall(NamedTuple):
    """A tool that is to be called by the caller."""

    name: str
    arguments: str
    """As generated: JSON, unless it was cut short or a rule says otherwise."""


class Answer(NamedTuple):
    """What was generated."""

    pieces: Sequence[str] = ()
    """The text, token by token; more than one token where a character takes several."""
    calls: Sequence[ToolCall] = ()
    refusal: str = ""
    """The model says no, in these words."""
    blocked: str = ""
    """A filter took the answer away: why, in the vendor's word."""
    finish: str = STOP
    """`stop`, `length`, `call`, or the vendor's own word where a rule gives one."""
    thinking: int = 0
    """Tokens that were spent before the first that is seen."""
    tokens: int = 0
    """All that were generated, those of thinking included."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)
