"""The nearest valid spelling of a word that is not known."""

import difflib
from collections.abc import Iterable


def hint(word: str, known: Iterable[str], *, limit: int = 12) -> str:
    """` (did you mean breaker?)`; without a near one ` (known: a, b, c)`; empty where nothing is known."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if not near:
        near = difflib.get_close_matches(word.lower(), [name.lower() for name in names], n=1, cutoff=0.6)
        near = [name for name in names if near and name.lower() == near[0]]
    if near:
        return f" (did you mean {near[0]}?)"
    if not names:
        return ""
    more = ", ..." if len(names) > limit else ""
    return f" (known: {', '.join(names[:limit])}{more})"
