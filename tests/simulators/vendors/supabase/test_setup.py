"""What can be set up: read once, and whatever cannot be is said with its place."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from brownout_simulators.vendors.supabase.setup import read
from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench

PAGE = Path(__file__).parents[4] / "docs" / "vendors" / "supabase.md"


def _column(**about: Any) -> dict[str, Any]:
    return {"database": {"tables": {"t": {"columns": {"c": about}}}}}


def _table(**about: Any) -> dict[str, Any]:
    return {"database": {"tables": {"t": {"columns": {"c": "text", "d": {"type": "integer"}}, **about}}}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tables": {}}, "tables: no such key; there are database"),
        ({"database": []}, "database: an object is needed"),
        ({"database": {"tables": {"t": {}}}}, "database.tables.t.columns: a table needs columns"),
        ({"database": {"tables": {"t": {"columns": {"c": "text", "C": "text"}}}}}, "database.tables.t.columns:"),
        (_column(type="txt"), "database.tables.t.columns.c.type: no type is called 'txt'"),
        (_column(type="numeric(400,2)"), "database.tables.t.columns.c.type: numeric"),
        (_column(typ="text"), "database.tables.t.columns.c.typ: no such key"),
        (_column(type="integer", default="x"), "database.tables.t.columns.c.default: invalid input syntax"),
        (_column(type="integer", check={"min": "x"}), "database.tables.t.columns.c.check.min: invalid input syntax"),
        (_column(type="text", check={"matches": "("}), "database.tables.t.columns.c.check.matches: no regular expr"),
        (_column(references="nowhere"), "database.tables.t: t_c_fkey points at 'nowhere', which is no table"),
        (_column(references="t.c"), "database.tables.t: t_c_fkey points at t(c), which is not unique"),
        (_column(on_delete="cascade"), "database.tables.t.columns.c.on_delete: of a column that references another"),
        (_column(references="t.c", on_delete="x"), "database.tables.t.columns.c.on_delete: one of"),
        (_column(identity="sometimes"), "database.tables.t.columns.c.identity: one of"),
        (_table(primary_key=["x"]), "database.tables.t: there is no column 'x'"),
        (_table(unique=[["c", "c"]]), "database.tables.t.unique[0]: a name stands there twice"),
        (_table(owner="x"), "database.tables.t: there is no column 'x'"),
        (
            _table(policies={"anon": {"select": "own"}}),
            "database.tables.t.policies.anon.select: the table has no owner",
        ),
        (_table(policies={"root": {}}), "database.tables.t.policies.root: no such key"),
        (_table(policies={"anon": {"select": "some"}}), "database.tables.t.policies.anon.select: one of"),
        (_table(rows=[{"x": 1}]), "database.tables.t.rows[0].x: no such key"),
        (_table(rows=[{"d": "x"}]), "database.tables.t.rows[0].d: invalid input syntax"),
        (_table(primary_key=["c"], rows=[{"c": "a"}, {"c": "a"}]), "database.tables.t.rows[1]: duplicate key value"),
        (_table(primary_key=["c"], rows=[{"d": 1}]), "database.tables.t.rows[0]: null value in column"),
        (
            {
                "database": {
                    "tables": {
                        "t": {
                            "columns": {"c": {"primary_key": True}, "d": {"references": "t.c"}},
                            "rows": [{"c": "a", "d": "b"}],
                        }
                    }
                }
            },
            'database.tables: insert or update on table "t" violates foreign key',
        ),
        ({"database": {"functions": {"f": {}}}}, "database.functions.f: it does exactly one of"),
        ({"database": {"functions": {"f": {"select": "x"}}}}, "database.functions.f.select: there is no table 'x'"),
        (
            {"database": {"functions": {"f": {"insert": "jobs", "also": [{"insert": "x"}]}}}},
            "database.functions.f.also[0].insert: there is no table 'x'",
        ),
        (
            {"database": {"tables": {"t": {"columns": {"a": "text"}, "outbox": "yes"}}}},
            "database.tables.t.outbox: true or false, got 'yes'",
        ),
        (
            {"database": {"functions": {"f": {"select": "jobs", "where": {"x": "$a"}}}}},
            "database.functions.f.where.x: jobs has no such column",
        ),
        (
            {"database": {"functions": {"f": {"insert": "jobs", "values": {"status": "$a"}}}}},
            "database.functions.f.values.status: there is no argument 'a'",
        ),
        ({"database": {"max_rows": 0}}, "database.max_rows: a whole number from 1"),
        ({"database": {"schema_cache_lag_s": -1}}, "database.schema_cache_lag_s: seconds from 0"),
        ({"database": {"statement_timeout_s": {"root": 1}}}, "database.statement_timeout_s: one of"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read(given)


def test_the_example_of_the_page_is_a_set_up_and_works() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example is not None
    bench = SupabaseBench()
    bench.simulator.set_up(yaml.safe_load(example[1]))
    assert bench.rest("POST", "shelves", {"name": "top"}).status == 201
    book = {"isbn": "9780000000001", "shelf": 1, "size": "large", "owner": ALICE}
    assert bench.rest("POST", "books", book).status == 201
    assert bench.rest("POST", "books", {**book, "isbn": "x"}).json["code"] == "23514"
    assert bench.rest("POST", "books", {**book, "size": "odd"}).json["code"] == "22P02"
    found = bench.rest("POST", "rpc/books_on?select=isbn,size,shelves(name)", {"shelf": 1}).json
    assert found == [{"isbn": "9780000000001", "size": "large", "shelves": {"name": "top"}}]
    ordered = bench.rest("GET", "books?select=isbn,price,size&order=size", **bench.as_role("anon")).json
    assert ordered[0] == {"isbn": "9780000000000", "price": 12.5, "size": "small"}
    lent = bench.rest("POST", "rpc/lend", {"isbn": "x"})
    assert (lent.status, lent.json["code"], lent.json["message"]) == (400, "P0001", "it is lent already")
    bench.rest("DELETE", "shelves?id=eq.1")
    assert bench.rest("GET", "books?select=shelf&isbn=eq.9780000000001").json == [{"shelf": None}]


def _with(columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"database": {"tables": {"t": {"columns": columns}}, **more}}


def test_a_set_up_that_changes_adds_to_the_tables_and_leaves_the_rows() -> None:
    bench = SupabaseBench()
    bench.simulator.set_up(_with({"c": "text"}))
    bench.rest("POST", "t", {"c": "a"})
    bench.simulator.set_up(_with({"c": "text", "d": {"type": "integer", "default": 7}}))
    assert bench.rest("GET", "t").json == [{"c": "a", "d": 7}]
    assert bench.rest("GET", "jobs").json["code"] == "PGRST205"


def test_the_api_learns_late_of_what_was_set_up_where_its_cache_lags() -> None:
    bench = SupabaseBench()
    bench.simulator.set_up(_with({"c": "text"}))
    bench.rest("POST", "t", {"c": "a"})
    both = _with({"c": "text", "d": "text"}, schema_cache_lag_s=5)
    both["database"]["tables"]["u"] = {"columns": {"c": "text"}}
    bench.simulator.set_up(both)
    assert bench.rest("POST", "t", {"d": "a"}).json["code"] == "PGRST204"
    assert bench.rest("GET", "u").json["code"] == "PGRST205"
    bench.pass_time(5)
    assert bench.rest("POST", "t", {"d": "a"}).status == 201
    assert bench.rest("GET", "u").json == []
