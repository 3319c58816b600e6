"""Stripe's way of saying no."""

import json

import pytest

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe.errors import StripeErrors, masked

ERRORS = StripeErrors()


def call(authorization: str = "") -> Call:
    headers = {"authorization": authorization} if authorization else {}
    return Call("POST", "/v1/nowhere", "", headers, b"", 0.0, "abc123")


def test_an_unknown_route_is_404_with_method_and_path_and_no_code() -> None:
    reply = ERRORS.unknown_route(call())
    error = json.loads(reply.body)["error"]
    assert reply.status == 404
    assert error["message"].startswith("Unrecognized request URL (POST: /v1/nowhere)")
    assert error["type"] == "invalid_request_error"
    assert "code" not in error
    assert error["request_log_url"].endswith("/req_abc123?t=0")
    assert not reply.executed


def test_no_key_and_a_wrong_key_are_told_apart_and_the_key_is_masked() -> None:
    assert b"You did not provide an API key" in ERRORS.unauthenticated(call()).body
    reply = ERRORS.unauthenticated(call("Bearer sk_test_abcdefghijklmnop"))
    message = json.loads(reply.body)["error"]["message"]
    assert message == "Invalid API Key provided: sk_test_************mnop"
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Stripe"'


@pytest.mark.parametrize(
    ("key", "shown"),
    [("sk_test_abcdefghijklmnop", "sk_test_************mnop"), ("short", "*****"), ("x" * 20, "*" * 16 + "xxxx")],
)
def test_a_key_is_never_printed_whole(key: str, shown: str) -> None:
    assert masked(key) == shown


def test_an_expired_key_says_so() -> None:
    reply = ERRORS.token_expired(call("Bearer sk_test_abcdefghijklmnop"))
    assert reply.status == 401
    assert json.loads(reply.body)["error"]["code"] == "api_key_expired"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("endpoint-rate", "endpoint-rate"),
        ("global-concurrency", "global-concurrency"),
        ("resource-specific", "resource-specific"),
        ("search-rate", "endpoint-rate"),
        ("rate", "global-rate"),
        ("", "global-rate"),
    ],
)
def test_a_rate_limit_names_its_reason_and_sends_no_retry_after(asked: str, shown: str) -> None:
    reply = ERRORS.throttled(call(), 2.0, asked)
    assert reply.status == 429
    assert reply.headers["Stripe-Rate-Limited-Reason"] == shown
    assert {"Retry-After", "Stripe-Should-Retry"}.isdisjoint(reply.headers)
    assert json.loads(reply.body)["error"]["code"] == "rate_limit"


@pytest.mark.parametrize("reason", ["lock", "lock_timeout"])
def test_a_lock_timeout_asks_to_be_retried_and_names_no_reason(reason: str) -> None:
    reply = ERRORS.throttled(call(), None, reason)
    assert (reply.status, reply.headers["Stripe-Should-Retry"]) == (429, "true")
    assert "Stripe-Rate-Limited-Reason" not in reply.headers
    assert json.loads(reply.body)["error"]["code"] == "lock_timeout"


@pytest.mark.parametrize("status", [500, 503])
def test_stripes_own_server_errors_are_error_objects(status: int) -> None:
    reply = ERRORS.server_error(call(), status)
    assert reply.status == status
    assert json.loads(reply.body)["error"]["type"] == "api_error"


@pytest.mark.parametrize("status", [502, 504])
def test_the_edges_server_errors_are_html(status: int) -> None:
    reply = ERRORS.server_error(call(), status)
    assert reply.headers["Content-Type"] == "text/html"
    assert str(status).encode() in reply.body


def test_a_quota_is_a_resource_specific_limit() -> None:
    assert ERRORS.quota_exhausted(call()).headers["Stripe-Rate-Limited-Reason"] == "resource-specific"


def test_what_cannot_be_read_is_400() -> None:
    assert ERRORS.malformed(call(), "why").status == 400
