"""The rules of the declared language: when one applies, and what is answered then, step by step.

    answers:
      - when: {model: "gpt-4o*", says: "refund order (\\w+)"}
        script: [{call: {name: look_up, arguments: {order: "{1}"}}}, {say: "Order {1} is refunded."}]
      - echo: true

The first rule that applies wins. A step is one answer; behind the last, the last one is said again, but a tool that has
answered is not called again. What cannot be is passed over: a call where no tool is offered, words where one must be
called.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from brownout_simulators.answers.asked import Asked
from brownout_simulators.patterns import Pattern

Kind = Literal["say", "echo", "call", "json", "refuse", "block", "empty", "prose"]
KINDS: Final[Sequence[Kind]] = ("say", "echo", "call", "json", "refuse", "block", "empty", "prose")
_WORDS: Final = frozenset({"say", "echo", "json", "prose"})
_GROUP: Final = re.compile(r"\{(\d{1,2})\}")


@dataclass(frozen=True, slots=True)
class ToCall:
    """A tool that a rule calls."""

    name: str
    arguments: Any = None
    """A mapping; a text, which is sent as it is, JSON or not; None for arguments that the tool's schema allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer."""

    kind: Kind = "prose"
    text: str = ""
    """What is said, the words of a refusal, or why it is blocked."""
    calls: Sequence[ToCall] = ()
    value: Any = None
    """The JSON that is answered; None for what the request's schema allows."""
    finish: str = ""
    """The reason that is given for the end, "" for the true one; `length` cuts the answer as well."""
    tokens: int | None = None
    """How many tokens of prose; with `finish: length`, where the answer is cut."""
    think: int | None = None
    """Tokens of reasoning before it; None for as many as the model takes by itself."""

    def can_be(self, asked: Asked) -> bool:
        """Whether the vendor's interface lets this be an answer to what was asked."""
        if self.kind == "call":
            return bool(asked.tools) and asked.calls != "never"
        return not (self.kind in _WORDS and asked.calls == "must" and asked.tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What must hold; all of it."""

    model: str = "*"
    """With `*` and `?` as in file names."""
    says: Pattern | None = None
    """Found in the first part of the user's last message."""
    turn: int | None = None
    """One more than there are answers in the conversation so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When, and the steps."""

    steps: Sequence[Step]
    when: When = field(default_factory=When)

    def step_for(self, asked: Asked) -> "tuple[Step, Sequence[str]] | None":
        """The step that is due, and the groups of what was said, the whole first; None where it does not apply."""
        when = self.when
        if when.turn is not None and when.turn != asked.turn:
            return None
        if when.model != "*" and not fnmatchcase(asked.model, when.model):
            return None
        groups: Sequence[str] = (asked.says,)
        if when.says is not None:
            found = when.says.find(asked.says)
            if found is None:
                return None
            groups = (found[0], *(each or "" for each in found.groups()))
        step = self.steps[min(asked.step, len(self.steps) - 1)]
        if asked.step >= len(self.steps) and step.kind == "call":
            step = Step()
        return (step, groups) if step.can_be(asked) else None


def filled(value: Any, groups: Sequence[str]) -> Any:
    """With `{1}` replaced by what the first group holds, in every text of a value."""
    if isinstance(value, str):
        return _GROUP.sub(lambda mark: groups[int(mark[1])] if int(mark[1]) < len(groups) else mark[0], value)
    if isinstance(value, Mapping):
        return {filled(name, groups): filled(each, groups) for name, each in value.items()}
    return [filled(each, groups) for each in value] if isinstance(value, list) else value
