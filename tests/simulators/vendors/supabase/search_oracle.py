"""Texts and queries for full text search, and what PostgreSQL and the simulator say of them."""

import re
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from hypothesis import strategies as st

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.search.english import STOP_WORDS, stem
from brownout_simulators.vendors.supabase.database.search.lexemes import vector
from brownout_simulators.vendors.supabase.database.search.matching import searched
from tests.simulators.vendors.supabase.postgres import Connection, PostgresError

_ROOT: Final = Path(__file__).parents[4]
_WORDS_TEXT: Final = (
    "the fat cats cat sat on a mat Running runs foo-bar state-of-the-art e-mail x-1 foo-x-2 1st-x 1st 12 -3 1.5 "
    "2.0.1 1e5 a1 it's example.com www.x.com/a/b me@x.com /usr/bin a/b <b>hi</b> &amp; foo_bar #tag U.S.A. end. rat "
    'x,y; http://x.com/p +5 "cat"'
)
_WORDS: Final = _WORDS_TEXT.split()
TEXTS: Final = [*(f"{word} zz" for word in _WORDS), *map(" ".join, product(_WORDS[::5], _WORDS[1::4]))]
_FUNCTIONS: Final = {
    "fts": "to_tsquery", "plfts": "plainto_tsquery", "phfts": "phraseto_tsquery", "wfts": "websearch_to_tsquery",
}  # fmt: skip


class Search(NamedTuple):
    """One text, and one query of it."""

    word: str
    configuration: str
    text: str
    query: str


_OPERANDS_TEXT: Final = (
    "fat cat the rat mat run:* ca:* cat:A cat:D cat:bd foo-bar sat 1st 12 a x:b* 'fat~cat' 'the~fat' 'cats~on~mat' "
    "'it''s' me@x.com 'the'"
)
_OPERANDS: Final = _OPERANDS_TEXT.split()
_TREES: Final = st.recursive(
    st.sampled_from([operand.replace("~", " ") for operand in _OPERANDS]),
    lambda inner: (
        inner.map("!{}".format)
        | inner.map("({})".format)
        | st.tuples(inner, st.sampled_from([" & ", " | ", " <-> ", " <2> ", "&", "|", "<->", " <0> "]), inner).map(
            "".join
        )
    ),
    max_leaves=6,
)
_BROKEN: Final = ["", "", "", "", "", " &", " )", " x y", " <-", "'", ":", " | | a", " & (", "\\"]
_LOOSE: Final = [*_WORDS, '"', "or", "OR", "-cat", '"fat cat"', '-"the mat"', "(", "&", "-", "or-x", "cat<", "--cat"]


@st.composite
def searches(draw: st.DrawFn) -> Search:
    word = draw(st.sampled_from(list(_FUNCTIONS)))
    if word == "fts":
        query = draw(_TREES) + draw(st.sampled_from(_BROKEN))
    else:
        query = " ".join(draw(st.lists(st.sampled_from(_LOOSE if word == "wfts" else _WORDS), max_size=4)))
    text = " ".join(draw(st.lists(st.sampled_from(_WORDS), max_size=6)))
    return Search(word, draw(st.sampled_from(["english", "english", "simple"])), text, query)


def in_simulator(search: Search) -> tuple[str, object]:
    """("", whether it matches), or (SQLSTATE, message)."""
    try:
        return "", bool(searched(search.text, search.word, search.configuration, search.query))
    except DbError as error:
        return error.code, error.message


def in_postgres(connection: Connection, search: Search) -> tuple[str, object]:
    """The same."""
    text, query = (_literal(each) for each in (search.text, search.query))
    of = f"'{search.configuration}'"
    try:
        found = connection.ask(f"SELECT to_tsvector({of}, {text}) @@ {_FUNCTIONS[search.word]}({of}, {query})")
    except PostgresError as error:
        return error.code, error.message
    return "", found[0][0] == "t"


def vector_in_simulator(text: str, configuration: str) -> str:
    """Lexemes with their places."""
    found = sorted(vector(text, configuration).items())
    return " ".join(f"{lexeme}:{','.join(map(str, sorted(places)))}" for lexeme, places in found)


def vector_in_postgres(connection: Connection, text: str, configuration: str) -> str | None:
    """The same."""
    each = """lexeme || ':' || array_to_string(positions, ',')"""
    listed = f"string_agg({each}, ' ' ORDER BY lexeme COLLATE \"C\")"
    sql = f"SELECT coalesce({listed}, '') FROM unnest(to_tsvector('{configuration}', {_literal(text)}))"
    return connection.ask(sql)[0][0]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_ROOTS: Final = "hop hopp general organ relat conform sens adopt probat rat tro happ y sky commun arsenic control fe"


_ENDINGS: Final = (
    "s es ed ing ied ies eed eedly edly ingly y tional enci anci abli entli izer ization ational ation ator alism "
    "aliti alli fulness ousli ousness iveness iviti biliti bli ogi logi fulli lessli li cli alize icate iciti ical "
    "ful ness ative ement ment ent ance ence er ic able ible ant ism ate iti ous ive ize sion tion ion e le ll sses "
    "us ss"
)


def words() -> list[str]:
    """All words of this project's pages, and a few roots with all endings that the algorithm knows; but for `null`,
    which PostgreSQL prints in quotes."""
    found: set[str] = set()
    for page in [*_ROOT.glob("*.md"), *_ROOT.glob("docs/**/*.md")]:
        found |= set(re.findall("[a-z]+", page.read_text(encoding="utf-8").lower()))
    roots = _ROOTS.split()
    endings = _ENDINGS.split()
    return sorted((found | {f"{root}{ending}" for root, ending in product(roots, ["", *endings])}) - {"null", "nulls"})


def stemmed(word: str) -> str:
    """As the dictionary prints it."""
    return "{}" if word in STOP_WORDS else f"{{{stem(word)}}}"


def stems_in_postgres(connection: Connection, asked: list[str]) -> list[str | None]:
    """The same of PostgreSQL."""
    listed = ",".join(asked)
    source = f"unnest(string_to_array('{listed}', ',')) WITH ORDINALITY AS x(word, place)"
    sql = f"SELECT ts_lexize('english_stem', word) FROM {source} ORDER BY place"
    return [row[0] for row in connection.ask(sql)]
