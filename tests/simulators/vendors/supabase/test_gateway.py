"""The door: no key, a bad key, a key of another project, keys in header and query."""

import pytest

from brownout_simulators.vendors.supabase.keys import publishable_key, secret_key
from tests.simulators.vendors.supabase.bench import SupabaseBench
from tests.support.vendor_bench import Answer


@pytest.fixture
def bench() -> SupabaseBench:
    return SupabaseBench()


def _ask(bench: SupabaseBench, target: str = "/rest/v1/", **headers: str) -> Answer:
    return bench.send("GET", target, headers={"apikey": "", "authorization": "", **headers})


def test_without_a_key_or_with_a_bad_one_the_gateway_answers_before_any_service(bench: SupabaseBench) -> None:
    none, bad = _ask(bench), _ask(bench, apikey="nonsense")
    assert (none.status, none.json["message"]) == (401, "No API key found in request")
    assert (bad.status, bad.json["message"]) == (401, "Invalid API key")
    assert "code" not in none.json
    assert "code" not in bad.json


def test_an_opaque_bearer_is_one_of_the_same_project(bench: SupabaseBench) -> None:
    mine, others = secret_key(bench.project), SupabaseBench("other")
    key = publishable_key(bench.project)
    assert _ask(bench, apikey=mine, authorization=f"Bearer {mine}").status != 401
    assert _ask(bench, apikey=key, authorization=f"Bearer {secret_key(others.project)}").status == 401
    assert _ask(bench, apikey=key, authorization="Bearer sb_secret_x").status == 401


def test_a_key_may_stand_in_the_query(bench: SupabaseBench) -> None:
    assert _ask(bench, f"/rest/v1/?apikey={publishable_key(bench.project)}").status != 401
