"""Limits per project and model: what a refusal says, and that its wait is neither too short nor too long."""

from typing import Any

import pytest

from brownout_simulators.vendors.gemini.quota import go_duration
from tests.simulators.vendors.gemini.bench import PLAIN, THINKING, GeminiBench
from tests.support.vendor_bench import Answer


def _details(answer: Answer) -> dict[str, Any]:
    return {each["@type"].rpartition(".")[2]: each for each in answer.json["error"].get("details", [])}


def test_requests_per_minute_are_counted_by_project_and_model() -> None:
    bench = GeminiBench()
    bench.simulator.schedule([], limits={"rpm": True})
    assert [bench.generate().status for _ in range(11)] == [200] * 10 + [429]
    assert bench.generate(model=THINKING).status == 200
    bench.key = "gemini_test_other"
    assert bench.generate().status == 200
    assert (
        bench.ask("POST", f"/v1/models/{PLAIN}:countTokens", {"contents": [{"parts": [{"text": "x"}]}]}).status == 200
    )


def test_a_refusal_names_quota_limit_model_and_a_wait_that_is_right() -> None:
    bench = GeminiBench()
    bench.simulator.schedule([], limits={"rpm": {"burst": 1, "rate_per_s": 0.3}})
    bench.generate()
    refused = bench.stream()
    assert (refused.status, refused.headers["content-type"]) == (429, "text/event-stream")
    error, details = refused.json["error"], _details(refused)
    (violation,) = details["QuotaFailure"]["violations"]
    assert violation == {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        "quotaDimensions": {"location": "global", "model": PLAIN},
        "quotaValue": "1",
    }
    assert details["RetryInfo"]["retryDelay"] == "4s"
    assert details["Help"]["links"]
    assert f"limit: 1, model: {PLAIN}\nPlease retry in 3.333333" in error["message"]
    bench.pass_time(3)
    assert bench.generate().status == 429
    bench.pass_time(1)
    assert bench.generate().status == 200


def test_input_tokens_are_charged_and_what_is_generated_is_not() -> None:
    bench = GeminiBench({"say": "word " * 500})
    bench.simulator.schedule([], limits={"tpm": {"burst": 100, "rate_per_s": 10}})
    assert bench.generate("word " * 60).status == 200
    refused = bench.generate("word " * 60)
    assert _details(refused)["QuotaFailure"]["violations"][0]["quotaId"].startswith(
        "GenerateContentInputTokensPerModel"
    )
    assert _details(refused)["RetryInfo"]["retryDelay"] == "3s"  # 61 + 61 - 100 tokens at 10 a second
    assert bench.generate("word " * 30).status == 200
    # It will never fit: no wait is told.
    assert "RetryInfo" not in _details(bench.generate("word " * 200))


@pytest.mark.parametrize(("name", "hours"), [("rpd", "22h5m0s"), ("rpd_utc", "15h5m0s")])
def test_requests_of_the_day_are_there_again_at_midnight_and_the_wait_is_told_to_the_second(
    name: str, hours: str
) -> None:
    bench = GeminiBench()  # it is 08:55 UTC, 01:55 in California
    bench.simulator.schedule([], limits={name: {"burst": 2}})
    assert [bench.generate().status for _ in range(3)] == [200, 200, 429]
    refused = bench.generate()
    assert f"limit: 2, model: {PLAIN}\nPlease retry in {hours}." in refused.json["error"]["message"]
    assert "PerDay" in _details(refused)["QuotaFailure"]["violations"][0]["quotaId"]
    wait_s = int(_details(refused)["RetryInfo"]["retryDelay"].removesuffix("s"))
    bench.pass_time(wait_s - 1)
    assert bench.generate().status == 429
    bench.pass_time(1)
    assert [bench.generate().status for _ in range(3)] == [200, 200, 429]


def test_a_throttle_by_a_fault_speaks_the_same_language() -> None:
    bench = GeminiBench()
    bench.rule(throttle={"reason": "rpd", "rate_per_s": 0.01})
    assert bench.generate().status == 200
    refused = bench.generate()
    assert "PerDay" in _details(refused)["QuotaFailure"]["violations"][0]["quotaId"]
    assert _details(refused)["RetryInfo"]["retryDelay"] == "100s"
    assert bench.generate(model=THINKING).status == 429


def test_a_quota_that_is_used_up_says_nothing_of_waiting() -> None:
    bench = GeminiBench()
    bench.rule(quota={})
    refused = bench.generate()
    assert (refused.status, sorted(_details(refused))) == (429, ["Help"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.8124, "812.4ms"), (26.5, "26.5s"), (65.0, "1m5s"), (37025.723541104, "10h17m5.723541104s"), (0.0, "0ms")],
)
def test_waits_are_written_as_the_message_writes_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text
