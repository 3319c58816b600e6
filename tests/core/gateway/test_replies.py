"""One shape for every error, and nothing in it that must not leave."""

import orjson

from brownout_core.errors import BreakerOpen, ConnectionLost, IdempotencyConflict
from brownout_core.flows.outcome import done, ended
from brownout_core.gateway.replies import Replies, letter_json
from brownout_core.redaction import Redactor
from tests.core.fakes import WALL_S
from tests.core.stores.test_sqlite import letter

REPLIES = Replies(lambda: WALL_S, Redactor(["hunter2-secret"]))


def body_of(response: object) -> dict[str, object]:
    data: dict[str, object] = orjson.loads(response.body)  # type: ignore[attr-defined]
    return data


def test_an_error_has_code_message_details_request_id_severity_and_timestamp() -> None:
    response = REPLIES.error(400, "bad", "with hunter2-secret", "req-1", details=({"field": "amount"},))
    assert body_of(response) == {
        "code": "bad",
        "message": "with [hidden]",
        "details": [{"field": "amount"}],
        "request_id": "req-1",
        "severity": "warning",
        "timestamp": "2025-06-15T15:06:40.000+00:00",
    }
    assert body_of(REPLIES.error(500, "bad", "x", "req-1"))["severity"] == "error"


def test_a_refusal_says_that_nothing_was_done_and_when_to_ask_again() -> None:
    response = REPLIES.outcome(ended("op-1", BreakerOpen("open", retry_after_s=2.1)), "req-1")
    assert (response.status, response.headers["Retry-After"]) == (503, "3")
    assert body_of(response)["status"] == "refused"
    assert REPLIES.outcome(ended("op-1", BreakerOpen("open")), "req-1").headers["Retry-After"] == "1"
    busy = REPLIES.outcome(ended("op-1", IdempotencyConflict("busy", may_have_effect=True)), "req-1")
    assert (busy.status, busy.headers["Retry-After"]) == (409, "1")


def test_an_unknown_outcome_says_so() -> None:
    response = REPLIES.outcome(ended("op-1", ConnectionLost("s", "c", "lost")), "req-1")
    assert (response.status, body_of(response)["status"]) == (504, "unknown")
    assert "Retry-After" not in response.headers


def test_a_good_end_is_its_body() -> None:
    response = REPLIES.outcome(done("op-1", {"order": "ord_1"}, 201), "req-1")
    assert (response.status, body_of(response)["order"]) == (201, "ord_1")


def test_a_letter_is_shown_with_its_payload_as_json() -> None:
    shown = letter_json(letter())
    assert shown["payload"] == {"amount": 1}
    assert shown["operation_id"] == "op-1"
    assert not {"lease_owner", "lease_until"} & set(shown)
