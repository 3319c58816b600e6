"""The SQL engine: what it bounds, what it gives back, and that it is a function of seed and calls."""

import gc
import sqlite3
import weakref
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest

from brownout_simulators.vendors.supabase.database import engine as module
from brownout_simulators.vendors.supabase.database.conditions import Part
from brownout_simulators.vendors.supabase.database.engine import Engine, translated
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.setup import read as read_setup
from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench


def test_the_same_seed_and_the_same_calls_give_the_same_bytes() -> None:
    def story(seed: int) -> list[Any]:
        bench = SupabaseBench(seed=seed)
        rows = [{"business_key": f"k{number}", "payload": {"b": 1, "a": [number]}} for number in range(3)]
        answers = [bench.rest("POST", "jobs", rows, prefer="return=representation").body]
        answers += [bench.rest("GET", "jobs?select=*,files(*)&order=amount").body]
        return [answers, list(bench.simulator.ledger.rows())]

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_a_statement_that_goes_on_for_too_long_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS_LIMIT", 2)
    counting = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    engine = Engine()
    with pytest.raises(DbError, match="57014"):
        engine.rows(Part(counting))
    assert engine.rows(Part("SELECT 1")) == [(1,)]


def test_a_database_that_is_full_says_so_and_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES_LIMIT", 40)
    bench = SupabaseBench()
    statuses = []
    for number in range(60):
        body = {"business_key": f"k{number}", "payload": {"x": "y" * 5_000}}
        answer = bench.rest("POST", "jobs", body)
        statuses.append(answer.status)
    assert (answer.status, answer.json["code"]) == (503, "53100")
    assert len(bench.rest("GET", "jobs?select=id").json) == statuses.count(201) > 0
    assert len(bench.effects()) == statuses.count(201)


def test_a_table_that_is_first_used_when_the_disk_is_full_is_there_and_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES_LIMIT", 12)
    bench = SupabaseBench()
    while bench.rest("POST", "profiles", {"name": "x" * 300}).status == 201:
        pass
    assert bench.rest("GET", "jobs").json == []
    refused = bench.rest("POST", "jobs", {"business_key": "k", "payload": ["x" * 9_000]})
    assert (refused.status, refused.json["code"]) == (503, "53100")


def test_a_table_is_made_when_it_is_first_used_within_a_transaction_too() -> None:
    bench = SupabaseBench()
    made = bench.rest("POST", "jobs?select=id,files(name)", {"business_key": "a"}, prefer="return=representation")
    assert (made.status, made.json[0]["files"]) == (201, [])
    assert bench.rest("POST", "files", {"job_id": made.json[0]["id"], "name": "plan.pdf"}).status == 201
    assert bench.rest("GET", "jobs?select=files(name)").json == [{"files": [{"name": "plan.pdf"}]}]


def test_a_table_that_was_made_in_a_transaction_that_is_undone_is_made_again() -> None:
    engine, tables = Engine(), read_setup({}, "database").schema.tables
    engine.declare(tables)
    for end in ("ROLLBACK", "COMMIT", "ROLLBACK"):
        engine.execute("BEGIN")
        assert engine.rows(Part("SELECT * FROM files")) == []
        engine.execute(end)
    engine.make(tables["files"])
    assert engine.rows(Part("SELECT * FROM files")) == []


def test_a_table_that_the_api_still_knows_is_there_after_the_setup_has_dropped_it() -> None:
    bench = SupabaseBench()
    kept = {"a": {"columns": {"id": "bigint"}}}
    bench.simulator.set_up({"database": {"tables": {**kept, "b": {"columns": {"id": "bigint"}}}}})
    assert bench.rest("GET", "a").json == []
    bench.simulator.set_up({"database": {"tables": kept, "schema_cache_lag_s": 60}})
    assert bench.rest("GET", "b").json == []


def test_an_error_that_is_not_known_stays_a_defect() -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        translated_from("SELECT * FROM nowhere")


def translated_from(sql: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(sql)
        except sqlite3.Error as error:
            raise translated(error) from None


def test_a_project_that_is_forgotten_gives_its_memory_back() -> None:
    bench = SupabaseBench()
    bench.rest("POST", "profiles", {"id": ALICE})
    state = bench.simulator.accounts[bench.project].state.database
    kept = weakref.ref(state.engine(state._schema, lambda *_: None))
    del state
    bench.simulator.reset()
    gc.collect()
    assert kept() is None
    assert bench.rest("GET", "profiles").json == []


@pytest.mark.parametrize("wanted", ["match.(a+)+$", "imatch.(A|aa)+$"])
def test_an_expression_that_could_be_gone_through_in_many_ways_is_answered_at_once(wanted: str) -> None:
    """`(a+)+$` over 26 letters and another took 3.8 s, over 100 it would not have ended."""
    bench = SupabaseBench()
    bench.rest("POST", "profiles", {"id": ALICE, "email": "a"})
    bench.rest("POST", "jobs", [{"business_key": key, "owner": ALICE} for key in ("a" * 100, "a" * 100 + "!")])
    found = bench.rest("GET", f"jobs?select=business_key&business_key={quote(wanted)}")
    assert (found.status, found.json) == (200, [{"business_key": "a" * 100}])


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_one_that_cannot_be_answered_at_once_is_a_statement_that_was_cancelled(method: str) -> None:
    bench = SupabaseBench()
    bench.rest("POST", "profiles", {"id": ALICE, "email": "a"})
    bench.rest("POST", "jobs", {"business_key": "a" * 100 + "!", "owner": ALICE})
    wanted = quote(r"match.(a+)+(x)\2$")
    refused = bench.rest(method, f"jobs?business_key={wanted}", {"status": "done"})
    assert (refused.status, refused.json["code"]) == (500, "57014")
    assert [row["status"] for row in bench.rest("GET", "jobs").json] == ["queued"]
