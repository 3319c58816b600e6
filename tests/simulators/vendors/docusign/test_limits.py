"""The limiters: windows of the clock, and the headers that tell of them."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.docusign.bench import NEVER, DocusignBench, definition, refusal
from tests.support.vendor_bench import EPOCH_S


def test_the_hour_is_full_at_its_top_and_not_an_hour_later() -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], limits={"hourly": {"burst": 3}})
    answers = [bench.ask("GET", "/templates") for _ in range(4)]
    assert [each.status for each in answers] == [200, 200, 200, 429]
    assert refusal(answers[3]) == (429, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED")
    said = [(each.headers["x-ratelimit-limit"], each.headers["x-ratelimit-remaining"]) for each in answers]
    assert said == [("3", "2"), ("3", "1"), ("3", "0"), ("3", "0")]
    reset_s = int(answers[3].headers["x-ratelimit-reset"])
    assert reset_s % 3_600 == 0
    assert "retry-after" not in answers[3].headers
    bench.pass_time(reset_s - EPOCH_S - bench.now_s - 1)
    assert bench.ask("GET", "/templates").status == 429
    bench.pass_time(1.1)
    assert bench.ask("GET", "/templates").status == 200


def test_a_burst_is_of_thirty_seconds_and_says_no_when_it_ends() -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], limits={"burst": {"burst": 2}})
    bench.pass_time(30 - (EPOCH_S + bench.now_s) % 30)
    answers = [bench.ask("POST", "/envelopes", definition()) for _ in range(3)]
    assert [each.status for each in answers] == [201, 201, 429]
    assert refusal(answers[2])[1] == "BURST_APIINVOCATION_LIMIT_EXCEEDED"
    assert answers[2].headers["x-burstlimit-limit"] == "2"
    assert answers[2].headers["x-burstlimit-remaining"] == "0"
    assert len(bench.of_kind("envelope")) == 2
    bench.pass_time(30)
    assert bench.ask("GET", "/templates").status == 200


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"polling": {"burst": 2}}, "Burst_Envelope_Polling_Limit_Exceeded"),
        ({"polling-hourly": {"burst": 2}}, "Hourly_Envelope_Polling_Limit_Exceeded"),
    ],
)
def test_one_envelope_is_not_polled_too_often_and_the_others_may_be(limit: dict[str, object], code: str) -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], limits=limit)
    first, second = bench.envelope(), bench.envelope()
    for path in ("", "/recipients"):
        bench.get(f"/envelopes/{first}{path}")
    assert refusal(bench.ask("GET", f"/envelopes/{first}")) == (429, code)
    assert bench.ask("GET", f"/envelopes/{first}/documents/certificate").status == 200
    assert bench.status(second) == "sent"
    bench.do(f"/envelopes/{first}", {"status": "voided", "voidedReason": "x"}, "PUT")


def test_before_2026_a_limit_was_a_400_of_the_same_code() -> None:
    bench = DocusignBench(limit_status=400, retry_after=True, **NEVER)
    bench.simulator.schedule([], limits={"burst": {"burst": 1}})
    bench.ask("GET", "/templates")
    answer = bench.ask("GET", "/templates")
    assert refusal(answer) == (400, "BURST_APIINVOCATION_LIMIT_EXCEEDED")
    assert answer.headers["retry-after"] == "1"


def test_tokens_are_not_counted_and_a_refused_token_tells_of_no_limit() -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], limits={"hourly": {"burst": 1}})
    assert [bench.grant().status for _ in range(3)] == [200] * 3
    assert "x-ratelimit-limit" in bench.ask("GET", "/templates").headers
    bench.authorization = "Bearer x"
    assert "x-ratelimit-limit" not in bench.ask("GET", "/templates").headers


def test_a_throttle_speaks_as_the_limit_does() -> None:
    bench = DocusignBench(**NEVER)
    rule = {"id": "r", "vendor": "docusign", "throttle": {"retry_after_s": 4}}
    bench.simulator.schedule([rule_from_json(rule)])
    answer = bench.ask("GET", "/templates")
    assert refusal(answer) == (429, "BURST_APIINVOCATION_LIMIT_EXCEEDED")
    assert answer.headers["retry-after"] == "4"
