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
