"""Reading PostgREST's little languages letter by letter, with its words where one cannot be read (PGRST100)."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

DEPTH: Final = 50
"""Brackets within brackets; what is deeper is refused, for a reader would run out of stack."""


class Unreadable(Exception):
    """PGRST100: what was read, where, and what was expected."""

    def __init__(self, what: str, column: int, details: str) -> None:
        super().__init__(what)
        self.message = f'"{what}" (line 1, column {column})'
        self.details = details


class Scanner:
    """A text and a place in it."""

    __slots__ = ("at", "depth", "text", "what")

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = f"failed to parse {what} ({text})"
        self.at = 0
        self.depth = 0

    @property
    def is_done(self) -> bool:
        """At the end."""
        return self.at >= len(self.text)

    def fail(self, expecting: str) -> Unreadable:
        """The error, here."""
        found = f'"{self.text[self.at]}"' if self.at < len(self.text) else "end of input"
        return Unreadable(self.what, self.at + 1, f"unexpected {found} expecting {expecting}")

    def sees(self, text: str) -> bool:
        """Whether this comes next."""
        return self.text.startswith(text, self.at)

    def takes(self, text: str) -> bool:
        """Whether this comes next; then it is behind us."""
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def needs(self, text: str, expecting: str = "") -> None:
        """This must come next."""
        if not self.takes(text):
            raise self.fail(expecting or f'"{text}"')

    def blanks(self) -> None:
        """Skip blanks."""
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def ends(self, expecting: str = "end of input") -> None:
        """Nothing may be left."""
        if not self.is_done:
            raise self.fail(expecting)

    def name(self) -> str:
        """A field's name: quoted, or letters, digits, `_`, `$`, blanks and dashes."""
        if self.sees('"'):
            return self.quoted()
        start = self.at
        while self.at < len(self.text):
            letter = self.text[self.at]
            is_dash = letter == "-" and self.at > start and self.text[self.at + 1 : self.at + 2] not in (">", "")
            if not (letter.isalnum() or letter in "_ $" or is_dash):
                break
            self.at += 1
        found = self.text[start : self.at].strip()
        if not found:
            raise self.fail("field name (* or [a..z0..9_$])")
        return found

    def quoted(self) -> str:
        """What stands between two quotation marks; a backslash takes the next letter as it is."""
        start = self.at
        self.at += 1
        letters: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == '"':
                self.at += 1
                return "".join(letters)
            if letter == "\\":
                self.at += 1
            letters.append(self.text[self.at : self.at + 1])
            self.at += 1
        self.at = start
        raise Unreadable(self.what, len(self.text) + 1, "unexpected end of input")

    def until(self, stops: str) -> str:
        """All letters up to one of these."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at]

    def attempt(self, read: Callable[[], T]) -> T | None:
        """What `read` reads; None, and nothing was read, where it fails."""
        before = self.at
        try:
            return read()
        except Unreadable:
            self.at = before
            return None

    def path(self) -> tuple[tuple[str | int, ...], bool]:
        """`->a->0->>b`: the steps, and whether the last arrow makes a text of it."""
        steps: list[str | int] = []
        as_text = False
        while self.sees("->"):
            as_text = self.takes("->>")
            if not as_text:
                self.needs("->")
            steps.append(self._step())
        return tuple(steps), as_text

    def _step(self) -> str | int:
        if self.sees('"'):
            return self.quoted()
        start = self.at
        minus = self.takes("-")
        digits = self.until_not_digit()
        is_end = self.is_done or any(self.sees(end) for end in ("->", "::", ".", ",", ")"))
        if digits and is_end and len(digits) < 10:
            return -int(digits) if minus else int(digits)
        self.at = start
        if minus:
            self.at += 1
            raise self.fail("digit")
        letters = []
        while self.at < len(self.text) and self.text[self.at] not in "(:.,>)" and not self.sees("->"):
            letters.append(self.text[self.at])
            self.at += 1
        found = "".join(letters).strip()
        if not found:
            raise self.fail("any non reserved character different from: .,>()")
        return found

    def until_not_digit(self) -> str:
        """Digits."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "0123456789":
            self.at += 1
        return self.text[start : self.at]

    def names(self) -> Sequence[str]:
        """Names with commas between."""
        found = [self.name()]
        self.blanks()
        while self.takes(","):
            self.blanks()
            found.append(self.name())
            self.blanks()
        self.ends('"," or end of input')
        return found

    def enter(self) -> None:
        """One bracket deeper."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail("fewer brackets")

    def leave(self) -> None:
        """Out of it."""
        self.depth -= 1
