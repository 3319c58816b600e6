"""One shape for every error, and nothing in it that must not leave."""

from typing import Any

import orjson

from brownout_core.errors import BreakerOpen, ConnectionLost, IdempotencyConflict
from brownout_core.flows.ending import done, ended
from brownout_core.front_door.answers import Answer, Answers, Refusal
from brownout_core.redaction import Redactor
from tests.core.fakes import WALL_S

ANSWERS = Answers(lambda: WALL_S, Redactor(["hunter2-secret"]))


def body_of(answer: Answer) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(answer.body)
    return data


def test_an_error_has_code_message_details_request_id_severity_and_timestamp() -> None:
    answer = ANSWERS.error("req-1", 400, "bad", "with hunter2-secret", details=({"field": "amount"},))
    assert body_of(answer) == {
        "code": "bad",
        "message": "with [hidden]",
        "details": [{"field": "amount"}],
        "request_id": "req-1",
        "severity": "warning",
        "timestamp": "2025-06-15T15:06:40.000+00:00",
    }
    assert answer.headers == {"Content-Type": "application/json", "X-Request-Id": "req-1"}
    assert body_of(ANSWERS.error("req-1", 500, "bad", "x"))["severity"] == "error"


def test_a_refusal_of_the_request_says_what_would_do() -> None:
    answer = ANSWERS.refusal("req-1", Refusal(405, "method_not_allowed", "Method Not Allowed", allow="GET,HEAD"))
    assert (answer.status, answer.headers["Allow"], body_of(answer)["code"]) == (405, "GET,HEAD", "method_not_allowed")


def test_a_refusal_says_that_nothing_was_done_and_when_to_ask_again() -> None:
    answer = ANSWERS.ending("req-1", ended("op-1", BreakerOpen("open", retry_after_s=2.1), may_have_effect=False))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "3")
    assert (body_of(answer)["status"], answer.headers["X-Correlation-ID"]) == ("refused", "op-1")
    plain = ANSWERS.ending("req-1", ended("op-1", BreakerOpen("open"), may_have_effect=False))
    assert plain.headers["Retry-After"] == "1"
    conflict = IdempotencyConflict("busy", may_have_effect=True)
    busy = ANSWERS.ending("req-1", ended("op-1", conflict, may_have_effect=True))
    assert (busy.status, busy.headers["Retry-After"]) == (409, "1")


def test_an_unknown_outcome_says_so() -> None:
    answer = ANSWERS.ending("req-1", ended("op-1", ConnectionLost("s", "c", "lost"), may_have_effect=True))
    assert (answer.status, body_of(answer)["status"]) == (504, "unknown")
    assert "Retry-After" not in answer.headers


def test_a_good_end_is_its_body() -> None:
    answer = ANSWERS.ending("req-1", done("op-1", {"order": "ord_1"}, 201))
    assert (answer.status, body_of(answer)["order"]) == (201, "ord_1")
