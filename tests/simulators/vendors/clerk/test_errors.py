"""How Clerk says no: credentials, bodies, versions, prefixes, the engine's situations, errors by name."""

import json
from collections.abc import Mapping

import pytest

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.clerk import VENDOR
from brownout_simulators.vendors.clerk.dialect import MAX_BODY, VERSIONS
from tests.simulators.vendors.clerk.bench import ClerkBench, refusal

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "authorization_header_format_invalid"),
        ("Bearer", "authorization_header_format_invalid"),
        ("Basic c2tfdGVzdF94", "authorization_header_format_invalid"),
        ("Bearer pk_test_x", "clerk_key_invalid"),
        ("Bearer sk_test_", "clerk_key_invalid"),
        ("Bearer sk_test_invalid", "clerk_key_invalid"),
        ("Bearer sk_test_revoked1", "clerk_key_invalid"),
        ("Bearer sk_test_\xe9", "clerk_key_invalid"),
        ("Bearer ak_x", "clerk_key_invalid"),
    ],
)
def test_a_credential_that_is_none(authorization: str, code: str) -> None:
    bench = ClerkBench()
    for method, path in (("GET", "/v1/users"), ("GET", "/v1/jwks"), ("POST", "/m2m_tokens/verify")):
        answer = bench.send(method, path, headers={"authorization": authorization})
        assert refusal(answer) == (401, code)


def test_each_key_opens_an_instance_of_its_own() -> None:
    bench = ClerkBench()
    bench.user()
    assert bench.get("/users/count")["total_count"] == 1
    bench.authorization = "Bearer sk_test_some4other8key"
    assert bench.get("/users/count")["total_count"] == 0
    bench.user()


@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        (b"{", JSON, (400, "request_body_invalid")),
        (b"7", JSON, (400, "request_body_invalid")),
        (b"[1]", JSON, (400, "request_body_invalid")),
        (b'{"a": "\xff"}', JSON, (400, "request_body_invalid")),
        (b"{}", {"content-type": "text/plain"}, (415, "unsupported_content_type")),
        (b"{}", {}, (415, "unsupported_content_type")),
        (b" " * (MAX_BODY + 1), JSON, (413, "request_body_too_large")),
        (b"{}", {**JSON, "clerk-api-version": "1999-01-01"}, (400, "api_version_invalid")),
    ],
)
def test_a_body_that_is_none(body: bytes, headers: Mapping[str, str], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    assert refusal(bench.send("POST", "/v1/users", body, headers=headers)) == found
    assert bench.effects() == []


def test_a_version_is_said_once() -> None:
    bench = ClerkBench()
    for version in VERSIONS:
        assert bench.ask("GET", "/users", clerk_api_version=version).status == 200
        assert bench.ask("GET", f"/users?__clerk_api_version={version}").status == 200
    both = bench.ask("GET", f"/users?__clerk_api_version={version}", clerk_api_version=version)
    assert refusal(both) == (400, "api_version_invalid")
    assert refusal(bench.ask("GET", "/users?__clerk_api_version=x")) == (400, "api_version_invalid")


def test_both_prefixes_lead_to_the_same() -> None:
    bench = ClerkBench()
    made = bench.user()
    assert bench.send("GET", f"/users/{made['id']}").json == bench.get(f"/users/{made['id']}")
    assert refusal(bench.send("GET", "/v2/users")) == (404, "resource_not_found")
    assert refusal(bench.ask("PUT", "/users")) == (404, "resource_not_found")


def test_every_answer_has_a_ray() -> None:
    bench = ClerkBench()
    assert bench.ask("GET", "/users").headers["cf-ray"] != bench.ask("GET", "/users").headers["cf-ray"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"respond": {"status": 500}}, 500, "internal_clerk_error"),
        ({"respond": {"status": 503}}, 503, "service_unavailable"),
        ({"respond": {"status": 504}}, 504, "gateway_timeout"),
        ({"throttle": {}}, 429, "too_many_requests"),
        ({"quota": {}}, 403, "user_quota_exceeded"),
        ({"revoke_credentials": {}}, 401, "clerk_key_invalid"),
        ({"expire_tokens": {}}, 401, "authentication_invalid"),
        ({"respond": {"error": "resource_locked"}}, 409, "resource_locked"),
        ({"respond": {"error": "form_identifier_exists"}}, 422, "form_identifier_exists"),
    ],
)
def test_every_situation_in_clerks_words(fault: Mapping[str, object], status: int, code: str) -> None:
    bench = ClerkBench()
    bench.get("/users")
    bench.pass_time(1)
    bench.simulator.schedule([rule_from_json({"id": "f", "vendor": "clerk", **fault})])
    assert refusal(bench.ask("POST", "/users", {})) == (status, code)
    assert bench.effects() == []


def test_the_edge_answers_in_html() -> None:
    bench = ClerkBench()
    bench.simulator.schedule([rule_from_json({"id": "f", "vendor": "clerk", "respond": {"status": 502}})])
    answer = bench.ask("GET", "/users")
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html")
    assert answer.headers["cf-ray"]


def test_an_object_that_another_call_holds_is_locked() -> None:
    call = Call("PATCH", "/v1/users/user_x", "", {}, b"", 0.0, request_id="abc")
    reply = VENDOR.errors.throttled(call, None, "lock")
    assert (reply.status, json.loads(reply.body)["errors"][0]["code"]) == (409, "resource_locked")


@pytest.mark.parametrize(("wait_s", "told"), [(None, "1"), (0.2, "1"), (1.0, "1"), (1.01, "2"), (35.5, "36")])
def test_retry_after_is_whole_seconds_and_never_early(wait_s: float | None, told: str) -> None:
    call = Call("GET", "/v1/users", "", {}, b"", 0.0, request_id="abc")
    assert VENDOR.errors.throttled(call, wait_s, "rate").headers["Retry-After"] == told


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_every_error_by_its_name(name: str) -> None:
    call = Call("POST", "/v1/users", "", {}, b"", 0.0, request_id="abc")
    error = VENDOR.named_errors[name]
    reply = error.reply(call)
    (said,) = json.loads(reply.body)["errors"]
    assert (reply.status, said["code"]) == (error.status, name)
    assert said["message"]
    assert "{" not in said["long_message"]
