"""Words without meaning: the same key gives the same text, and each word is one token."""

import hashlib
import math
from operator import itemgetter
from statistics import NormalDist
from typing import Final

# Two to eight letters each: one token in any encoding of the models', and in the estimate.
_VOCABULARY: Final = """
about above across after again against ahead all almost along also always among and answer any apart are area around as
ask at away back balance base be because become before begin behind below best better between beyond big both bring
broad build but by call can care carry case cause center certain chance change check choice clear close come common
complete control correct cost could count cover create current cut data day deal decide deep detail do does done door
down draw drive each early easy edge effect either end enough enter equal even event ever every exact except expect
explain extra face fact fair fall far fast few field figure fill final find first fit five fix flow focus follow for
force form forward found four free from front full further gain general get give go goal good great group grow half
hand handle happen hard have head hear heavy help here high hold home hope hour how idea if in inside into is issue it
item just keep key kind know large last late later lead learn least leave left less let level light like limit line list
little live local long look lose loss lot low main make many mark match matter may mean measure meet method middle might
mind minute model more most move much must name narrow near need never new next no north not note now number of off
offer often on once one only open or order other our out over own part pass past path plan point price
"""
WORDS: Final = tuple(_VOCABULARY.split()[:256])
MEDIAN: Final = 40
SPREAD: Final = 0.8
"""Of the logarithm of the length: how long an answer is has a heavy tail."""
LONGEST: Final = 1_500
SENTENCE: Final = 12
"""Tokens, the full stop among them."""

_INSIDE: Final = tuple(f" {word}" for word in WORDS)
_FIRST: Final = tuple(f" {word.capitalize()}" for word in WORDS)
_NORMAL: Final = NormalDist()
_HASH_OF_LENGTH: Final = hashlib.blake2b(digest_size=4, person=b"length")
"""To be copied: that takes a third of what making one takes."""


def prose(key: bytes, tokens: int | None = None, *, most: int = LONGEST) -> list[str]:
    """Sentences of so many tokens (as many as the key says, without), and no more than `most`, token by token."""
    whole = _length(key) if tokens is None else tokens
    tokens = min(whole, most)
    draws = hashlib.shake_128(key).digest(tokens)
    # All at once: half of what one after the other takes. One alone would come without a list around it.
    pieces = [*itemgetter(*draws)(_INSIDE)] if tokens > 1 else [_INSIDE[draw] for draw in draws]
    pieces[::SENTENCE] = [_FIRST[draw] for draw in draws[::SENTENCE]]
    pieces[SENTENCE - 1 :: SENTENCE] = ["."] * (tokens // SENTENCE)
    if tokens == whole and tokens % SENTENCE > 1:
        pieces[-1] = "."
    pieces[0] = pieces[0][1:]
    return pieces


def _length(key: bytes) -> int:
    hashed = _HASH_OF_LENGTH.copy()
    hashed.update(key)
    draw = int.from_bytes(hashed.digest(), "big")
    length = round(MEDIAN * math.exp(SPREAD * _NORMAL.inv_cdf((draw + 0.5) / 2**32)))
    return length if 1 <= length <= LONGEST else min(LONGEST, max(1, length))
