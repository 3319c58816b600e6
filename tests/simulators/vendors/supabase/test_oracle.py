"""The simulator against PostgreSQL: the same requests, the same rows, the same SQLSTATE.

Each request is written twice, as PostgREST's URL and as the SQL that PostgREST documents for it (`oracle.py`).
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.supabase import range_oracle, search_oracle
from tests.simulators.vendors.supabase.bench import SupabaseBench
from tests.simulators.vendors.supabase.oracle import (
    ANYBODY,
    COLUMNS,
    SCHEMA,
    SERVICE,
    TYPES,
    USER,
    Read,
    Where,
    Write,
    filled,
    in_postgres,
    in_simulator,
)
from tests.simulators.vendors.supabase.postgres import Connection, postgres
from tests.support.examples import examples

pytestmark = [pytest.mark.real, pytest.mark.thorough]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with postgres() as connected:
        connected.ask(SCHEMA)
        yield connected


# What is written of each type, rightly and wrongly.
VALUES: dict[str, list[str]] = {
    "integer": ["1", "2", "5", "-1", " 3 ", "abc", "", "1.5", "2147483648", "1e1"],
    "bigint": ["0", "42", "9007199254740993", "-1", "9223372036854775808", "x"],
    "numeric(8,2)": ["10.5", "10.50", "0", "-3", "1e3", "NaN", "abc", "999.99", "", "Infinity"],
    "double precision": ["0.1", "1e20", "3", "-.25", "abc", "NaN", "1e400", "infinity"],
    "text": ["Ann", "ann", "", "c1", "c2", "A%", "*n*", "a", "%", "a\\%b*", "n", "x'y", 'q"r'],
    "varchar(5)": ["abc", "", "toolong", "é", "x y", "A*"],
    "boolean": ["true", "f", "yes", "0", "maybe", "TRUE"],
    "timestamptz": ["2024-03-01T12:00:00Z", "2024-03-01 13:30:00.125+02", "2024-03-01", "1970-01-01T00:00:00+00:00",
                    "infinity", "epoch", "nope", "2024-02-30", "2024-03-01T25:00:00Z"],
    "date": ["2024-03-01", "1999-12-31", "2024-02-30", "x", "2024-03-01T12:00:00Z"],
    "uuid": ["11111111-1111-4111-8111-111111111111", "22222222222242228222222222222222", "1111", "x",
             "{11111111-1111-4111-8111-111111111111}"],
    "jsonb": ['{"a":1}', "1", '"text"', "null", "[1,2]", "{", '{"b":{"c":[2]}}', "[]", '{"a":1.0}'],
    "text[]": ["{x}", '{"y z",x}', "{}", "x", '{"a', "{NULL}", "{x,x}"],
    "mood": ["low", "mid", "high", "odd", ""],
}  # fmt: skip
OPERATORS = [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "match",
    "isdistinct",
    "is",
    "in",
    "cs",
    "cd",
    "ov",
]
PATHS = ["->a", "->>a", "->b->c", "->b->c->>0", "->>s", "->0", "->-1", "->2->k", "->>nope"]


@st.composite
def filters(draw: st.DrawFn, table: str) -> Where:
    column = draw(st.sampled_from(COLUMNS[table]))
    kind = TYPES[column]
    # Of operators that a type has not, a few: that they are refused in the same words is seen soon.
    usual = {"jsonb": ["cs", "cd", "eq", "is", "gt"], "text[]": ["cs", "cd", "ov", "eq", "is"]}
    usual |= {kind: ["eq", "neq", "like", "ilike", "match", "in", "gt", "lte"] for kind in ("text", "varchar(5)")}
    op = draw(st.sampled_from(usual.get(kind, ["eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "isdistinct"])))
    if draw(st.integers(0, 9)) == 0:
        op = draw(st.sampled_from(OPERATORS))
    path = draw(st.sampled_from(PATHS)) if kind == "jsonb" and draw(st.booleans()) else ""
    if op == "is":
        value = draw(st.sampled_from(["null", "not_null", "true", "false", "unknown"]))
    elif op == "in":
        plain = [each for each in VALUES[kind] if not set(each) & set(',()"\\{}') and each]
        value = f"({','.join(draw(st.lists(st.sampled_from(plain), max_size=3)))})" if plain else "()"
    elif op == "match":
        value = draw(st.sampled_from(["^A", "n$", "[a-c]", ".", "^$", "b|n", "a{2}", "x?"]))
    elif path.rpartition("-")[2].startswith(">>") or "->>" in path:
        value = draw(st.sampled_from(["1", "v", "x", "1.5", ""]))
    else:
        value = draw(st.sampled_from(VALUES[kind]))
    return Where(column, op, value, draw(st.booleans()) and op != "in", path)


EMBEDS = {"parents": ["", "children", "children!inner", "count"],
          "children": ["", "parents", "parents!inner", "...parents"],
          "notes": [""]}  # fmt: skip
WAYS = st.sampled_from(["", "asc", "desc", "nullsfirst", "desc.nullslast", "asc.nullsfirst"])
CASTS = ["score::text", "score::integer", "flag::text", "at::text", "day::text", "tags::text", "meta::text",
         "big::text", "mood::text", "flag::integer", "ratio::text", "score::double precision"]  # fmt: skip


@st.composite
def reads(draw: st.DrawFn) -> Read:
    table = draw(st.sampled_from(["parents", "parents", "children", "notes"]))
    columns = draw(st.sampled_from([["*"], ["id"], COLUMNS[table]]))
    if table == "parents" and draw(st.booleans()):
        columns = ["id", draw(st.sampled_from([*[f"meta{path}" for path in PATHS], *CASTS]))]
    embed = draw(st.sampled_from(EMBEDS[table]))
    related = "children" if "parents" in table else "parents"
    sortable = [column for column in COLUMNS[table] if column != "tags"]
    return Read(
        table,
        columns,
        where=draw(st.lists(filters(table), max_size=2)),
        either=draw(st.one_of(st.just([]), st.lists(filters(table), min_size=2, max_size=3))),
        order=draw(st.lists(st.tuples(st.sampled_from(sortable), WAYS), max_size=2)),
        limit=draw(st.none() | st.integers(0, 4)),
        offset=draw(st.sampled_from([0, 0, 1, 3, 9])),
        embed=embed,
        embed_where=draw(st.lists(filters(related), max_size=1)) if embed else [],
        who=draw(st.sampled_from([SERVICE, USER, ANYBODY])) if table == "notes" else SERVICE,
    )


def _json_values(kind: str) -> st.SearchStrategy[Any]:
    texts = st.sampled_from(VALUES[kind])
    odd: st.SearchStrategy[Any] = st.sampled_from([None, 1, 0, -5, 1.5, True, False, 10**12, {"a": 1}, [1], "x"])
    if kind == "jsonb":
        return odd | st.sampled_from([{"z": [1, {"y": None}], "a": "é"}, "text", [], 2.5])
    if kind == "text[]":
        return texts | st.lists(st.sampled_from(["a", "b c", '"', ""]), max_size=3) | st.none()
    usual = texts | st.sampled_from([None, 1, 2, 7])
    return usual if kind != "text" else usual | st.text("abcé ", max_size=3)


@st.composite
def rows(draw: st.DrawFn, table: str, *, most: int) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(COLUMNS[table]), min_size=1, max_size=4, unique=True))
    if table == "children" and draw(st.integers(0, 4)):
        names = list(dict.fromkeys([*names, "label"]))
    if table == "notes" and draw(st.booleans()):
        names = list(dict.fromkeys([*names, "owner", "body"]))
    if "id" in names and draw(st.booleans()):
        names.remove("id")
    names = names or [COLUMNS[table][-1]]
    one = st.fixed_dictionaries({name: _json_values(TYPES[name]) for name in names})
    return draw(st.lists(one, min_size=1, max_size=most))


@st.composite
def writes(draw: st.DrawFn) -> Write:
    table = draw(st.sampled_from(["parents", "children", "children", "notes", "notes"]))
    command = draw(st.sampled_from(["insert", "insert", "update", "delete"]))
    who = draw(st.sampled_from([SERVICE, USER, USER, ANYBODY])) if table == "notes" else SERVICE
    where = [draw(filters(table)), *draw(st.lists(filters(table), max_size=1))]
    if command == "delete":
        return Write("delete", table, where=where, who=who)
    if command == "update":
        return Write("update", table, draw(rows(table, most=1)), where, who=who)
    resolution = draw(st.sampled_from(["", "merge", "ignore"]))
    keys = {"parents": ["", "id", "uid", "name"], "children": ["", "label", "n"], "notes": ["", "body"]}
    conflict = draw(st.sampled_from(keys[table])) if resolution else ""
    return Write("insert", table, draw(rows(table, most=3)), conflict=conflict, resolution=resolution, who=who)


@pytest.fixture(scope="module")
def both(connection: Connection) -> tuple[SupabaseBench, Connection]:
    """For reads alone: they come first, as long as nothing is written."""
    return filled(connection), connection


def _read_alike(both: tuple[SupabaseBench, Connection], read: Read) -> None:
    bench, connection = both
    assert in_simulator(bench, read) == in_postgres(connection, read), f"{read.url}\n{read.sql}"


def _write_alike(connection: Connection, asked: list[Write]) -> None:
    bench = filled(connection)
    for write in asked:
        ours, theirs = in_simulator(bench, write), in_postgres(connection, write)
        # Whether PostgreSQL looks at values that no row is to have, is its planner's choice.
        is_idle = write.command == "update" and theirs == ("", [], None) and ours[0].startswith("22")
        assert ours == theirs or is_idle, f"{write}\n{write.sql}"
        for table in COLUMNS:
            whole = Read(table)
            assert in_simulator(bench, whole) == in_postgres(connection, whole), f"{table} after {write}"


WRITES = st.lists(writes(), min_size=4, max_size=4)


@given(reads())
@examples(250)
def test_a_read_gives_the_same_rows_the_same_count_or_the_same_error(
    both: tuple[SupabaseBench, Connection], read: Read
) -> None:
    _read_alike(both, read)


@pytest.mark.slow
@given(reads())
@examples(5_000)
def test_many_reads(both: tuple[SupabaseBench, Connection], read: Read) -> None:
    _read_alike(both, read)


@given(WRITES)
@examples(40)
def test_writes_leave_the_same_rows_and_say_the_same(connection: Connection, asked: list[Write]) -> None:
    _write_alike(connection, asked)


@pytest.mark.slow
@given(WRITES)
@examples(800)
def test_many_writes(connection: Connection, asked: list[Write]) -> None:
    _write_alike(connection, asked)


@given(st.lists(search_oracle.searches(), min_size=20, max_size=20))
@examples(25)
def test_a_search_finds_the_same_texts_or_is_refused_in_the_same_words(
    connection: Connection, asked: list[search_oracle.Search]
) -> None:
    for each in asked:
        assert search_oracle.in_simulator(each) == search_oracle.in_postgres(connection, each), each


def test_texts_are_cut_as_the_parser_cuts_them(connection: Connection) -> None:
    for configuration in ("english", "simple"):
        for text in search_oracle.TEXTS:
            ours = search_oracle.vector_in_simulator(text, configuration)
            assert ours == search_oracle.vector_in_postgres(connection, text, configuration), text


@given(st.lists(range_oracle.pairs(), min_size=30, max_size=30))
@examples(20)
def test_ranges_are_read_printed_ordered_and_related_alike(
    connection: Connection, asked: list[range_oracle.Pair]
) -> None:
    for pair in asked:
        assert range_oracle.in_simulator(pair) == range_oracle.in_postgres(connection, pair), pair


def test_stems_are_those_of_the_dictionary(connection: Connection) -> None:
    words = search_oracle.words()
    assert search_oracle.stems_in_postgres(connection, words) == [search_oracle.stemmed(word) for word in words]


@pytest.mark.parametrize("parent", ["1", "2", "9", "abc"])
def test_a_function_gives_the_same_rows(connection: Connection, parent: str) -> None:
    bench = filled(connection)
    answer = bench.rest("POST", "rpc/children_of?select=label,n&order=id", {"parent": parent})
    sql = f"SELECT coalesce(json_agg(r), '[]') FROM (SELECT label, n FROM children_of('{parent}') ORDER BY id) r"
    if parent == "abc":
        assert answer.json["code"] == "22P02"
    else:
        assert answer.json == json.loads(connection.ask(sql)[0][0] or "")
