"""How Resend says no."""

import pytest

from brownout_simulators.vendors.resend import VENDOR
from brownout_simulators.vendors.resend.errors import ERRORS
from tests.simulators.vendors.resend.bench import ResendBench, mail, refusal

# The names of the Node SDK's list (6.38.0), with the contract's statuses.
LISTED = {
    "invalid_idempotency_key": 400, "validation_error": 422, "missing_api_key": 401, "restricted_api_key": 401,
    "invalid_api_key": 403, "not_found": 404, "method_not_allowed": 405, "invalid_idempotent_request": 409,
    "concurrent_idempotent_requests": 409, "invalid_attachment": 422, "invalid_from_address": 422,
    "invalid_access": 422, "invalid_parameter": 422, "invalid_region": 422, "missing_required_field": 422,
    "monthly_quota_exceeded": 429, "daily_quota_exceeded": 429, "rate_limit_exceeded": 429, "security_error": 451,
    "application_error": 500, "internal_server_error": 500,
}  # fmt: skip


def test_every_name_of_the_sdks_is_there_with_its_status() -> None:
    assert {name: status for name, (status, _) in ERRORS.items()} == {**LISTED, "suspended_api_key": 403}


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_a_fault_says_each_by_its_name_and_nothing_is_sent(name: str) -> None:
    bench = ResendBench()
    bench.schedule({"id": "e", "vendor": "resend", "respond": {"error": name}})
    answer = bench.ask("POST", "/emails", mail())
    assert refusal(answer) == (ERRORS[name][0], name)
    assert ("retry-after" in answer.headers) == (name == "rate_limit_exceeded")
    assert bench.effects() == []


def test_an_unknown_path_is_told_from_a_wrong_method() -> None:
    bench = ResendBench()
    assert refusal(bench.ask("GET", "/email")) == (404, "not_found")
    assert refusal(bench.ask("PUT", "/emails/x")) == (405, "method_not_allowed")
    assert refusal(bench.ask("GET", "/emails/batch/x")) == (404, "not_found")


@pytest.mark.parametrize("body", [b"{", b'"text"', b"7", b"\xff", b"null"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    bench = ResendBench()
    assert refusal(bench.send("POST", "/emails", body)) == (400, "validation_error")


@pytest.mark.parametrize(("fault", "status", "name"), [
    ({"quota": {}}, 429, "daily_quota_exceeded"), ({"throttle": {}}, 429, "rate_limit_exceeded"),
    ({"respond": {"status": 500}}, 500, "internal_server_error"), ({"expire_tokens": {}}, 403, "invalid_api_key"),
])  # fmt: skip
def test_faults_speak_resends_words(fault: dict[str, object], status: int, name: str) -> None:
    bench = ResendBench()
    if "expire_tokens" in fault:
        bench.ask("GET", "/emails")
        bench.now_s += 10
    bench.schedule({"id": "f", "vendor": "resend", **fault})
    assert refusal(bench.ask("POST", "/emails", mail())) == (status, name)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_stands_before_it_answers_in_html(status: int) -> None:
    bench = ResendBench()
    bench.schedule({"id": "f", "vendor": "resend", "respond": {"status": status}})
    answer = bench.ask("POST", "/emails", mail())
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html")
