"""A query as one types it into a search engine, in its pieces: words, "phrases", `or`, a minus before what is not
wanted. Nothing is an error (PostgreSQL's `gettoken_query_websearch`)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

_OPERATORS: Final = "!&|()<"


class Piece(NamedTuple):
    """A word, a phrase, or an `or`."""

    text: str
    minuses: int = 0
    is_or: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """In their order."""
    at, minuses, is_behind_piece = 0, 0, False
    while at < len(text):
        letter = text[at]
        if letter.isspace():
            at += 1
        elif is_behind_piece and (end := _or_ends(text, at)):
            yield Piece("", is_or=True)
            at, is_behind_piece = end, False
        elif letter == "-":
            at, minuses, is_behind_piece = at + 1, minuses + 1, False
        elif letter == '"':
            end = text.find('"', at + 1)
            end = len(text) if end < 0 else end
            yield Piece(text[at + 1 : end], minuses)
            at, minuses, is_behind_piece = end + 1, 0, True
        elif letter in _OPERATORS:
            at, is_behind_piece = at + 1, False
        else:
            end = _word_ends(text, at)
            yield Piece(text[at:end], minuses)
            at, minuses, is_behind_piece = end, 0, True


def _word_ends(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace() and text[at] not in _OPERATORS and text[at] != '"':
        at += 1
    return at


def _or_ends(text: str, at: int) -> int:
    """Where an `or` ends that stands here and has something behind it; 0 where there is none."""
    if text[at : at + 2].lower() != "or":
        return 0
    end = at + 2
    if end < len(text) and (text[end] in "-_" or text[end].isalnum()):
        return 0
    return end if text[end:].strip() else 0
