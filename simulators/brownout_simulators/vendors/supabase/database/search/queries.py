"""The ways in which a query is written: `to_tsquery` with operators, `plainto_tsquery` and `phraseto_tsquery` as plain
text, `websearch_to_tsquery` as a search engine takes it. Each gives a tree."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.search.lexemes import lexemes
from brownout_simulators.vendors.supabase.database.search.nodes import (
    Kind,
    Node,
    Not,
    Pair,
    Stop,
    Term,
    without_stops,
)
from brownout_simulators.vendors.supabase.database.search.websearch import pieces

DEPTH: Final = 200
"""Brackets within brackets, and negations."""
_FARTHEST: Final = 16_384
_PHRASE: Final = re.compile(r"<(?:-|([0-9]+))>")
_WEIGHTS: Final = re.compile(r":([*A-Da-d]*)")
_BINDS: Final[Mapping[Kind, int]] = {"or": 1, "and": 2, "phrase": 3}


def read(word: str, configuration: str, text: str) -> Node | None:
    """The tree of a query; None where it asks for nothing. Raises `DbError`."""
    node = _READERS[word](text, configuration)
    return None if node is None else without_stops(node)


def _standing(text: str, configuration: str, kind: Kind, *, is_prefix: bool = False, weights: str = "") -> Node:
    """What a piece of text is looked for as: its lexemes one after the other, or together."""
    node: Node | None = None
    last = 0
    for lexeme, place in lexemes(text, configuration):
        term = Term(lexeme, is_prefix, weights)
        if node is None:
            node = term
        else:
            for _ in range(last + 1, place):
                node = Pair(kind, node, Stop(), 1 if kind == "phrase" else 0)
            node = Pair(kind, node, term, 1 if kind == "phrase" else 0)
        last = place
    return Stop() if node is None else node


def _plain(text: str, configuration: str) -> Node:
    return _standing(text, configuration, "and")


def _phrase(text: str, configuration: str) -> Node:
    return _standing(text, configuration, "phrase")


def _websearch(text: str, configuration: str) -> Node | None:
    """AND binds closer than OR; a minus stands before what is not to be there."""
    either: Node | None = None
    both: Node | None = None
    for piece in pieces(text):
        if piece.is_or:
            either, both = _paired("or", either, both), None
            continue
        node: Node = _standing(piece.text, configuration, "phrase")
        for _ in range(piece.minuses):
            node = Not(node)
        both = _paired("and", both, node)
    return _paired("or", either, both)


def _paired(kind: Kind, left: Node | None, right: Node | None) -> Node | None:
    if left is None or right is None:
        return right if left is None else left
    return Pair(kind, left, right)


class _Operators:
    """`fat & (rat | 'big cat':*) <-> !dog`."""

    def __init__(self, text: str, configuration: str) -> None:
        self._text = text
        self._configuration = configuration
        self._at = 0
        self._depth = 0

    def read(self) -> Node | None:
        self._blanks()
        if self._at == len(self._text):
            return None
        node = self._pairs(1)
        if self._at < len(self._text):
            raise self._fail()
        return node

    def _pairs(self, least: int) -> Node:
        """Operators that bind at least so close, from the left."""
        node = self._single()
        while True:
            start = self._at
            found = self._operator()
            if found is None or _BINDS[found[0]] < least:
                self._at = start
                return node
            kind, distance = found
            node = Pair(kind, node, self._pairs(_BINDS[kind] + 1), distance)

    def _operator(self) -> tuple[Kind, int] | None:
        self._blanks()
        if self._takes("&"):
            return "and", 0
        if self._takes("|"):
            return "or", 0
        match = _PHRASE.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        distance = int(match[1][:9]) if match[1] else 1
        if distance > _FARTHEST:
            message = f"distance in phrase operator must be an integer value between zero and {_FARTHEST} inclusive"
            raise DbError("22023", message)
        return "phrase", distance

    def _single(self) -> Node:
        self._blanks()
        self._depth += 1
        if self._depth > DEPTH:
            raise DbError("54001", "stack depth limit exceeded")
        try:
            if self._takes("!"):
                return Not(self._single())
            if self._takes("("):
                node = self._pairs(1)
                self._blanks()
                if not self._takes(")"):
                    raise self._fail()
                return node
            return self._operand()
        finally:
            self._depth -= 1

    def _operand(self) -> Node:
        if self._at >= len(self._text):
            raise DbError("42601", f'no operand in tsquery: "{self._text}"')
        if self._text[self._at] in "&|)<:":
            raise self._fail()
        text = self._quoted() if self._takes("'") else self._bare()
        match = _WEIGHTS.match(self._text, self._at)
        marks = ""
        if match is not None:
            marks, self._at = match[1].lower(), match.end()
        weights = marks.replace("*", "")
        return _standing(text, self._configuration, "phrase", is_prefix="*" in marks, weights=weights)

    def _bare(self) -> str:
        letters = []
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter.isspace() or letter in "!&|()<:":
                break
            if letter == "\\":
                self._at += 1
                if self._at == len(self._text):
                    raise DbError("42601", f'there is no escaped character: "{self._text}"')
                letter = self._text[self._at]
            letters.append(letter)
            self._at += 1
        return "".join(letters)

    def _quoted(self) -> str:
        letters = []
        while True:
            if self._at >= len(self._text):
                raise self._fail()
            letter = self._text[self._at]
            self._at += 1
            if letter == "'" and not self._takes("'"):
                break
            if letter == "\\" and self._at < len(self._text):
                letter = self._text[self._at]
                self._at += 1
            letters.append(letter)
        if not letters:
            raise self._fail()
        return "".join(letters)

    def _blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _takes(self, letter: str) -> bool:
        if self._text.startswith(letter, self._at):
            self._at += 1
            return True
        return False

    def _fail(self) -> DbError:
        return DbError("42601", f'syntax error in tsquery: "{self._text}"')


_READERS: Final[Mapping[str, Callable[[str, str], Node | None]]] = {
    "fts": lambda text, configuration: _Operators(text, configuration).read(),
    "plfts": _plain,
    "phfts": _phrase,
    "wfts": _websearch,
}
"""By PostgREST's word."""
