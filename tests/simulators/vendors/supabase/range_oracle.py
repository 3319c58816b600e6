"""Pairs of ranges, and what PostgreSQL and the simulator say of them."""

from typing import Final, NamedTuple

from hypothesis import strategies as st

from brownout_simulators.vendors.supabase.database import ranges
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.types import type_named
from tests.simulators.vendors.supabase.postgres import Connection, PostgresError

_BOUNDS: Final = {
    "int4range": ["1", "5", "10", "-3", "2147483647", "2147483648", "x", " 7 "],
    "int8range": ["0", "9223372036854775807", "4"],
    "numrange": ["1.50", "1.5", "10", "-2", "1e3", "NaN", "abc"],
    "daterange": ["2024-02-28", "2024-02-29", "2024-03-01", "infinity", "-infinity", "2024-02-30"],
    "tsrange": ["2024-03-01 12:00", "2024-03-01T12:00:00.5", '"2024-03-01 13:00"', "2024-03-02", "infinity", "nope"],
    "tstzrange": ["2024-03-01 12:00+02", "2024-03-01T10:00:00Z", "2024-03-02"],
}
_ODD: Final = [
    "empty",
    " EMPTY ",
    "",
    "5",
    "[1",
    "[1,2",
    "[1,2)x",
    "[1,2,3)",
    "(,)",
    "[,]",
    '["1",2)',
    "[1 ,2 )",
    "[\\1,2]",
]
_SYMBOLS: Final = {"cs": "@>", "cd": "<@", "ov": "&&", "sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>", "adj": "-|-"}


class Pair(NamedTuple):
    """Two of one type."""

    type: str
    left: str
    right: str


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    kind = draw(st.sampled_from(list(_BOUNDS)))
    usual = draw(st.integers(0, 9)) > 0
    # Most bounds are good ones, or no two ranges would ever be compared.
    known = _BOUNDS[kind][: 4 if usual else None]

    def one() -> str:
        if draw(st.integers(0, 14)) == 0:
            return draw(st.sampled_from(_ODD))
        lower, upper = (draw(st.sampled_from([*known, ""])) for _ in range(2))
        return f"{draw(st.sampled_from('[('))}{lower},{upper}{draw(st.sampled_from('])'))}"

    return Pair(kind, one(), one())


Told = tuple[str, ...]


def in_simulator(pair: Pair) -> Told:
    """Both as they are printed, their order, which relations hold; or SQLSTATE, message and details."""
    kind = type_named(pair.type)
    try:
        left, right = str(kind.read(pair.left)), str(kind.read(pair.right))
    except DbError as error:
        return error.code, error.message, error.details or ""
    order = ranges.order(left, right)
    held = [word for word in _SYMBOLS if ranges.related(word, left, right)]
    return kind.text(left), kind.text(right), str((order > 0) - (order < 0)), ",".join(held)


def in_postgres(connection: Connection, pair: Pair) -> Told:
    """The same."""
    left, right = (f"'{each.replace(chr(39), chr(39) * 2)}'::{pair.type}" for each in (pair.left, pair.right))
    held = ", ".join(f"CASE WHEN l {symbol} r THEN '{word}' END" for word, symbol in _SYMBOLS.items())
    order = "CASE WHEN l < r THEN -1 WHEN l > r THEN 1 ELSE 0 END"
    source = f"(SELECT {left} l, {right} r) x"
    sql = f"SELECT l::text, r::text, ({order})::text, concat_ws(',', {held}) FROM {source}"
    try:
        row = connection.ask(sql)[0]
    except PostgresError as error:
        return error.code, error.message, error.details or ""
    return tuple(each or "" for each in row)
