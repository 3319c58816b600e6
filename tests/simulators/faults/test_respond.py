"""Respond: an error instead of the work."""

import json
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.vendor import NamedError
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL, error


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


def test_a_200_in_html_has_no_effect_and_nothing_of_the_vendor() -> None:
    till = Driver({"respond": {"status": 200, "body": "html", "content": "<h1>Back soon</h1>"}})
    answer = till.send(key="k")
    assert (answer.status, answer.body) == (200, b"<h1>Back soon</h1>")
    assert answer.headers["content-type"].startswith("text/html")
    assert "till-request" not in answer.headers
    assert till.effects() == []
    till.simulator.plan.remove()
    assert "replayed" not in till.send(key="k").headers


def test_headers_are_written_word_for_word_in_place_of_the_vendors_own() -> None:
    till = Driver(
        {"respond": {"headers": {"Till-Request": "other", "content-type": "text/plain", "retry-after": "soon"}}}
    )
    headers = {name.lower(): value for name, value in till.send().headers.items()}
    assert (headers["till-request"], headers["content-type"], headers["retry-after"]) == ("other", "text/plain", "soon")


BROKE = NamedError(402, "No money", lambda _call: error(402, "broke"))
NUMBER = NamedError(400, "No sense", lambda _call: error(400, "42"))
SELLER = replace(TILL, named_errors={"broke": BROKE, "42": NUMBER})


@pytest.mark.parametrize(("name", "status"), [("broke", 402), ("42", 400), (42, 400)])
def test_a_vendors_own_error_is_found_by_its_name(name: str | int, status: int) -> None:
    till = Driver({"respond": {"error": name, "retry_after_s": 2}}, vendor=SELLER)
    answer = till.send()
    assert (answer.status, answer.headers["retry-after"]) == (status, "2")
    assert "till-request" in answer.headers
    assert till.effects() == []


def test_an_error_that_can_be_provoked_is_the_vendors_own_doing_and_is_remembered_as_such() -> None:
    provoked = replace(BROKE, status=400, provoked=lambda _call: {"amount": "none"})
    till = Driver(
        {"respond": {"error": "broke"}, "sequence": "F"}, vendor=replace(TILL, named_errors={"broke": provoked})
    )
    assert body_of(till.send(key="k")) == {"error": "amount_missing"}
    assert till.requests()[0]["faults"] == ["r0"]
    assert till.send(key="k").status == 200


def test_an_error_that_the_vendor_does_not_have_is_refused_with_the_nearest_by_whoever_takes_the_rule() -> None:
    rule = {"id": "r", "vendor": "till", "respond": {"error": "brok"}}
    till = Driver(vendor=SELLER)
    with pytest.raises(FaultError, match=r"rule r: respond\.error: till has no error named brok; did you mean broke\?"):
        till.schedule(rule)
    for path, body in (("faults", rule), ("schedule", {"rules": [rule]})):
        status, said = control(till.simulator, "POST", f"{PREFIX}/{path}", "", json.dumps(body).encode())
        assert status == 400
        assert b"did you mean broke?" in said
    assert till.simulator.plan.is_empty


@pytest.mark.parametrize(
    ("respond", "why"),
    [
        ({"status": 400}, "500, 502, 503, 504"),
        ({"status": 204, "body": "json"}, "200 to 599"),
        ({"status": 199, "body": "html"}, "200 to 599"),
        ({"error": "broke", "status": 402}, "leave status"),
        ({"content": "x"}, "from an edge"),
        ({"content": "x" * 65_537, "body": "html"}, "at most 65536 bytes"),
        ({"headers": {"content-length": "1"}}, "written by the simulator"),
        ({"headers": {"x": 1}}, "texts by name"),
        ({"headers": []}, "an object is needed"),
        ({"retry_after_s": -1}, "retry_after_s"),
        ({"body": "xml"}, "one of vendor, html, json"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(respond: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "respond": respond})
