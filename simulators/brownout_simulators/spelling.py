"""The nearest spelling of a name that is not known."""

import difflib
from collections.abc import Iterable
from typing import Final

LENGTH_LIMIT: Final = 200
"""Of the word: comparing takes longer than in proportion."""


def nearest(word: str, known: Iterable[str], *, at_all: bool = False) -> str:
    """The known name that is most like `word`; "" where none is like it, unless any will do (`at_all`)."""
    near = difflib.get_close_matches(word[:LENGTH_LIMIT], list(known), n=1, cutoff=0.0 if at_all else 0.6)
    return near[0] if near else ""
