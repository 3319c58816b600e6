"""How messages repeat what was given, and what it may have meant: short, and on one line."""

import difflib
import reprlib
from collections.abc import Iterable
from typing import Final

LENGTH_LIMIT: Final = 200
"""Of the word: comparing takes longer than in proportion."""


def nearest(word: str, known: Iterable[str], *, at_all: bool = False) -> str:
    """The known name that is most like `word`; "" where none is like it, unless any will do (`at_all`)."""
    near = difflib.get_close_matches(word[:LENGTH_LIMIT], list(known), n=1, cutoff=0.0 if at_all else 0.6)
    return near[0] if near else ""


_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 80
_SHORT.maxlevel = 2


def shown(value: object) -> str:
    """A value as a message shows it: short, whatever it is."""
    return _SHORT.repr(value)


def named(key: object) -> str:
    """A name that was given, as a message repeats it: short, and on one line."""
    text = str(key)[:80]
    return text if text.isprintable() else ascii(text)
