"""The error table and what the engine says through it."""

import json

import pytest

from brownout_simulators.call import Call
from brownout_simulators.vendors.twilio.errors import CODES, TwilioErrors, error

CALL = Call("GET", "/2010-04-01/nowhere", "", {}, b"", 0.0)
ERRORS = TwilioErrors()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_carries_its_code_in_body_and_header(code: int) -> None:
    reply = error(code, "x")
    body = json.loads(reply.body)
    assert body["code"] == code
    assert body["status"] == reply.status == CODES[code][0]
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert "{}" not in body["message"]
    assert reply.headers["X-Twilio-Error-Code"] == str(code)
    assert not reply.executed


def test_an_unknown_path_is_named_in_the_message() -> None:
    reply = ERRORS.unknown_route(CALL)
    assert reply.status == 404
    assert json.loads(reply.body)["message"] == "The requested resource /2010-04-01/nowhere was not found"


def test_a_wrong_credential_is_challenged() -> None:
    for reply in (ERRORS.unauthenticated(CALL), ERRORS.token_expired(CALL)):
        assert reply.status == 401
        assert json.loads(reply.body)["code"] == 20003
        assert reply.headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'


@pytest.mark.parametrize(("wait_s", "header"), [(None, None), (0.2, "1"), (1.0, "1"), (1.01, "2")])
def test_retry_after_is_rounded_up_and_absent_unless_asked_for(wait_s: float | None, header: str | None) -> None:
    reply = ERRORS.throttled(CALL, wait_s, "concurrency")
    assert reply.status == 429
    assert json.loads(reply.body)["code"] == 20429
    assert reply.headers.get("retry-after") == header


def test_the_daily_quota_has_its_own_code() -> None:
    assert json.loads(ERRORS.quota_exhausted(CALL).body)["code"] == 63038


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "json"), (502, "html"), (503, "json"), (504, "html"), (599, "json")]
)
def test_the_service_fails_in_json_and_the_edge_in_html(status: int, kind: str) -> None:
    reply = ERRORS.server_error(CALL, status)
    assert reply.status == status
    assert kind in reply.headers["Content-Type"]


def test_a_body_that_is_no_form_is_a_bad_request() -> None:
    assert ERRORS.malformed(CALL, "why").status == 400
