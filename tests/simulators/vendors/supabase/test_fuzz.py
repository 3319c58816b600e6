"""Whatever a client sends to PostgREST, it is answered in its words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench
from tests.support.examples import examples

TABLES = st.sampled_from(["profiles", "jobs", "files", "nope", "rpc/jobs_of", "rpc/nope", "", "%2e", "jobs/x"])
COLUMNS = st.sampled_from(
    ["id", "business_key", "owner", "status", "payload", "amount", "created_at", "job_id", "name", "size", "nope",
     "payload->a", "payload->>a->b", "payload->-1", "profiles.name", "jobs.amount", "files.job_id", '"odd', "*", ""]
)  # fmt: skip
OPERATORS = st.sampled_from(
    ["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct", "cs",
     "cd", "ov",
     "sl", "adj", "fts", "plfts(english)", "like(any)", "eq(all)", "not.eq", "not.in", "not.is", "nope", ""]
)  # fmt: skip
TEXTS = st.text(max_size=6) | st.sampled_from(
    ["1", "-1", "1e400", "NaN", "Infinity", "9" * 40, "1e99999999", "0x1", "null", "true", "(a,b)",
     '("a,b",c"d)', "()", "{a,b}",
     '{"a', "{{1},{2}}", '{"a":1}', '{"a":"\\ud800"}', "[1,2]", "*", "%", "\\", "a\\", "(", "[", "(?P<x", "\0",
     "é", "²", "٣",
     ALICE, "2024-01-01", "2024-02-30T25:61:61Z", "infinity", "-infinity", "0001-01-01", "9999-12-31T23:59:60+15:59",
     "2024-01-01T00:00:00+99:99", "epoch", "(a.eq.1,b.gt.2)", "(and(a.eq.1))", "((", "id", "id.desc.nullslast",
     "profiles(name)"]
)  # fmt: skip
PARAMETERS = st.tuples(COLUMNS, OPERATORS, TEXTS).map(lambda each: (each[0], f"{each[1]}.{each[2]}")) | st.tuples(
    st.sampled_from(["select", "order", "limit", "offset", "or", "and", "not.or", "columns", "on_conflict",
     "jobs.order",
                     "profiles.limit", "jobs.or", "apikey"]),
    TEXTS | COLUMNS | st.sampled_from(["*,profiles(*)", "profiles!inner(name,jobs(count))",
     "...profiles(name)", "a:id::text",
                                       "amount::int", "payload->a::int", "amount.sum()", "count", "count()",
                                       "files(*)"]),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.dictionaries(COLUMNS, JSON, max_size=5)
PREFERENCES = st.sampled_from(
    ["", "return=representation", "count=exact", "resolution=merge-duplicates,return=representation",
     "resolution=ignore-duplicates", "missing=default", "handling=strict,max-affected=0", "handling=strict, x=y",
     "=", ",,",
     "return=headers-only", "max-affected=" + "9" * 30]
)  # fmt: skip
ACCEPTS = st.sampled_from(
    ["*/*", "", "text/csv", "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped",
     "a/b;q=x, */*;q=0.1", ";;,"]
)  # fmt: skip


@given(st.data(), st.sampled_from(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "BREW"]), st.booleans())
@examples(60)
def test_any_request_has_an_answer_of_postgrest(data: st.DataObject, method: str, is_user: bool) -> None:
    bench = SupabaseBench()
    bench.rest("POST", "profiles", {"id": ALICE, "email": "a"})
    bench.rest("POST", "jobs", {"business_key": "k", "owner": ALICE, "amount": 1.5, "payload": {"a": [1, {"b": None}]}})
    for _ in range(3):
        query = urlencode(data.draw(st.lists(PARAMETERS, max_size=3)), errors="replace")
        body = data.draw(ROWS | st.lists(ROWS, max_size=3) | JSON)
        headers = {
            **(bench.as_user(ALICE) if is_user else {}),
            "content-type": "application/json",
            "prefer": data.draw(PREFERENCES),
            "accept": data.draw(ACCEPTS),
            "range": data.draw(st.sampled_from(["", "0-1", "5-1", "x", "1-"])),
        }
        raw = json.dumps(body).encode() if method in ("POST", "PATCH", "PUT") else b""
        answer = bench.send(method, f"/rest/v1/{data.draw(TABLES)}?{query}", raw, headers=headers)
        assert answer.status < 500 or _code(answer.json) in ("21000", "54001", "54000"), answer.body
        if answer.status >= 400:
            assert answer.json.keys() == {"code", "message", "details", "hint"}


def _code(body: Any) -> str:
    return str(body["code"])


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(["GET", "POST", "PATCH", "DELETE"]))
@examples(20)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, method: str) -> None:
    bench = SupabaseBench()
    for kind in ("application/json", "text/csv", "application/x-www-form-urlencoded", "", "a/b"):
        for table in ("jobs", "rpc/jobs_of"):
            target = f"/rest/v1/{table}?{quote(query, safe='=&().,', errors='replace')}"
            assert bench.send(method, target, body, headers={"content-type": kind}).status < 500


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
@examples(20)
def test_any_credential_and_any_header_has_an_answer(text: str) -> None:
    bench = SupabaseBench()
    for headers in (
        {"apikey": text},
        {"authorization": text},
        {"authorization": f"Bearer {text}"},
        {"authorization": f"Bearer sb_secret_{text}"},
        {"prefer": text},
        {"accept": text},
        {"accept-profile": text},
        {"range": text},
    ):
        assert bench.send("GET", "/rest/v1/jobs", headers=headers).status < 500
