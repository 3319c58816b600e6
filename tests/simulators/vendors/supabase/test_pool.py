"""Slow statements: they are cancelled by role, and they make others wait for the pool until it gives them up."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench

TABLE = {"database": {"tables": {"t": {"columns": {"c": "text"}}}}}


def _struck(bench: SupabaseBench, **fault: object) -> None:
    bench.simulator.schedule([rule_from_json({"id": "slow", "vendor": "supabase", **fault})], setup=TABLE)


@pytest.mark.parametrize(("role", "limit_s"), [("anon", 3.0), ("user", 8.0), ("service_role", 60.0)])
def test_a_statement_is_cancelled_when_the_time_of_its_role_is_over(role: str, limit_s: float) -> None:
    bench = SupabaseBench()
    headers = bench.as_user(ALICE) if role == "user" else bench.as_role(role)
    for taken_s, status in ((limit_s - 0.1, 201), (limit_s + 0.1, 500)):
        _struck(bench, latency={"fixed_s": taken_s})
        before, effects = bench.now_s, len(bench.effects())
        answer = bench.rest("POST", "t", {"c": "x"}, **headers)
        assert answer.status == status
        assert bench.now_s - before == pytest.approx(min(taken_s, limit_s))
        assert len(bench.effects()) == effects + (status == 201)
    assert (answer.json["code"], answer.json["message"]) == ("57014", "canceling statement due to statement timeout")


def test_a_token_that_is_none_waits_as_anybody_does_and_is_then_cancelled_like_anon() -> None:
    bench = SupabaseBench()
    _struck(bench, latency={"fixed_s": 5})
    assert bench.rest("GET", "t", authorization="Bearer x").json["code"] == "57014"
    assert bench.send("GET", "/auth/v1/nothing").status == 404
