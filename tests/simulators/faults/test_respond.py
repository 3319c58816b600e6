"""Respond: an error instead of the work."""

from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_the_vendors_own_error_comes_with_its_headers_and_without_an_effect(status: int) -> None:
    till = Driver({"respond": {"status": status}})
    answer = till.send()
    assert (answer.status, body_of(answer)) == (status, {"error": "server_error"})
    assert "till-request" in answer.headers
    assert till.effects() == []


def test_an_edge_answers_in_html_with_none_of_the_vendors_headers() -> None:
    answer = Driver({"respond": {"status": 502, "body": "html"}}).send()
    assert b"<title>502 Bad Gateway</title>" in answer.body
    assert answer.headers["content-type"].startswith("text/html")
    assert "till-request" not in answer.headers


def test_an_edge_answers_in_bare_json_with_any_error_status() -> None:
    answer = Driver({"respond": {"status": 418, "body": "json"}}).send()
    assert (answer.status, body_of(answer)) == (418, {"message": "I'm a Teapot"})
    assert body_of(Driver({"respond": {"status": 599, "body": "json"}}).send()) == {"message": "Error"}


@pytest.mark.parametrize(
    ("form", "header"), [("seconds", "3"), ("date", "Tue, 14 Nov 2023 22:15:03 GMT")], ids=["seconds", "date"]
)
def test_retry_after_is_rounded_up_in_either_form_and_booked(form: str, header: str) -> None:
    till = Driver({"respond": {"retry_after_s": 2.2, "retry_after_form": form}})
    assert till.send().headers["retry-after"] == header
    assert till.requests()[0]["retry_after_s"] == 3.0


def test_the_first_answer_wins_and_the_other_rule_has_not_struck() -> None:
    till = Driver({"respond": {"status": 502}}, {"respond": {"status": 503}}, {"hang": {}}, {"drop_before_effect": {}})
    assert till.send().status == 502
    assert [till.struck(f"r{n}") for n in range(4)] == [1, 0, 0, 0]
    assert till.requests()[0]["faults"] == ["r0"]


@pytest.mark.parametrize(
    ("respond", "why"),
    [
        ({"status": 400}, "500, 502, 503, 504"),
        ({"status": 200, "body": "json"}, "300 to 599"),
        ({"retry_after_s": -1}, "retry_after_s"),
        ({"body": "xml"}, "one of vendor, html, json"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(respond: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "respond": respond})
