"""Reads that lag: the rows as they were, whatever happened to them since; and nothing stays of the looking back."""

from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.supabase.bench import ALICE, BOB, SupabaseBench

JOBS = "jobs?select=business_key,status&order=business_key"


@pytest.fixture
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    bench.rest("POST", "jobs", [{"business_key": "a", "id": ALICE}, {"business_key": "b", "id": BOB}])
    bench.pass_time(60)
    return bench


def _lag(bench: SupabaseBench, **fault: Any) -> None:
    bench.simulator.schedule([rule_from_json({"id": "lag", "vendor": "supabase", **fault})])


def _jobs(bench: SupabaseBench, target: str = JOBS) -> dict[str, str]:
    return {row["business_key"]: row["status"] for row in bench.rest("GET", target).json}


def _change_all(bench: SupabaseBench) -> None:
    bench.rest("POST", "jobs", {"business_key": "c"})
    bench.rest("PATCH", "jobs?business_key=eq.a", {"status": "done"})
    bench.rest("PATCH", "jobs?business_key=eq.a", {"status": "failed"})
    bench.rest("DELETE", "jobs?business_key=eq.b")


NOW = {"a": "failed", "c": "queued"}


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"stale_reads": {"lag_s": 5}}, {"a": "queued", "b": "queued"}),
        ({"read_after_write_lag": {"lag_s": 5}}, {"a": "failed"}),
    ],
)
def test_a_read_that_lags_sees_what_was_and_the_next_one_what_is(
    bench: SupabaseBench, fault: dict[str, Any], seen: dict[str, str]
) -> None:
    _change_all(bench)
    bench.pass_time(2)
    _lag(bench, **fault)
    stale = bench.rest("GET", JOBS)
    assert {row["business_key"]: row["status"] for row in stale.json} == seen
    assert stale.headers["brownout-fault"] == "lag"
    assert bench.rest("GET", "jobs?select=count").json == [{"count": len(seen)}]
    assert bench.rest("GET", JOBS, prefer="count=exact").headers["content-range"].endswith(f"/{len(seen)}")
    bench.pass_time(4)
    late = bench.rest("GET", JOBS)
    assert {row["business_key"]: row["status"] for row in late.json} == NOW
    assert "brownout-fault" not in late.headers


def test_the_fault_has_struck_only_where_something_was_hidden(bench: SupabaseBench) -> None:
    _change_all(bench)
    _lag(bench, stale_reads={"lag_s": 5})
    assert "brownout-fault" not in bench.rest("GET", "profiles").headers
    assert "brownout-fault" not in bench.rest("GET", "jobs?business_key=eq.nothing").headers
    assert "brownout-fault" in bench.rest("GET", "jobs?business_key=eq.c").headers


def test_writes_and_what_they_return_never_lag(bench: SupabaseBench) -> None:
    _lag(bench, stale_reads={"lag_s": 50})
    _change_all(bench)
    made = bench.rest("POST", "jobs", {"business_key": "d"}, prefer="return=representation")
    assert made.json[0]["business_key"] == "d"
    again = bench.rest("POST", "jobs", {"business_key": "d"})
    assert again.json["code"] == "23505"
    bench.simulator.schedule([])
    assert _jobs(bench) == {**NOW, "d": "queued"}


def test_what_was_rolled_back_leaves_no_trace(bench: SupabaseBench) -> None:
    assert bench.rest("POST", "jobs", [{"business_key": "x"}, {"business_key": "a"}]).status == 409
    _lag(bench, stale_reads={"lag_s": 5})
    assert "brownout-fault" not in bench.rest("GET", JOBS).headers
    assert _jobs(bench) == {"a": "queued", "b": "queued"}
