"""What `--help` says of a command: its docstring, and at the end of all the examples that end its module's."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Final

MARK: Final = "\n\nExamples:\n"


@dataclass(frozen=True, slots=True)
class Help:
    """Of one command."""

    text: str
    """Its first sentence is its line in the list of all."""
    examples: tuple[str, ...]

    @property
    def epilog(self) -> str:
        """As it stands at the end of `--help`; not folded."""
        return "\n".join(["\b", "Examples:", *(f"  {each}" for each in self.examples)])


def help_of(command: Callable[..., Any]) -> Help:
    """What its docstring says, and its module's."""
    _, _, examples = (getdoc(sys.modules[command.__module__]) or "").partition(MARK)
    return Help(getdoc(command) or "", tuple(line.strip() for line in examples.splitlines()))
