"""Functions by rpc: what each kind of them does, how its arguments are read, and what is said where none fits."""

from typing import Any

import pytest

from tests.simulators.vendors.supabase.bench import ALICE, BOB, SupabaseBench
from tests.support.vendor_bench import Answer

FUNCTIONS = {
    "jobs_of": {"arguments": {"who": "uuid"}, "select": "jobs", "where": {"owner": "$who"}},
    "job": {"arguments": {"key": "text"}, "select": "jobs", "where": {"business_key": "$key"}, "single": True},
    "enqueue": {
        "arguments": {"key": "text", "amount": "numeric"},
        "optional": ["amount"],
        "insert": "jobs",
        "values": {"business_key": "$key", "amount": "$amount", "status": "running"},
        "single": True,
    },
    "version": {"value": {"major": 17}, "stable": True},
    "echo": {"arguments": {"n": "integer"}, "value": "$n", "stable": True},
    "touch": {"void": True},
    "lend": {"raise": {"message": "it is lent", "details": "to Bob", "hint": "wait"}},
    "teapot": {"raise": {"code": "PT418", "message": "short and stout"}},
}


@pytest.fixture
def bench() -> SupabaseBench:
    from brownout_simulators.vendors.supabase.database.typical import TABLES

    bench = SupabaseBench()
    bench.simulator.set_up({"database": {"tables": TABLES, "functions": FUNCTIONS}})
    bench.rest("POST", "profiles", [{"id": ALICE}, {"id": BOB}])
    jobs = [{"business_key": f"k{n}", "owner": ALICE if n else BOB, "amount": n} for n in range(4)]
    bench.rest("POST", "jobs", jobs)
    return bench


def _call(bench: SupabaseBench, name: str, arguments: Any = None, **headers: str) -> Answer:
    return bench.rest("POST", f"rpc/{name}", {} if arguments is None else arguments, **headers)


def test_rows_of_a_function_are_filtered_ordered_and_paged_as_a_tables_are(bench: SupabaseBench) -> None:
    asked = "jobs_of?select=business_key,profiles(id)&amount=gt.1&order=amount.desc&limit=1"
    by_post = bench.rest("POST", f"rpc/{asked}", {"who": ALICE}, prefer="count=exact")
    by_get = bench.rest("GET", f"rpc/{asked}&who={ALICE}", prefer="count=exact")
    assert by_post.json == by_get.json == [{"business_key": "k3", "profiles": {"id": ALICE}}]
    assert (by_post.status, by_post.headers["content-range"]) == (206, "0-0/2")
    assert bench.rest("HEAD", f"rpc/{asked}&who={ALICE}").body == b""
    assert _call(bench, "jobs_of", {"who": ALICE}, **bench.as_user(BOB)).json == []


def test_a_function_that_returns_one_row(bench: SupabaseBench) -> None:
    assert _call(bench, "job", {"key": "k1"}).json["business_key"] == "k1"
    assert set(_call(bench, "job", {"key": "no"}).json.values()) == {None}


def test_a_function_that_inserts_leaves_a_row_as_an_insert_does(bench: SupabaseBench) -> None:
    effects = len(bench.effects())
    made = _call(bench, "enqueue", {"key": "n1", "amount": 2})
    assert (made.status, made.json["status"], made.json["amount"]) == (200, "running", 2.0)
    assert _call(bench, "enqueue", {"key": "n2"}).json["amount"] is None
    assert _call(bench, "enqueue", {"key": "n2"}).json["code"] == "23505"
    assert [row["route"] for row in bench.effects()[effects:]] == ["supabase.row"] * 2
    read_only = bench.rest("GET", "rpc/enqueue?key=x")
    assert (read_only.status, read_only.json["code"]) == (405, "25006")


def test_a_function_may_insert_into_several_tables_all_of_it_or_nothing(bench: SupabaseBench) -> None:
    """The row of the outbox is the job's own, and goes with it."""
    bench.simulator.set_up({"database": {}})
    before = len(bench.effects())
    job = {"business_key": "b1", "payload": {"n": 1}, "amount": "2.50"}
    (made,) = _call(bench, "book_job", job).json
    assert (made["business_key"], made["status"], made["amount"]) == ("b1", "running", 2.5)
    (told,) = bench.rest("GET", "outbox?select=business_key,topic,payload").json
    assert told == {"business_key": "b1", "topic": "job.booked", "payload": {"n": 1}}
    # A row of the outbox is in the way: the job does not come to be either.
    bench.rest("POST", "jobs", {"business_key": "b2"})
    bench.rest("POST", "outbox", {"business_key": "b2", "topic": "by hand"})
    bench.rest("PATCH", "jobs?business_key=eq.b2", {"payload": {"n": 2}})
    assert _call(bench, "book_job", {**job, "business_key": "b2"}).json["code"] == "23505"
    assert len(bench.rest("GET", "jobs?business_key=eq.b2").json) == 1
    bench.rest("DELETE", "jobs?business_key=eq.b1")
    assert [row["route"] for row in bench.effects()[before:]] == [
        "supabase.row", "supabase.message", "supabase.row", "supabase.message", "supabase.row_updated",
        "supabase.row_deleted", "supabase.message_deleted",
    ]  # fmt: skip


def test_what_is_in_the_way_of_the_second_row_keeps_the_first_one_from_being_there(bench: SupabaseBench) -> None:
    from brownout_simulators.vendors.supabase.database.typical import FUNCTIONS as TYPICAL
    from brownout_simulators.vendors.supabase.database.typical import TABLES

    wrong = {**TYPICAL["book_job"], "also": [{"insert": "outbox", "values": {"business_key": "$business_key"}}]}
    bench.simulator.set_up({"database": {"tables": TABLES, "functions": {"book_job": wrong}}})
    before = len(bench.effects())
    refused = _call(bench, "book_job", {"business_key": "b1", "payload": {}, "amount": 1})
    assert refused.json["code"] == "23502"
    assert bench.rest("GET", "jobs?business_key=eq.b1").json == []
    assert len(bench.effects()) == before


def test_values_errors_and_nothing(bench: SupabaseBench) -> None:
    assert _call(bench, "version").json == bench.rest("GET", "rpc/version").json == {"major": 17}
    assert _call(bench, "echo", {"n": "5"}).json == bench.rest("GET", "rpc/echo?n=5").json == 5
    assert _call(bench, "echo", {"n": "x"}).json["code"] == "22P02"
    void = _call(bench, "touch")
    assert (void.status, void.body) == (204, b"")
    raised = _call(bench, "lend")
    assert (raised.status, raised.json) == (
        400,
        {"code": "P0001", "message": "it is lent", "details": "to Bob", "hint": "wait"},
    )
    assert _call(bench, "teapot").status == 418


@pytest.mark.parametrize(
    ("target", "arguments", "said"),
    [
        ("nothing", {}, "public.nothing without parameters"),
        ("jobs_of", {}, "public.jobs_of without parameters"),
        ("jobs_of", {"who": ALICE, "x": 1}, "public.jobs_of(who, x)"),
    ],
)
def test_where_no_function_fits_it_is_said_what_was_looked_for(
    bench: SupabaseBench, target: str, arguments: Any, said: str
) -> None:
    answer = _call(bench, target, arguments)
    assert (answer.status, answer.json["code"]) == (404, "PGRST202")
    assert answer.json["message"] == f"Could not find the function {said} in the schema cache"
