"""Text of a run for a terminal. Whose run it is nobody knows: an operation's id may hold what moves the cursor."""

import unicodedata
from typing import Final

KEPT: Final = frozenset("\n\t")
CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what shows nothing itself and changes how the rest is shown."""


def printable(text: str, *, kept: frozenset[str] = KEPT) -> str:
    """The text with every control character as its escape, `\\x1b`; those of `kept` stay."""
    if text.isprintable():
        return text
    return "".join(_shown(letter) if letter not in kept else letter for letter in text)


def _shown(letter: str) -> str:
    if unicodedata.category(letter) not in CONTROL:
        return letter
    return letter.encode("unicode_escape").decode("ascii")


def one_line(text: str) -> str:
    """The same on one line."""
    return printable(text, kept=frozenset())
