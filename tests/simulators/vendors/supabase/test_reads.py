"""What PostgREST answers to a read: rows, pages, counts, forms, related rows."""

from typing import Any

import pytest

from tests.simulators.vendors.supabase.bench import ALICE, BOB, SupabaseBench
from tests.support.vendor_bench import Answer

JOB = {"owner": ALICE, "status": "queued", "amount": 1}


@pytest.fixture
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    people = [
        {"id": ALICE, "email": "a@example.com", "name": "Alice"},
        {"id": BOB, "email": "b@example.com", "name": None},
    ]
    assert bench.rest("POST", "profiles", people).status == 201
    jobs = [
        {
            **JOB,
            "business_key": f"k{n}",
            "amount": f"{n}.50",
            "payload": {"n": n, "tags": ["a", f"t{n}"], "deep": {"x": n}},
        }
        for n in range(5)
    ]
    assert bench.rest("POST", "jobs", jobs).status == 201
    return bench


def _keys(answer: Answer) -> list[str]:
    assert answer.status in (200, 206), answer.body
    return [row["business_key"] for row in answer.json]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("business_key=eq.k1", [1]),
        ("business_key=neq.k1", [0, 2, 3, 4]),
        ("amount=gt.2.5", [3, 4]),
        ("amount=gte.2.50", [2, 3, 4]),
        ("amount=lt.1.5", [0]),
        ("amount=lte.1.5", [0, 1]),
        ("amount=eq.2.5", [2]),
        ("amount=gt.1&amount=lt.3", [1, 2]),
        ("business_key=in.(k1,\"k3\",nope)", [1, 3]),
        ("business_key=in.()", []),
        ("amount=in.(1.5,2.5)", [1, 2]),
        ("business_key=not.in.(k1,k3)", [0, 2, 4]),
        ("business_key=like.k*", [0, 1, 2, 3, 4]),
        ("business_key=like.K*", []),
        ("business_key=ilike.K%", [0, 1, 2, 3, 4]),
        ("business_key=like(any).{k1,*4}", [1, 4]),
        ("business_key=like(all).{k*,*4}", [4]),
        ("business_key=eq(any).{k1,k2}", [1, 2]),
        ("business_key=match.^k[12]$", [1, 2]),
        ("business_key=imatch.^K[12]$", [1, 2]),
        ("owner=is.null", []),
        ("owner=not.is.null", [0, 1, 2, 3, 4]),
        ("owner=is.not_null&limit=1", [0]),
        ("amount=isdistinct.0.5", [1, 2, 3, 4]),
        ('payload=cs.{"n":1}', [1]),
        ('payload=cs.{"tags":["t2"]}', [2]),
        ('payload=cd.{"n":1,"tags":["a","t1","z"],"deep":{"x":1}}', [1]),
        ("payload->n=gte.3", [3, 4]),
        ("payload->>n=eq.3", [3]),
        ("payload->deep->>x=eq.3", [3]),
        ("payload->tags->>1=eq.t2", [2]),
        ("payload->tags->>-1=eq.t2", [2]),
        ("or=(amount.gt.4,business_key.eq.k0)", [0, 4]),
        ("or=(amount.gt.4,and(business_key.eq.k1,amount.gt.1))", [1, 4]),
        ("and=(amount.gt.1,not.or(business_key.eq.k1,business_key.eq.k2))", [3, 4]),
        ("not.or=(amount.gt.4,business_key.eq.k0)", [1, 2, 3]),
        ('or=(business_key.in.("k1",k2),business_key.eq."k4")', [1, 2, 4]),
        ("order=amount.desc&limit=2", [4, 3]),
        ("order=amount.desc&limit=2&offset=1", [3, 2]),
        ("order=payload->n.desc,business_key", [4, 3, 2, 1, 0]),
        ("order=profiles(name).desc,amount.desc&select=business_key,profiles(name)&limit=1", [4]),
        ("limit=0", []),
        ("limit=notanumber&business_key=eq.k0", [0]),
        ("profiles.name=eq.Nobody&select=business_key,profiles(name)&limit=1", [0]),
        ("profiles.name=eq.Nobody&select=business_key,profiles!inner(name)", []),
        ("profiles=is.null&profiles.name=eq.Nobody&select=business_key,profiles(name)&limit=1", [0]),
        ("profiles=not.is.null&profiles.name=eq.Nobody&select=business_key,profiles(name)", []),
    ],
)  # fmt: skip
def test_a_filter_names_the_rows_that_postgres_would(bench: SupabaseBench, query: str, numbers: list[int]) -> None:
    asked = query if "select=" in query else f"select=business_key&{query}"
    assert _keys(bench.rest("GET", f"jobs?{asked}")) == [f"k{number}" for number in numbers]


@pytest.mark.parametrize(
    ("select", "row"),
    [
        ("business_key", {"business_key": "k1"}),
        ("k:business_key,a:amount::text", {"k": "k1", "a": "1.50"}),
        ("amount::int", {"amount": 2}),
        ("payload->n", {"n": 1}),
        ("payload->>n", {"n": "1"}),
        ("payload->deep->x", {"x": 1}),
        ("t:payload->tags->0", {"t": "a"}),
        ("payload->nothing", {"nothing": None}),
        ("business_key,profiles(name)", {"business_key": "k1", "profiles": {"name": "Alice"}}),
        ("person:profiles(name)", {"person": {"name": "Alice"}}),
        ("owner(name)", {"owner": {"name": "Alice"}}),
        ("jobs_owner_fkey(name)", {"jobs_owner_fkey": {"name": "Alice"}}),
        ("profiles!jobs_owner_fkey(name)", {"profiles": {"name": "Alice"}}),
        ("profiles!owner(name)", {"profiles": {"name": "Alice"}}),
        ("...profiles(who:name)", {"who": "Alice"}),
        ("files(name)", {"files": []}),
        ("files(count)", {"files": [{"count": 0}]}),
        ("profiles()", {}),
        (
            "profiles(name,jobs(business_key))",
            {"profiles": {"name": "Alice", "jobs": [{"business_key": f"k{n}"} for n in range(5)]}},
        ),
        ("profiles(jobs(count))", {"profiles": {"jobs": [{"count": 5}]}}),
        ("", {}),
    ],
)
def test_a_select_shows_what_it_asks_for(bench: SupabaseBench, select: str, row: dict[str, Any]) -> None:
    assert bench.rest("GET", f"jobs?business_key=eq.k1&select={select}").json == [row]


def test_an_embed_has_filters_an_order_and_a_page_of_its_own(bench: SupabaseBench) -> None:
    asked = (
        "select=name,jobs(business_key)&jobs.order=amount.desc&jobs.limit=2&jobs.offset=1&jobs.amount=gt.1&order=email"
    )
    assert bench.rest("GET", f"profiles?{asked}").json == [
        {"name": "Alice", "jobs": [{"business_key": "k3"}, {"business_key": "k2"}]},
        {"name": None, "jobs": []},
    ]
    spread = bench.rest("GET", "profiles?select=name,...jobs(business_key)&order=email&jobs.amount=lt.2").json
    assert spread[0] == {"name": "Alice", "business_key": ["k0", "k1"]}


def test_nulls_come_last_unless_the_order_is_descending_or_says_so(bench: SupabaseBench) -> None:
    for order, first in [
        ("name", "Alice"),
        ("name.desc", None),
        ("name.nullsfirst", None),
        ("name.desc.nullslast", "Alice"),
    ]:
        assert bench.rest("GET", f"profiles?select=name&order={order}").json[0]["name"] == first


@pytest.mark.parametrize(
    ("query", "headers", "status", "content_range", "count"),
    [
        ("limit=2", {}, 200, "0-1/*", 2),
        ("limit=2", {"prefer": "count=exact"}, 206, "0-1/5", 2),
        ("", {"prefer": "count=exact"}, 200, "0-4/5", 5),
        ("", {"prefer": "count=planned"}, 200, "0-4/5", 5),
        ("offset=4", {"prefer": "count=exact"}, 206, "4-4/5", 1),
        ("offset=5", {"prefer": "count=exact"}, 206, "*/5", 0),
        ("offset=9", {}, 200, "*/*", 0),
        ("business_key=eq.no", {"prefer": "count=exact"}, 200, "*/0", 0),
        ("", {"range": "1-2", "range_unit": "items"}, 200, "1-2/*", 2),
        ("", {"range": "1-"}, 200, "1-4/*", 4),
    ],
)
def test_a_page_tells_where_it_is_and_whether_it_is_all(  # noqa: PLR0917 - the columns of the table
    bench: SupabaseBench, query: str, headers: dict[str, str], status: int, content_range: str, count: int
) -> None:
    answer = bench.rest("GET", f"jobs?{query}", **headers)
    assert (answer.status, answer.headers["content-range"], len(answer.json)) == (status, content_range, count)
    head = bench.rest("HEAD", f"jobs?{query}", **headers)
    assert (head.status, head.headers["content-range"], head.body) == (status, content_range, b"")


def test_beyond_the_end_of_what_is_counted_is_416(bench: SupabaseBench) -> None:
    answer = bench.rest("GET", "jobs?offset=6", prefer="count=exact")
    assert (answer.status, answer.json["code"], answer.headers["content-range"]) == (416, "PGRST103", "*/5")
    assert answer.json["details"] == "An offset of 6 was requested, but there are only 5 rows."
    assert bench.rest("GET", "jobs?limit=-1").json["code"] == "PGRST103"
    assert bench.rest("GET", "jobs", range="5-2").json["code"] == "PGRST103"


def test_the_row_cap_cuts_off_silently(bench: SupabaseBench) -> None:
    bench.simulator.set_up({"database": {"max_rows": 2}})
    answer = bench.rest("GET", "jobs?select=business_key,profiles(jobs(business_key))", prefer="count=exact")
    assert (answer.status, answer.headers["content-range"]) == (206, "0-1/5")
    assert len(answer.json[0]["profiles"]["jobs"]) == 2
    assert len(bench.rest("GET", "jobs?limit=4").json) == 2


SINGLE = "application/vnd.pgrst.object+json"


def test_single_is_one_row_or_an_error(bench: SupabaseBench) -> None:
    one = bench.rest("GET", "jobs?business_key=eq.k1&select=business_key", accept=SINGLE)
    assert (one.json, one.headers["content-type"]) == ({"business_key": "k1"}, f"{SINGLE}; charset=utf-8")
    for query, rows in (("business_key=eq.no", 0), ("business_key=neq.no", 5)):
        none = bench.rest("GET", f"jobs?{query}", accept=SINGLE)
        assert (none.status, none.json["code"]) == (406, "PGRST116")
        assert none.json["details"] == f"The result contains {rows} rows"


def test_other_forms(bench: SupabaseBench) -> None:
    told = bench.rest("GET", "jobs?select=business_key,amount,owner&limit=2&order=business_key", accept="text/csv")
    assert told.body.decode() == f"business_key,amount,owner\nk0,0.50,{ALICE}\nk1,1.50,{ALICE}"
    stripped = bench.rest(
        "GET", f"profiles?id=eq.{BOB}&select=name,email", accept="application/vnd.pgrst.array+json;nulls=stripped"
    )
    assert stripped.json == [{"email": "b@example.com"}]
    for accept in ("application/vnd.pgrst.plan+json", "image/png", "text/html;q=0.9"):
        refused = bench.rest("GET", "jobs", accept=accept)
        assert (refused.status, refused.json["code"]) == (406, "PGRST107")
    assert bench.rest("GET", "jobs?limit=0", accept="image/png, */*;q=0.1").status == 200


@pytest.mark.parametrize(
    ("target", "status", "code", "message"),
    [
        ("jobs?business_key=foo", 400, "PGRST100", '"failed to parse filter (foo)" (line 1, column 1)'),
        ("jobs?business_key=eq", 400, "PGRST100", None),
        ("jobs?select=business_key,,", 400, "PGRST100", None),
        ("jobs?select=profiles(name", 400, "PGRST100", None),
        ("jobs?order=business_key.up", 400, "PGRST100", None),
        ("jobs?or=(a.eq.1", 400, "PGRST100", None),
        ("jobs?or=" + "(and" * 60 + "(a.eq.1)" + ")" * 60, 400, "PGRST100", None),
        ("jobs?profiles.name=eq.x", 400, "PGRST108", "'profiles' is not an embedded resource in this request"),
        ("jobs?select=p:profiles(name)&profiles.name=eq.x", 400, "PGRST108", None),
        ("jobs?select=profiles(name)&profiles=eq.x", 400, "PGRST120", None),
        ("profiles?select=name,jobs(amount)&order=jobs(amount)", 400, "PGRST118", None),
        ("jobs?select=amount.sum()", 400, "PGRST123", "Use of aggregate functions is not allowed"),
        ("jobs?select=nothing(x)", 400, "PGRST200", None),
        ("profiles?select=files(name)", 400, "PGRST200", None),
        ("jbos", 404, "PGRST205", "Could not find the table 'public.jbos' in the schema cache"),
        ("jobs?nope=eq.1", 400, "42703", "column jobs.nope does not exist"),
        ("jobs?select=nope", 400, "42703", "column jobs.nope does not exist"),
        ("jobs?order=nope", 400, "42703", "column jobs.nope does not exist"),
        ("files?id=eq.abc", 400, "22P02", 'invalid input syntax for type bigint: "abc"'),
        ("files?id=eq.99999999999999999999", 400, "22003", None),
        ("jobs?id=eq.abc", 400, "22P02", 'invalid input syntax for type uuid: "abc"'),
        ("jobs?created_at=gt.yesterdayish", 400, "22007", None),
        ("jobs?created_at=gt.2024-13-01", 400, "22008", None),
        ("files?id=like.1*", 404, "42883", "operator does not exist: bigint ~~ unknown"),
        ("jobs?status=cs.{a}", 404, "42883", "operator does not exist: text @> unknown"),
        ("jobs?status->a=eq.1", 404, "42883", None),
        ("jobs?status=is.true", 400, "42804", "argument of IS TRUE must be type boolean, not type text"),
        ("jobs?status=match.(", 400, "2201B", None),
        ("jobs?status=like.a%5C", 400, "22025", None),
        ("jobs?status=eq.%00", 400, "22021", None),
        ("jobs?amount=sl.5", 404, "42883", "operator does not exist: numeric << unknown"),
        ("files?id=sl.5", 400, "42804", "argument of WHERE must be type boolean, not type bigint"),
        ("jobs?id=cd.x", 400, "42725", "operator is not unique: uuid <@ unknown"),
        ("jobs?payload=fts.x", 400, "PGRST127", "Feature not implemented"),
        ("jobs?status=fts(german).x", 400, "PGRST127", "Feature not implemented"),
        ("jobs?status=fts(klingon).x", 400, "42704", 'text search configuration "klingon" does not exist'),
        ("jobs?status=fts.fat cat", 400, "42601", 'syntax error in tsquery: "fat cat"'),
        ("jobs?status=fts.fat%26", 400, "42601", 'no operand in tsquery: "fat&"'),
        ("files?id=plfts.x", 404, "42883", "function to_tsvector(bigint) does not exist"),
        ("files?id=wfts(simple).x", 404, "42883", "function to_tsvector(unknown, bigint) does not exist"),
        ("jobs?select=amount::nope", 400, "42704", 'type "nope" does not exist'),
        ("jobs?select=business_key::int", 400, "22P02", 'invalid input syntax for type integer: "k0"'),
        ("a/b", 404, "PGRST125", "Invalid path specified in request URL"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_words_of_postgrest(
    bench: SupabaseBench, target: str, status: int, code: str, message: str | None
) -> None:
    answer = bench.rest("GET", target)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert message is None or answer.json["message"] == message
    assert answer.headers["proxy-status"] == f"PostgREST; error={code}"
    assert answer.json.keys() == {"code", "message", "details", "hint"}


def test_other_methods_schemas_and_preferences_that_are_not_there(bench: SupabaseBench) -> None:
    assert bench.send("TRACE", "/rest/v1/jobs").json["code"] == "PGRST117"
    assert bench.send("PUT", "/rest/v1/rpc/jobs_of").json["code"] == "PGRST101"
    other = bench.rest("GET", "jobs", accept_profile="private")
    assert (other.status, other.json["code"]) == (406, "PGRST106")
    strict = bench.rest("GET", "jobs", prefer="handling=strict, anything=else")
    assert (strict.status, strict.json["code"]) == (400, "PGRST122")
    assert bench.rest("GET", "jobs?limit=0", prefer="anything=else").status == 200
