"""Problems, and what comes from the edge."""

import json

import pytest

from brownout_simulators.call import Call
from brownout_simulators.vendors.sales.errors import PROBLEMS, SalesErrors, correlation_id, problem

CALL = Call("GET", "/api/v2/orders", "", {"x-correlation-id": "c-1"}, b"", 0.0, request_id="r1")
TOKEN_CALL = Call("POST", "/oauth2/token", "", {}, b"", 0.0, request_id="r2")
ERRORS = SalesErrors()


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_has_its_members(code: str) -> None:
    reply = problem(CALL, code)
    body = json.loads(reply.body)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == reply.status
    assert body["type"].endswith(code)
    assert (body["code"], body["instance"], body["correlationId"]) == (code, "/api/v2/orders", "c-1")
    assert isinstance(body["retryable"], bool)
    assert ("WWW-Authenticate" in reply.headers) is (reply.status == 401)


@pytest.mark.parametrize("given", ["", "x" * 129, "with space", "ümlaut", "tab\there"])
def test_a_correlation_id_that_is_none_is_replaced(given: str) -> None:
    call = Call("GET", "/", "", {"x-correlation-id": given}, b"", 0.0, request_id="r1")
    assert correlation_id(call) == "c-r1"


@pytest.mark.parametrize(("wait_s", "header"), [(None, "1"), (0.0, "1"), (0.1, "1"), (2.0, "2"), (2.01, "3")])
def test_retry_after_is_never_too_early(wait_s: float | None, header: str) -> None:
    reply = ERRORS.throttled(CALL, wait_s, "burst")
    assert reply.headers["retry-after"] == header
    assert json.loads(reply.body)["violated-policies"] == ["burst"]
    assert json.loads(reply.body)["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"


def test_the_quota_names_its_policy() -> None:
    assert json.loads(ERRORS.quota_exhausted(CALL).body)["violated-policies"] == ["monthly"]


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "problem"), (502, "html"), (503, "problem"), (504, "html"), (507, "problem")]
)
def test_the_service_answers_in_problems_and_the_edge_in_html(status: int, kind: str) -> None:
    reply = ERRORS.server_error(CALL, status)
    assert reply.status == status
    assert kind in reply.headers["Content-Type"]
    if kind == "problem":
        assert json.loads(reply.body)["status"] == status
    assert ("retry-after" in reply.headers) is (status == 503)


def test_the_token_endpoint_has_its_own_form_of_errors() -> None:
    assert json.loads(ERRORS.unauthenticated(TOKEN_CALL).body)["error"] == "invalid_client"
    assert json.loads(ERRORS.malformed(TOKEN_CALL, "why").body)["error"] == "invalid_request"
    assert json.loads(ERRORS.malformed(CALL, "why").body)["code"] == "malformed-json"
    assert json.loads(ERRORS.unauthenticated(CALL).body)["code"] == "token-invalid"
    assert json.loads(ERRORS.token_expired(CALL).body)["code"] == "token-expired"
    assert ERRORS.unknown_route(CALL).status == 404
