"""The rate, the quotas, and the headers that tell of them."""

from datetime import UTC, datetime

import pytest

from brownout_simulators.vendors.resend.limits import next_day_s, next_month_s
from tests.simulators.vendors.resend.bench import ResendBench, mail, refusal
from tests.support.vendor_bench import EPOCH_S

DAILY = "daily-quota"


def test_every_answer_tells_how_far_the_rate_is_used() -> None:
    bench = ResendBench()
    told = bench.ask("GET", "/emails").headers
    assert (told["ratelimit-limit"], told["ratelimit-remaining"], told["ratelimit-reset"]) == ("5", "5", "1")
    assert "x-resend-daily-quota" not in told
    bench.schedule(limits={"rate": {"rate_per_s": 2, "burst": 2}})
    told = bench.ask("GET", "/emails").headers
    assert (told["ratelimit-limit"], told["ratelimit-remaining"]) == ("2", "1")


def test_too_many_requests_are_told_when_to_come_back_and_whoever_waits_passes() -> None:
    bench = ResendBench()
    bench.schedule(limits={"rate": True})
    answers = [bench.ask("POST", "/emails", mail()) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert refusal(answers[-1]) == (429, "rate_limit_exceeded")
    assert answers[-1].headers["ratelimit-remaining"] == "0"
    bench.now_s += float(answers[-1].headers["retry-after"])
    assert bench.ask("POST", "/emails", mail()).status == 200


@pytest.mark.parametrize(("limit", "name"), [(DAILY, "daily"), ("monthly-quota", "monthly")])
def test_a_quota_counts_recipients_and_names_itself_without_a_time_to_wait_for(limit: str, name: str) -> None:
    bench = ResendBench()
    bench.schedule(limits={limit: {"burst": 5}})
    three = mail(["a@sim.test", "b@sim.test"], cc="c@sim.test")
    assert bench.ask("POST", "/emails", three).headers[f"x-resend-{name}-quota"] == "3"
    refused = bench.ask("POST", "/emails/batch", [three])
    assert refusal(refused) == (429, f"{name}_quota_exceeded")
    assert "retry-after" not in refused.headers
    assert bench.ask("POST", "/emails", mail(["d@sim.test", "e@sim.test"])).status == 200
    assert bench.ask("GET", "/emails").status == 200, "reading costs nothing"


def test_what_is_refused_or_only_replayed_counts_for_nothing_of_a_quota() -> None:
    bench = ResendBench()
    bench.schedule(limits={DAILY: {"burst": 2}})
    assert bench.ask("POST", "/emails", mail("nobody")).headers["x-resend-daily-quota"] == "0"
    for _ in range(5):
        told = bench.ask("POST", "/emails", mail(), idempotency_key="k")
        assert (told.status, told.headers["x-resend-daily-quota"]) == (200, "1")
    assert [bench.ask("POST", "/emails", mail()).status for _ in range(2)] == [200, 429]


def test_the_daily_quota_is_whole_again_at_midnight_utc() -> None:
    bench = ResendBench()
    bench.schedule(limits={DAILY: {"burst": 1}})
    assert [bench.ask("POST", "/emails", mail()).status for _ in range(2)] == [200, 429]
    bench.now_s = next_day_s(EPOCH_S + bench.now_s) - EPOCH_S - 1
    assert bench.ask("POST", "/emails", mail()).status == 429
    bench.now_s += 1
    assert bench.ask("POST", "/emails", mail()).status == 200


@pytest.mark.parametrize(("now", "following"), [((2026, 11, 30), (2026, 12, 1)), ((2026, 12, 31), (2027, 1, 1))])
def test_months_end(now: tuple[int, int, int], following: tuple[int, int, int]) -> None:
    at_s = datetime(*now, 23, 59, 59, tzinfo=UTC).timestamp()
    assert next_month_s(at_s) == next_day_s(at_s) == datetime(*following, tzinfo=UTC).timestamp()
