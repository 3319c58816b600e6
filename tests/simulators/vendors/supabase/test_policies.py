"""Row level security: who sees what, who writes what, and what is said to who may not."""

from typing import Any

import pytest

from brownout_simulators.vendors.supabase.keys import ANON, AUTHENTICATED, jwt_secret, publishable_key
from brownout_simulators.vendors.supabase.tokens import sign
from tests.simulators.vendors.supabase.bench import ALICE, BOB, SupabaseBench
from tests.support.vendor_bench import Answer

VIOLATED = 'new row violates row-level security policy for table "jobs"'


@pytest.fixture
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    bench.rest("POST", "profiles", [{"id": ALICE, "email": "a"}, {"id": BOB, "email": "b"}])
    bench.rest("POST", "jobs", [{"business_key": "a1", "owner": ALICE}, {"business_key": "b1", "owner": BOB}])
    return bench


def _as(bench: SupabaseBench, user: str, method: str, target: str, body: Any = None, **headers: str) -> Answer:
    given = bench.as_user(user) if user else bench.as_role(ANON)
    return bench.rest(method, target, body, **{**given, **headers})


def _keys(answer: Answer) -> list[str]:
    return [row["business_key"] for row in answer.json]


def test_a_user_sees_his_own_rows_the_service_all_and_a_stranger_none(bench: SupabaseBench) -> None:
    assert _keys(_as(bench, ALICE, "GET", "jobs")) == ["a1"]
    assert _keys(bench.rest("GET", "jobs")) == ["a1", "b1"]
    nobody = _as(bench, "", "GET", "jobs", prefer="count=exact")
    assert (nobody.status, nobody.json, nobody.headers["content-range"]) == (200, [], "*/0")
    assert _keys(_as(bench, "not-a-uuid", "GET", "jobs")) == []
    opaque = bench.rest("GET", "jobs", apikey=publishable_key(bench.project), authorization="")
    assert opaque.json == []


def test_related_rows_are_under_their_own_policies(bench: SupabaseBench) -> None:
    bench.simulator.set_up(_setup({"authenticated": {"select": "all"}}, profiles={"authenticated": {"select": "own"}}))
    told = _as(bench, ALICE, "GET", "jobs?select=business_key,profiles(email)&order=business_key").json
    assert [row["profiles"] for row in told] == [{"email": "a"}, None]
    assert len(_as(bench, ALICE, "GET", "jobs?select=business_key,profiles!inner(email)").json) == 1


def test_what_is_not_ones_own_cannot_be_written_and_silently_not_touched(bench: SupabaseBench) -> None:
    mine = _as(bench, ALICE, "POST", "jobs", {"business_key": "a2"}, prefer="return=representation")
    assert (mine.status, mine.json[0]["owner"]) == (201, ALICE)
    for body in ({"business_key": "x", "owner": BOB}, {"business_key": "x", "owner": None}):
        foreign = _as(bench, ALICE, "POST", "jobs", body)
        assert (foreign.status, foreign.json["code"], foreign.json["message"]) == (403, "42501", VIOLATED)
    given_away = _as(bench, ALICE, "PATCH", "jobs?business_key=eq.a1", {"owner": BOB})
    assert (given_away.status, given_away.json["code"]) == (403, "42501")
    for method in ("PATCH", "DELETE"):
        untouched = _as(
            bench, ALICE, method, "jobs?business_key=eq.b1", {"status": "done"}, prefer="return=representation"
        )
        assert (untouched.status, untouched.json) == (200, [])
    assert bench.rest("GET", "jobs?business_key=eq.b1&select=status").json == [{"status": "queued"}]
    stranger = _as(bench, "", "POST", "jobs", {"business_key": "x"})
    assert (stranger.status, stranger.json["code"], stranger.headers["www-authenticate"]) == (401, "42501", "Bearer")


def test_an_upsert_that_meets_anothers_row_is_refused(bench: SupabaseBench) -> None:
    answer = _as(bench, ALICE, "POST", "jobs?on_conflict=business_key", {"business_key": "b1"},
                 prefer="resolution=merge-duplicates")  # fmt: skip
    assert (answer.status, answer.json["code"]) == (403, "42501")
    assert "(USING expression)" in answer.json["message"]
    assert bench.rest("GET", "jobs?business_key=eq.b1&select=owner").json == [{"owner": BOB}]


def test_under_row_level_security_an_error_does_not_show_values(bench: SupabaseBench) -> None:
    twice = _as(bench, ALICE, "POST", "jobs", {"business_key": "b1"})
    assert (twice.status, twice.json["code"], twice.json["details"]) == (409, "23505", None)
    odd = _as(bench, ALICE, "POST", "jobs", {"business_key": "x", "status": "odd"})
    assert (odd.json["code"], odd.json["details"]) == ("23514", None)


def _setup(jobs: Any, **others: Any) -> dict[str, Any]:
    from copy import deepcopy

    from brownout_simulators.vendors.supabase.database.typical import TABLES

    tables = deepcopy(dict(TABLES))
    for name, policies in {"jobs": jobs, **others}.items():
        tables[name]["policies"] = policies
    return {"database": {"tables": tables}}


@pytest.mark.parametrize("command", ["select", "insert", "update", "delete"])
def test_without_a_grant_a_command_is_denied(bench: SupabaseBench, command: str) -> None:
    rules = dict.fromkeys(("select", "insert", "update", "delete"), "all")
    bench.simulator.set_up(_setup({"authenticated": {**rules, command: "no_grant"}}))
    asked = {
        "select": ("GET", "jobs", None),
        "insert": ("POST", "jobs", {"business_key": "x"}),
        "update": ("PATCH", "jobs?business_key=eq.a1", {"status": "done"}),
        "delete": ("DELETE", "jobs?business_key=eq.a1", None),
    }
    method, target, body = asked[command]
    answer = _as(bench, ALICE, method, target, body)
    assert (answer.status, answer.json["code"]) == (403, "42501")
    assert answer.json["message"] == "permission denied for table jobs"


def test_what_may_be_written_but_not_seen_is_not_returned(bench: SupabaseBench) -> None:
    bench.simulator.set_up(_setup({"anon": {"insert": "all"}}))
    silent = _as(bench, "", "POST", "jobs", {"business_key": "s1"})
    assert silent.status == 201
    told = _as(bench, "", "POST", "jobs", {"business_key": "s2"}, prefer="return=representation")
    assert (told.status, told.json["code"]) == (401, "42501")
    assert _keys(bench.rest("GET", "jobs?business_key=like.s*")) == ["s1"]


def test_without_policies_everybody_may_do_everything(bench: SupabaseBench) -> None:
    bench.simulator.set_up(_setup({}))
    assert _keys(_as(bench, "", "GET", "jobs")) == ["a1", "b1"]
    assert _as(bench, "", "POST", "jobs", {"business_key": "s1"}).status == 201


@pytest.mark.parametrize(
    ("claims", "status", "code", "message"),
    [
        ({"exp": 1}, 401, "PGRST303", "JWT expired"),
        ({"nbf": 4_000_000_000}, 401, "PGRST303", "JWT not yet valid"),
        ({"role": "postgres"}, 401, "22023", 'role "postgres" does not exist'),
    ],
)
def test_a_token_whose_claims_are_not_good(
    bench: SupabaseBench, claims: dict[str, Any], status: int, code: str, message: str
) -> None:
    answer = bench.rest("GET", "jobs", **bench.as_user(ALICE, **claims))
    assert (answer.status, answer.json["code"], answer.json["message"]) == (status, code, message)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_that_is_none_or_was_signed_by_somebody_else(bench: SupabaseBench) -> None:
    for token in ("x.y.z", "x", sign(jwt_secret("other"), {"role": AUTHENTICATED, "sub": ALICE})):
        answer = bench.rest("GET", "jobs", authorization=f"Bearer {token}")
        assert (answer.status, answer.json["code"]) == (401, "PGRST301")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_token_that_expires_during_the_run_is_refused_after_half_a_minute_of_grace(bench: SupabaseBench) -> None:
    headers = bench.as_user(ALICE, exp=1_760_000_000 + 150)
    assert bench.rest("GET", "jobs", **headers).status == 200
    bench.pass_time(79)
    assert bench.rest("GET", "jobs", **headers).status == 200
    bench.pass_time(2)
    assert bench.rest("GET", "jobs", **headers).json["message"] == "JWT expired"
