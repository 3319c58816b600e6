"""The nearest valid spelling of a word that is not known."""

import difflib
from collections.abc import Iterable
from typing import Final

LENGTH_LIMIT: Final = 200
"""Of the word: comparing takes longer than in proportion."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that is most like it; empty where none is like it."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word[:LENGTH_LIMIT], names, n=1, cutoff=0.6)
    if not near:
        near = difflib.get_close_matches(word[:LENGTH_LIMIT].lower(), [name.lower() for name in names], n=1, cutoff=0.6)
        near = [name for name in names if near and name.lower() == near[0]]
    return near[0] if near else ""


def hint(word: str, known: Iterable[str]) -> str:
    """` (did you mean breaker?)`; without a near one ` (known: a, b, c)`; empty where nothing is known."""
    names = sorted(set(known))
    if near := nearest(word, names):
        return f" (did you mean {near}?)"
    return f" (known: {', '.join(names)})" if names else ""
