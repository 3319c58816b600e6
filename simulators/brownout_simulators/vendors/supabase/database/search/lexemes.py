"""A text to its lexemes: cut into tokens as PostgreSQL's default parser cuts it, each looked up in a dictionary.

The parser knows words, compound words, numbers, versions, hosts, addresses, paths, tags and entities
(postgresql.org/docs/15/textsearch-parsers.html). What it makes of odd mixtures of those is followed as far as the tests
against PostgreSQL go.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from brownout_simulators.vendors.supabase.database.search.english import STOP_WORDS, stem

Vector = Mapping[str, frozenset[int]]
"""By lexeme: its places, from 1."""
Dictionary = Callable[[str, bool], str]
"""(token in lower case, whether it is a word) to a lexeme; empty: a word that is passed over."""

_SHORT: Final = 2_000
"""Texts up to this length are cut once, and not with each search."""
FARTHEST: Final = 16_383
"""Places beyond count as this one."""
# What is tried and may fail late is bounded, lest a long text be gone through from each of its letters.
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,16}[A-Za-z]{2,63}(?![^\W_])"
_TOKEN: Final = re.compile(
    r"(?P<none></?[A-Za-z][^<>]*>|&(?:\#[0-9]+|\#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);|[A-Za-z]+://)"
    rf"|(?P<email>[A-Za-z0-9][A-Za-z0-9._+-]{{0,63}}@{_HOST})"
    rf"|(?P<url>(?P<host>{_HOST}(?::[0-9]+)?)(?P<path>/[^\s<>\"]*))"
    rf"|(?P<plain>{_HOST}"
    r"|/[A-Za-z][A-Za-z0-9_]*(?:[./][A-Za-z0-9_]+)*|[A-Za-z][A-Za-z0-9_]*(?:[./][A-Za-z0-9_]+)+"
    r"|[0-9]+\.[0-9]+(?:\.[0-9]+)+"
    r"|[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+(?![^\W_])"
    r"|[+-]?[0-9]+\.[0-9]+(?![^\W_])"
    r"|[+-][0-9]+)"
    r"|(?P<compound>(?:[0-9]*[^\W\d_][^\W_]*)(?:-[^\W_]*[^\W\d_][^\W_]*)+)(?:-(?=[0-9]))?"
    r"|(?P<word>[^\W_]+)"
)
_DIGIT: Final = re.compile(r"\d")


def _simple(token: str, is_word: bool) -> str:
    del is_word
    return token


def _english(token: str, is_word: bool) -> str:
    if not is_word:
        return token
    return "" if token in STOP_WORDS else stem(token)


CONFIGURATIONS: Final[Mapping[str, Dictionary]] = {"simple": _simple, "english": _english}
DEFAULT: Final = "english"
"""The platform's `default_text_search_config`."""
_OTHERS: Final = (
    "arabic armenian basque catalan danish dutch finnish french german greek hindi hungarian indonesian irish "
    "italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish tamil turkish yiddish"
)
OTHERS: Final = frozenset(_OTHERS.split())
"""Configurations that PostgreSQL has and this simulator has not."""


def lexemes(text: str, configuration: str) -> Iterator[tuple[str, int]]:
    """Each with its place; a word that is passed over takes a place, too."""
    look_up = CONFIGURATIONS[configuration]
    for place, (token, is_word) in enumerate(_tokens(text), 1):
        found = look_up(token.lower(), is_word)
        if found:
            yield found, min(place, FARTHEST)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    for match in _TOKEN.finditer(text):
        kind, whole = match.lastgroup, match[0]
        if kind == "word":
            yield whole, not _DIGIT.search(whole)
        elif kind == "compound":
            whole = match["compound"]
            yield whole, not _DIGIT.search(whole)
            for part in whole.split("-"):
                yield part, not _DIGIT.search(part)
        elif match["url"]:
            yield whole, False
            yield match["host"], False
            yield match["path"], False
        elif kind != "none":
            yield whole, False


def vector(text: str, configuration: str) -> Vector:
    """`to_tsvector`."""
    return (_remembered if len(text) <= _SHORT else _vector)(text, configuration)


def _vector(text: str, configuration: str) -> Vector:
    found: dict[str, set[int]] = {}
    for lexeme, place in lexemes(text, configuration):
        found.setdefault(lexeme, set()).add(place)
    return {lexeme: frozenset(places) for lexeme, places in found.items()}


_remembered = lru_cache(maxsize=512)(_vector)
