"""How many tokens a text has, and where they begin.

Exactly, with the library and the vocabulary that the models were made with, where both are on this machine; else by an
estimate that needs neither. Never over the network. `Counter.name` says which, and a vendor tells it with each answer.
The estimate goes through a text once, whatever is in it.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

ESTIMATE: Final = "estimate"

# Where tiktoken keeps a vocabulary: a file named by the SHA-1 of its address, whose SHA-256 it pins (its load.py). It
# fetches what it does not find there, which must never happen.
CACHE_VARIABLE: Final = "TIKTOKEN_CACHE_DIR"
ENCODING: Final = "o200k_base"
_FILE: Final = "fb374d419588a4632f3f557e76b4b70aebbca790"
_DIGEST: Final = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"

SHORT: Final = 1_000
"""Characters of a text that is known again."""
REMEMBERED: Final = 1_000
"""So many of them."""
SLICE: Final = 8_192
"""Characters that are encoded at once: a merge over one long run takes longer than in proportion."""

# As in o200k_base's pattern: letters with what stands before them, up to three digits, symbols, line ends, blanks.
_PIECE: Final = re.compile(r"[^\w\r\n]?[^\W\d_]+|\d{1,3}| ?(?:[^\s\w]|_){1,4}|[\r\n]+|[^\S\r\n]+(?=\s|\Z)|[^\S\r\n]")
# The same for text in ASCII, where eight letters are a token: its matches are the tokens.
_PLAIN: Final = re.compile(
    r"[^\w\r\n]?[A-Za-z]{1,8}|\d{1,3}| ?(?:[^\s\w]|_){1,4}|[\r\n]+|[^\S\r\n]+(?=\s|\Z)|[^\S\r\n]", re.ASCII
)
_FIRST_OF_CJK: Final = "\u2e80"


class Counter(NamedTuple):
    """Counts tokens. The same text always has the same number."""

    name: str
    """The encoding, or `estimate`."""
    count: Callable[[str], int]
    split: Callable[[str], Sequence[str]]
    """A text in pieces of a token each, of several where a character takes as many; joined they are the text."""


def _parts_of(piece: str) -> int:
    """Into how many tokens a piece falls, by what was measured on o200k_base: within a tenth for European languages,
    Chinese and code, too many for Indic scripts."""
    if not piece[-1].isalpha():
        return 1
    size = len(piece)
    if piece.isascii():
        return -(-(size if piece[0].isalpha() else size - 1) // 8)
    letters = len(piece.encode("utf-8", "replace"))
    return min(size, -(-letters // (4 if piece[-1] >= _FIRST_OF_CJK else 5)))


def _estimated(text: str) -> int:
    return len(_PLAIN.findall(text)) if text.isascii() else sum(map(_parts_of, _PIECE.findall(text)))


def _estimated_pieces(text: str) -> list[str]:
    if text.isascii():
        return _PLAIN.findall(text)
    found: list[str] = []
    for piece in _PIECE.findall(text):
        parts = _parts_of(piece)
        cuts = [len(piece) * place // parts for place in range(parts + 1)]
        found += [piece[cuts[place] : cuts[place + 1]] for place in range(parts)]
    return found


def remembering(counter: Counter) -> Counter:
    """The same, that knows short texts again: what systems say, and rules answer, is the same from call to call."""
    count, split = lru_cache(REMEMBERED)(counter.count), lru_cache(REMEMBERED)(lambda text: tuple(counter.split(text)))
    return Counter(
        counter.name,
        lambda text: count(text) if len(text) <= SHORT else counter.count(text),
        lambda text: split(text) if len(text) <= SHORT else counter.split(text),
    )


_ESTIMATING: Final = Counter(ESTIMATE, _estimated, _estimated_pieces)


def has_vocabulary(environment: Mapping[str, str]) -> bool:
    """Whether the vocabulary is where tiktoken looks for it first, whole: so that it fetches nothing."""
    folder = environment.get(CACHE_VARIABLE)
    if not folder:
        return False
    try:
        return hashlib.sha256((Path(folder) / _FILE).read_bytes()).hexdigest() == _DIGEST
    except OSError:
        return False


def counter_for(environment: Mapping[str, str]) -> Counter:
    """The exact one where it can be had here, else the estimate."""
    if not has_vocabulary(environment):
        return _ESTIMATING
    try:
        import tiktoken  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return _ESTIMATING
    return _exact(tiktoken.get_encoding(ENCODING))


@cache
def counter() -> Counter:
    """This machine's, looked for once."""
    return remembering(counter_for(os.environ))


def _exact(encoding: Any) -> Counter:
    def ids_of(text: str) -> list[int]:
        readable = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        starts = range(0, len(readable), SLICE)
        return [each for start in starts for each in encoding.encode_ordinary(readable[start : start + SLICE])]

    def split(text: str) -> list[str]:
        pieces: list[str] = []
        pending = b""
        for each in ids_of(text):
            pending += encoding.decode_single_token_bytes(each)
            try:
                pieces.append(pending.decode())
            except UnicodeDecodeError:
                continue  # the rest of the character is in the next token
            pending = b""
        return pieces

    return Counter(ENCODING, lambda text: len(ids_of(text)), split)
