"""What PostgREST answers to a write, what it leaves in the books, and whom it tells."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.simulators.vendors.supabase.bench import ALICE, BOB, SupabaseBench

FULL = "return=representation"


@pytest.fixture
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    bench.rest("POST", "profiles", [{"id": ALICE, "email": "a@example.com"}])
    bench.rest("POST", "jobs", {"id": BOB, "business_key": "k1", "owner": ALICE, "amount": "2.50"})
    return bench


def _rows(bench: SupabaseBench, table: str = "jobs") -> list[Any]:
    rows: list[Any] = bench.rest("GET", f"{table}?order=created_at").json
    return rows


def test_an_insert_is_201_and_returns_what_is_asked_for(bench: SupabaseBench) -> None:
    plain = bench.rest("POST", "jobs", {"business_key": "k2"})
    assert (plain.status, plain.body, plain.headers["content-range"]) == (201, b"", "*/*")
    full = bench.rest("POST", "jobs?select=business_key,amount", {"business_key": "k3", "amount": 5}, prefer=FULL)
    assert (full.status, full.json) == (201, [{"business_key": "k3", "amount": 5}])
    assert full.headers["preference-applied"] == FULL
    counted = bench.rest("POST", "jobs", [{"business_key": "k4"}, {"business_key": "k5"}], prefer="count=exact")
    assert counted.headers["content-range"] == "*/2"
    located = bench.rest("POST", "files", {"job_id": BOB, "name": "f"}, prefer="return=headers-only")
    assert (located.body, located.headers["location"]) == (b"", "/files?id=eq.1")
    single = bench.rest("POST", "jobs", {"business_key": "k6"}, prefer=FULL, accept="application/vnd.pgrst.object+json")
    assert single.json["status"] == "queued"


def test_defaults_fill_what_is_not_named_and_null_what_a_row_lacks(bench: SupabaseBench) -> None:
    rows = [{"business_key": "d1", "status": "done"}, {"business_key": "d2"}]
    refused = bench.rest("POST", 'jobs?columns="business_key","status"', rows)
    assert (refused.status, refused.json["code"]) == (400, "23502")
    taken = bench.rest("POST", 'jobs?columns="business_key","status"', rows, prefer=f"missing=default,{FULL}")
    assert [row["status"] for row in taken.json] == ["done", "queued"]
    assert taken.headers["preference-applied"] == f"missing=default, {FULL}"
    unequal = bench.rest("POST", "jobs", rows)
    assert (unequal.status, unequal.json) == (400, {"code": "PGRST102", "message": "All object keys must match",
                                                    "details": None, "hint": None})  # fmt: skip
    ignored = bench.rest("POST", "jobs?columns=business_key", {"business_key": "d3", "nonsense": 1}, prefer=FULL)
    assert ignored.json[0]["business_key"] == "d3"


def test_a_sequence_goes_on_where_a_row_came_to_nothing(bench: SupabaseBench) -> None:
    made = bench.rest("POST", "files", {"job_id": BOB, "name": "a"}, prefer=FULL).json[0]["id"]
    bench.rest("POST", "files", {"job_id": BOB, "name": None})
    assert bench.rest("POST", "files", {"job_id": BOB, "name": "b"}, prefer=FULL).json[0]["id"] == made + 2


@pytest.mark.parametrize(
    ("table", "row", "status", "code", "message", "details"),
    [
        (
            "jobs",
            {"business_key": "k1"},
            409,
            "23505",
            'duplicate key value violates unique constraint "jobs_business_key_key"',
            "Key (business_key)=(k1) already exists.",
        ),
        (
            "jobs",
            {"id": BOB, "business_key": "x"},
            409,
            "23505",
            'duplicate key value violates unique constraint "jobs_pkey"',
            f"Key (id)=({BOB}) already exists.",
        ),
        (
            "jobs",
            {"business_key": "x", "owner": BOB},
            409,
            "23503",
            'insert or update on table "jobs" violates foreign key constraint "jobs_owner_fkey"',
            f'Key (owner)=({BOB}) is not present in table "profiles".',
        ),
        (
            "files",
            {"id": 7, "job_id": BOB},
            400,
            "23502",
            'null value in column "name" of relation "files" violates not-null constraint',
            f"Failing row contains (7, {BOB}, null, null, null, 2025-10-09 08:55:00+00).",
        ),
        (
            "jobs",
            {"business_key": "x", "status": "odd"},
            400,
            "23514",
            'new row for relation "jobs" violates check constraint "jobs_status_check"',
            None,
        ),
        ("jobs", {"business_key": "x", "amount": -1}, 400, "23514", None, None),
        (
            "jobs",
            {"business_key": "x", "amount": "abc"},
            400,
            "22P02",
            'invalid input syntax for type numeric: "abc"',
            None,
        ),
        (
            "jobs",
            {"business_key": "x", "amount": 12345678901.5},
            400,
            "22003",
            "numeric field overflow",
            "A field with precision 12, scale 2 must round to an absolute value less than 10^10.",
        ),
        (
            "files",
            {"job_id": BOB, "name": "x", "size": 2**63},
            400,
            "22003",
            'value "9223372036854775808" is out of range for type bigint',
            None,
        ),
        (
            "files",
            {"job_id": BOB, "name": "x", "size": 1.5},
            400,
            "22P02",
            'invalid input syntax for type bigint: "1.5"',
            None,
        ),
        (
            "files",
            {"job_id": {"a": 1}, "name": "x"},
            400,
            "22P02",
            'invalid input syntax for type uuid: "{"a": 1}"',
            None,
        ),
        (
            "jobs",
            {"nonsense": 1},
            400,
            "PGRST204",
            "Could not find the 'nonsense' column of 'jobs' in the schema cache",
            None,
        ),
        ("jobs", {"business_key": "a\0b"}, 400, "22P05", "unsupported Unicode escape sequence", None),
        ("jobs", b"{", 400, "PGRST102", "Empty or invalid json", None),
        ("jobs", b"", 400, "PGRST102", "Empty or invalid json", None),
    ],
)
def test_what_a_constraint_forbids_is_refused_and_leaves_nothing(  # noqa: PLR0917 - the columns of the table
    bench: SupabaseBench, table: str, row: Any, status: int, code: str, message: str | None, details: str | None
) -> None:
    before, effects = _rows(bench, table), len(bench.effects())
    answer = bench.rest("POST", table, row)
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    assert message is None or answer.json["message"] == message
    assert details is None or answer.json["details"] == details
    assert (_rows(bench, table), len(bench.effects())) == (before, effects)


def test_a_statement_is_all_or_nothing(bench: SupabaseBench) -> None:
    before = len(bench.effects())
    rows = [{"business_key": "n1"}, {"business_key": "n2"}, {"business_key": "k1"}]
    assert bench.rest("POST", "jobs", rows).status == 409
    assert [row["business_key"] for row in _rows(bench)] == ["k1"]
    single = {"accept": "application/vnd.pgrst.object+json"}
    assert bench.rest("POST", "jobs", rows[:2], **single).json["code"] == "PGRST116"
    assert bench.rest("PATCH", "jobs?business_key=eq.no", {"status": "done"}, **single).json["code"] == "PGRST116"
    assert [row["business_key"] for row in _rows(bench)] == ["k1"]
    assert len(bench.effects()) == before


def test_upsert_inserts_once_and_then_merges(bench: SupabaseBench) -> None:
    asked, prefer = "jobs?on_conflict=business_key", f"resolution=merge-duplicates,{FULL}"
    first = bench.rest("POST", asked, {"business_key": "u1", "amount": 1}, prefer=prefer)
    again = bench.rest("POST", asked, {"business_key": "u1", "amount": 2}, prefer=prefer)
    assert (first.status, again.status) == (201, 200)
    assert again.json[0] == {**first.json[0], "amount": 2}
    assert again.headers["preference-applied"] == "resolution=merge-duplicates, return=representation"
    kinds = [row["route"] for row in bench.effects()[-2:]]
    assert kinds == ["supabase.row", "supabase.row_updated"]


def test_ignoring_duplicates_returns_what_is_new_only(bench: SupabaseBench) -> None:
    asked, prefer = "jobs?on_conflict=business_key", f"resolution=ignore-duplicates,{FULL}"
    both = [{"business_key": "k1", "amount": 9}, {"business_key": "u2", "amount": 9}]
    first, again = (bench.rest("POST", asked, both, prefer=prefer) for _ in range(2))
    assert [row["business_key"] for row in first.json] == ["u2"]
    assert (again.status, again.json) == (201, [])
    assert bench.rest("GET", "jobs?business_key=eq.k1&select=amount").json == [{"amount": 2.5}]


@pytest.mark.parametrize(
    ("asked", "rows", "status", "code"),
    [
        ("jobs?on_conflict=amount", {"business_key": "k1"}, 400, "42P10"),
        ("jobs?on_conflict=nope", {"business_key": "k1"}, 400, "42703"),
        ("jobs?on_conflict=business_key", [{"business_key": "a"}, {"business_key": "a"}], 500, "21000"),
        ("jobs?on_conflict=id", {"business_key": "k1"}, 409, "23505"),
    ],
)
def test_an_upsert_that_cannot_be_done(bench: SupabaseBench, asked: str, rows: Any, status: int, code: str) -> None:
    answer = bench.rest("POST", asked, rows, prefer="resolution=merge-duplicates")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert len(_rows(bench)) == 1


def test_an_update_is_204_and_tells_how_many(bench: SupabaseBench) -> None:
    bench.rest("POST", "jobs", {"business_key": "k2"})
    two = bench.rest("PATCH", "jobs?amount=not.eq.0", {"status": "running"}, prefer="count=exact")
    assert (two.status, two.headers["content-range"]) == (204, "0-0/1")
    full = bench.rest("PATCH", "jobs?status=in.(queued,running)&select=business_key,status&order=business_key",
                      {"status": "done"}, prefer=FULL)  # fmt: skip
    assert (full.status, full.json) == (200, [{"business_key": "k1", "status": "done"},
                                              {"business_key": "k2", "status": "done"}])  # fmt: skip
    none = bench.rest("PATCH", "jobs?business_key=eq.no", {"status": "done"}, prefer=FULL)
    assert (none.status, none.json, none.headers["content-range"]) == (200, [], "*/*")
    assert bench.rest("PATCH", "jobs?business_key=eq.k2", {"business_key": "k1"}).json["code"] == "23505"
    assert bench.rest("PATCH", "jobs?business_key=eq.k2", {"nope": 1}).json["code"] == "PGRST204"


def test_an_update_or_delete_of_everything_is_refused_as_the_platform_refuses_it(bench: SupabaseBench) -> None:
    for method, word in (("PATCH", "UPDATE"), ("DELETE", "DELETE")):
        answer = bench.rest(method, "jobs", {"status": "done"})
        assert (answer.status, answer.json["code"]) == (400, "21000")
        assert answer.json["message"] == f"{word} requires a WHERE clause"
    assert len(_rows(bench)) == 1


def test_a_delete_takes_along_what_hangs_on_it_and_returns_it_as_it_was(bench: SupabaseBench) -> None:
    bench.rest("POST", "files", [{"job_id": BOB, "name": "a"}, {"job_id": BOB, "name": "b"}])
    gone = bench.rest("DELETE", "jobs?business_key=eq.k1&select=business_key,files(name)", prefer=f"{FULL},count=exact")
    assert gone.json == [{"business_key": "k1", "files": [{"name": "a"}, {"name": "b"}]}]
    assert (gone.status, gone.headers["content-range"]) == (200, "*/1")
    assert _rows(bench, "files") == []
    assert [row["route"] for row in bench.effects()[-3:]] == ["supabase.row_deleted"] * 3
    assert bench.rest("DELETE", "jobs?business_key=eq.k1").status == 204


def test_no_more_rows_are_written_than_the_caller_allows(bench: SupabaseBench) -> None:
    bench.rest("POST", "jobs", {"business_key": "k2"})
    for method in ("PATCH", "DELETE"):
        answer = bench.rest(
            method, "jobs?status=eq.queued", {"status": "done"}, prefer="handling=strict,max-affected=1"
        )
        assert (answer.status, answer.json["code"]) == (400, "PGRST124")
        assert answer.json["details"] == "The query affects 2 rows"
    assert {row["status"] for row in _rows(bench)} == {"queued"}


def test_put_makes_one_row_or_puts_another_in_its_place(bench: SupabaseBench) -> None:
    row = {"id": ALICE, "business_key": "p", "status": "done"}
    assert bench.rest("PUT", f"jobs?id=eq.{ALICE}", row, prefer=FULL).status == 201
    assert bench.rest("PUT", f"jobs?id=eq.{ALICE}", {**row, "status": "failed"}, prefer=FULL).status == 200
    assert bench.rest("PUT", f"jobs?id=eq.{ALICE}", row).status == 204
    for asked, code in (
        (f"id=eq.{BOB}", "PGRST115"),
        ("status=eq.done", "PGRST105"),
        (f"id=eq.{ALICE}&limit=1", "PGRST114"),
    ):
        assert bench.rest("PUT", f"jobs?{asked}", row).json["code"] == code


def test_other_forms_of_body(bench: SupabaseBench) -> None:
    table = b"business_key,status,amount\nc1,done,1.5\nc2,queued,NULL\n"
    assert bench.rest("POST", "jobs", table, content_type="text/csv").status == 201
    assert bench.rest("GET", "jobs?business_key=eq.c2&select=amount").json == [{"amount": None}]
    form = b"business_key=f1&amount=3"
    assert bench.rest("POST", "jobs", form, content_type="application/x-www-form-urlencoded").status == 201
    odd = bench.rest("POST", "jobs", b"x", content_type="text/html")
    assert (odd.status, odd.json["message"]) == (400, "Content-Type not acceptable: text/html")
    assert bench.rest("POST", "jobs", b"a,b\n1\n", content_type="text/csv").json["code"] == "PGRST102"


def test_the_books_hold_the_callers_keys_and_a_webhook_tells_the_row_once(bench: SupabaseBench) -> None:
    bench.simulator.listen(bench.project, "http://127.0.0.1:9/hook")
    bench.receiver_status = 500
    bench.rest("PATCH", "jobs?business_key=eq.k1", {"amount": "7.25"}, x_correlation_id="op-1")
    bench.pass_time(600)
    told = bench.effects()[-1]
    assert (told["route"], told["operation_id"]) == ("supabase.row_updated", "op-1")
    assert json.loads(told["references"]) == {"id": BOB, "business_key": "k1"}
    assert len(bench.webhooks) == 1
    body = json.loads(bench.webhooks[0].body)
    assert (body["type"], body["table"], body["schema"]) == ("UPDATE", "jobs", "public")
    assert (body["old_record"]["amount"], body["record"]["amount"]) == (2.5, 7.25)


def test_a_row_of_the_setup_may_have_an_id_that_is_generated_always() -> None:
    bench = SupabaseBench()
    columns = {"id": {"type": "bigint", "identity": "always", "primary_key": True}, "name": "text"}
    bench.simulator.set_up({"database": {"tables": {"n": {"columns": columns, "rows": [{"id": 7, "name": "a"}]}}}})
    assert bench.rest("GET", "n").json == [{"id": 7, "name": "a"}]
    assert bench.rest("POST", "n", {"id": 8, "name": "b"}).json["code"] == "428C9"


@pytest.mark.parametrize("digits", ["12345678901234567890123", "1e-20", "0.12345678901234567890123", "2E+3"])
def test_no_digit_of_a_number_is_lost(digits: str) -> None:
    bench = SupabaseBench()
    bench.simulator.set_up({"database": {"tables": {"n": {"columns": {"x": "numeric", "y": "jsonb"}}}}})
    bench.rest("POST", "n", f'{{"x":{digits},"y":[ -{digits}]}}'.encode())
    shown = bench.rest("GET", "n?select=x::text,y::text").json[0]
    assert (Decimal(shown["x"]), Decimal(shown["y"].strip("[]"))) == (Decimal(digits), -Decimal(digits))
