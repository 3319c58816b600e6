"""Every situation has the vendor's status, type and code, in its envelope."""

import pytest

from brownout_simulators.vendors.openai import VENDOR
from tests.simulators.vendors.openai.bench import OpenAIBench
from tests.simulators.vendors.openai.spec import faults

QUOTA = ("insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
         "project_spend_limit_exceeded", "organization_usage_limit_exceeded")  # fmt: skip
# Name, status, type, code, param: the rows of the vendor's guide "Error codes" and of captured answers.
ROWS = [
    ("invalid_api_key", 401, "invalid_request_error", "invalid_api_key", None),
    ("not_in_organization", 401, "invalid_request_error", None, None),
    ("ip_not_authorized", 401, "invalid_request_error", None, None),
    ("unsupported_country_region_territory", 403, "request_forbidden", "unsupported_country_region_territory", None),
    ("unknown_parameter", 400, "invalid_request_error", "unknown_parameter", "x"),
    ("unsupported_value", 400, "invalid_request_error", "unsupported_value", "temperature"),
    ("service_tier_not_allowed", 400, "invalid_request_error", None, "service_tier"),
    ("model_not_found", 404, "invalid_request_error", "model_not_found", None),
    ("context_length_exceeded", 400, "invalid_request_error", "context_length_exceeded", "messages"),
    ("rate_limit_exceeded", 429, "requests", "rate_limit_exceeded", None),
    ("tokens_exceeded", 429, "tokens", "rate_limit_exceeded", None),
    ("requests_per_day_exceeded", 429, "requests", "rate_limit_exceeded", None),
    ("rate_limit_without_hint", 429, "tokens", "rate_limit_exceeded", None),
    ("slow_down", 429, "rate_limit_error", "slow_down", None),
    *((name, 429, "insufficient_quota", name, None) for name in QUOTA),
    ("server_error", 500, "server_error", None, None),
    ("server_is_overloaded", 503, "service_unavailable_error", "server_is_overloaded", None),
    ("request_timeout", 408, "invalid_request_error", "timeout", None),
    ("conflict", 409, "invalid_request_error", "conflict", None),
    ("overloaded_proxy", 529, "overloaded_error", None, None),
]
PAGES = {"bad_gateway": 502, "gateway_timeout": 504, "unknown_origin_error": 520, "origin_timeout": 524}


@pytest.mark.parametrize(("name", "status", "kind", "code", "param"), ROWS)
def test_an_error_by_name_is_the_vendors(
    name: str, status: int, kind: str, code: str | None, param: str | None
) -> None:
    bench = OpenAIBench()
    bench.fault(respond={"error": name})
    answer = bench.chat()
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert faults("ErrorResponse", answer.json) == []
    error = answer.json["error"]
    assert (error["type"], error["code"], error["param"]) == (kind, code, param)
    assert bench.effects() == []


@pytest.mark.parametrize(("name", "status"), PAGES.items())
def test_the_cdns_errors_are_pages(name: str, status: int) -> None:
    bench = OpenAIBench()
    bench.fault(respond={"error": name})
    answer = bench.chat()
    assert (answer.status, answer.headers["server"]) == (status, "cloudflare")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.startswith(b"<html>")


def test_every_error_by_name_is_tested() -> None:
    assert {row[0] for row in ROWS} | set(PAGES) == set(VENDOR.named_errors)
    assert all(error.about for error in VENDOR.named_errors.values())


def test_a_rate_limit_says_when_to_come_back_unless_asked_not_to() -> None:
    bench = OpenAIBench()
    bench.fault(respond={"error": "requests_per_day_exceeded"})
    answer = bench.chat()
    assert answer.headers["retry-after"] == "87"
    assert "try again in 1m26.4s" in answer.json["error"]["message"]
    bench.fault(respond={"error": "rate_limit_without_hint"})
    assert "retry-after" not in bench.chat().headers


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("POST", "/v1/chat/completions", {"authorization": ""}, 401, None),
        ("POST", "/v1/chat/completions", {"authorization": "Basic x"}, 401, "invalid_api_key"),
        ("POST", "/v1/chat/completions", {"authorization": "Bearer sk-abcT3BlbkFJdef"}, 401, "invalid_api_key"),
        ("GET", "/v1/nothing", {}, 404, None),
        ("GET", "/v1/chat/nothing", {}, 404, None),
        ("GET", "/v1/models/gpt-0", {}, 404, "model_not_found"),
    ],
)
def test_who_is_nobody_and_what_is_nowhere(
    method: str, path: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    answer = OpenAIBench().send(method, path, headers=headers)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"model": ' + b"[" * 100 + b"]" * 100 + b"}", "application/json", 400),
        (b"model=x", "application/x-www-form-urlencoded", 415),
        (b"--x", "multipart/form-data", 400),
    ],
)
def test_a_body_that_cannot_be_read_is_told_so(body: bytes, kind: str, status: int) -> None:
    answer = OpenAIBench().send("POST", "/v1/chat/completions", body, headers={"content-type": kind})
    assert answer.status == status
    assert faults("ErrorResponse", answer.json) == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_vendor_fails_in_its_own_words(status: int) -> None:
    bench = OpenAIBench()
    bench.fault(respond={"status": status})
    assert bench.chat().status == status


def test_a_key_says_its_accounts_name_or_nothing() -> None:
    bench = OpenAIBench()
    bench.chat()
    bench.authorization = "Bearer my-own-secret-key"
    bench.chat()
    labels = set(bench.simulator.accounts)
    assert "a" in labels
    assert not any("secret" in label for label in labels)


def test_money_that_is_gone_is_a_429_that_does_not_pass() -> None:
    bench = OpenAIBench()
    bench.fault(quota={})
    answer = bench.chat()
    assert (answer.status, answer.json["error"]["code"]) == (429, "insufficient_quota")
