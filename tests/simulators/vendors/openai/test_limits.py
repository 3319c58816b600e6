"""Requests and tokens per minute: what is charged, what is said of it, where it is told."""

import re

import pytest

from brownout_simulators.vendors.openai.durations import go_duration
from tests.simulators.vendors.openai.bench import USER, OpenAIBench


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.008, "8ms"), (0.12, "120ms"), (8.64, "8.64s"), (1, "1s"), (360, "6m0s"), (86.4, "1m26.4s"),
     (432, "7m12s"), (1.5744, "1.574s"), (3_600, "1h0m0s"), (0.9999, "1s"), (-1, "0s")],
)  # fmt: skip
def test_durations_are_written_as_go_does(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


def limited(bench: OpenAIBench, **limits: object) -> OpenAIBench:
    bench.simulator.schedule([], limits={name.replace("_", "-"): on for name, on in limits.items()})
    return bench


def test_a_call_too_many_is_refused_by_the_requests_limit() -> None:
    bench = limited(OpenAIBench(), requests={"rate_per_s": 1, "burst": 2})
    assert [bench.chat().status for _ in range(3)] == [200, 200, 429]
    refused = bench.chat()
    error = refused.json["error"]
    assert (error["type"], error["code"], error["param"]) == ("requests", "rate_limit_exceeded", None)
    assert "requests per min (RPM): Limit 2, Used 2, Requested 1. Please try again in 1s." in error["message"]
    assert refused.headers["retry-after"] == "1"
    assert (refused.headers["x-ratelimit-remaining-requests"], refused.headers["x-ratelimit-limit-requests"]) == (
        "0",
        "2",
    )
    assert len(bench.effects()) == 2
    bench.pass_time(1.0)
    assert bench.chat().status == 200


# Limit, used, requested and what the vendor's message said: MetaGPT 523, codel 72, micro-agent 86, openai/codex 10062.
CAPTURED = [
    (10_000, 8_554, 3_082, "9.816s"),
    (30_000, 14_567, 24_754, "18.642s"),
    (30_000, 29_937, 385, "644ms"),
    (250_000, 250_000, 143_071, "34.337s"),
]


@pytest.mark.parametrize(("limit", "used", "requested", "said"), CAPTURED)
def test_the_wait_is_that_of_captured_messages(limit: int, used: int, requested: int, said: str) -> None:
    bench = limited(OpenAIBench(), tokens={"rate_per_s": limit / 60, "burst": limit})

    def ask(tokens: int, n: int = 1) -> str:
        budget = (tokens - 10) // n
        message = [{"role": "user", "content": "x" * 4 * (tokens - n * budget)}]  # four characters to a token
        return bench.chat(message, model="gpt-4.1", n=n, max_completion_tokens=budget).body.decode()

    for part in (used // 16,) * 15 + (used - 15 * (used // 16),):
        assert '"usage"' in ask(part)
    body = ask(requested, n=7 if requested > 32_000 else 1)  # a model says no more than that at once
    found = re.search(r"\(TPM\): Limit (\d+), Used (\d+), Requested (\d+)\. Please try again in (\S+)\.\"", body)
    assert found is not None
    assert (int(found[1]), int(found[2]), int(found[3]), found[4]) == (limit, used, requested, said)


def test_what_costs_more_than_the_limit_never_passes_and_is_told_so() -> None:
    bench = limited(OpenAIBench(), tokens={"rate_per_s": 10, "burst": 600})
    refused = bench.chat(max_tokens=700)
    assert refused.status == 429
    message = refused.json["error"]["message"]
    assert "Limit 600, Requested 703" in message
    assert "Used" not in message
    assert "try again" not in message
    assert "retry-after" not in refused.headers


def test_limits_are_the_organizations_for_each_model_and_not_of_what_costs_nothing() -> None:
    bench = limited(OpenAIBench(), requests={"rate_per_s": 0.001, "burst": 1})
    assert bench.chat().status == 200
    assert bench.chat(model="gpt-4o").status == 200
    assert bench.chat().status == 429
    assert bench.send("GET", "/v1/models").status == 200
    bench.authorization = "Bearer sk-test-b"
    assert bench.chat().status == 200


def test_headers_say_how_far_each_limit_is_used() -> None:
    bench = limited(
        OpenAIBench(), requests={"rate_per_s": 500 / 60, "burst": 500}, tokens={"rate_per_s": 500, "burst": 30_000}
    )
    headers = bench.chat([{"role": "user", "content": "x" * 40}], max_tokens=90).headers
    assert {name: value for name, value in headers.items() if name.startswith("x-ratelimit")} == {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29900",
        "x-ratelimit-reset-tokens": "200ms",
    }
    assert re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"])
    assert headers["openai-version"] == "2020-10-01"
    assert headers["openai-organization"].startswith("org-")


def test_without_limits_they_are_told_full() -> None:
    headers = OpenAIBench().chat().headers
    assert (headers["x-ratelimit-remaining-requests"], headers["x-ratelimit-reset-tokens"]) == ("500", "0s")


@pytest.mark.parametrize(
    "body", [{"messages": USER, "n": -5}, {"messages": {"a": [1, "x", None]}, "max_tokens": "many"}, {"input": 7}, {}]
)
def test_a_body_that_is_wrong_is_charged_and_refused(body: dict[str, object]) -> None:
    bench = limited(OpenAIBench(), tokens=True, requests=True, requests_per_day=True)
    assert bench.post_json("/v1/chat/completions", {"model": "gpt-4o", **body}).status == 400


def test_the_daily_limit_is_one_of_requests() -> None:
    bench = limited(OpenAIBench(), requests_per_day={"rate_per_s": 1_000 / 86_400, "burst": 1})
    bench.chat()
    error = bench.chat().json["error"]
    assert error["type"] == "requests"
    assert "requests per day (RPD): Limit 1, Used 1, Requested 1. Please try again in 1m26.4s." in error["message"]


def left(bench: OpenAIBench) -> int:
    """Tokens, by the headers of a call that the limits are for and that is refused for its body."""
    return int(
        bench.post_json("/v1/chat/completions", {"model": "gpt-4o-mini"}).headers["x-ratelimit-remaining-tokens"]
    )


SLOW = {"rate_per_s": 0.001, "burst": 10_000}


@pytest.mark.parametrize(("settled", "keeps"), [(False, 5_000), (True, 0)])
def test_a_reserve_is_kept_or_settled_by_what_was_used_when_the_call_is_over(settled: bool, keeps: int) -> None:
    """While it is under way the reserve is taken, in either case."""
    bench = limited(OpenAIBench(), **{"tokens-settled" if settled else "tokens": SLOW})
    answer = bench.chat(max_tokens=5_000)
    assert int(answer.headers["x-ratelimit-remaining-tokens"]) == 4_997
    used = answer.json["usage"]["total_tokens"]
    assert used < 1_000
    expected = 10_000 - 16 - (used if settled else keeps + 3)
    assert left(bench) == pytest.approx(expected, abs=1)


def test_what_was_refused_or_never_worked_on_costs_nothing_once_settled_and_what_was_lost_does() -> None:
    bench = limited(OpenAIBench(), tokens_settled=SLOW)
    assert bench.chat(max_tokens=5_000, temperature=9).status == 400
    assert left(bench) == pytest.approx(10_000 - 16, abs=1)
    bench.fault(match="POST *", drop_after_effect={}, sequence="F.")
    assert bench.chat(max_tokens=5_000).status == 0
    (effect,) = bench.fields()
    assert left(bench) == pytest.approx(10_000 - 16 - effect["total_tokens"], abs=1)


def test_more_than_the_reserve_leaves_a_debt_and_the_wait_that_is_told_pays_it() -> None:
    """An answer without a limit of its own reserves 16 tokens."""
    bench = limited(
        OpenAIBench(answers=[{"prose": True, "tokens": 400}]), tokens_settled={"rate_per_s": 10, "burst": 100}
    )
    assert bench.chat().status == 200
    refused = bench.chat()
    assert (refused.status, refused.json["error"]["type"]) == (429, "tokens")
    assert refused.headers["x-ratelimit-remaining-tokens"] == "0"
    found = re.search(r"try again in ([\d.]+)s", refused.json["error"]["message"])
    assert found is not None
    wait_s = float(found[1])
    assert wait_s > 30
    bench.pass_time(wait_s - 2)
    assert bench.chat().status == 429
    bench.pass_time(2.1)
    assert bench.chat().status == 200
