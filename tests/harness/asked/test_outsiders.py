"""Requests to a vendor directly: authorized, marked, and filled in with what was looked up first."""

import base64
from typing import Any
from urllib.parse import parse_qs

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.outsiders import FOUND, OutsidersOperation, found_in, with_found
from brownout_reports.rows import Outcome
from brownout_scenarios.workload import Find, Operation, Statuses
from brownout_simulators.vendors import load_vendor

ARRIVAL = Arrival("refund-office-000001-abc", "refund", 1.0, {"amount": 500, "phone": "+12025550100"}, "office")


def operation(vendor: str = "stripe", **more: Any) -> OutsidersOperation:
    spec = {"name": "refund", "path": "/v1/refunds", **more}
    key = {"stripe": "sk_test_it", "twilio": "AC1:secret"}[vendor]
    holder = load_vendor(vendor).key_holder
    assert holder is not None
    return OutsidersOperation(Operation(**spec), holder(key))


def test_it_is_authorized_by_the_targets_own_key_and_marked_with_its_id() -> None:
    request = operation(form={"charge": "ch_1", "amount": "{{amount}}"}).request(ARRIVAL)
    assert request.headers["Authorization"] == "Bearer sk_test_it"
    assert request.headers["brownout-outsider"] == "refund-office-000001-abc"
    assert "X-Correlation-ID" not in request.headers
    assert (request.method, request.path, request.find) == ("POST", "/v1/refunds", ())
    assert parse_qs(request.body.decode()) == {"charge": ["ch_1"], "amount": ["500"]}


def test_at_twilio_the_account_is_in_the_path_and_the_key_a_pair() -> None:
    request = operation("twilio", path="/Accounts/{{account}}/Messages.json", form={"To": "{{phone}}"}).request(ARRIVAL)
    assert request.path == "/Accounts/AC1/Messages.json"
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"AC1:secret"


def test_what_is_looked_up_stands_in_path_and_body_in_every_form() -> None:
    find = Find(get="/v1/charges?limit=1", at="body.data.0.id")
    bodies: tuple[dict[str, Any], ...] = ({"form": {"charge": "{{found}}"}}, {"body": {"charge": "{{found}}"}})
    for body in bodies:
        request = operation(find=find, path="/v1/charges/{{found}}/refunds", **body).request(ARRIVAL)
        assert request.find == ("/v1/charges?limit=1", "body.data.0.id")
        assert FOUND.encode() in request.body
        assert with_found(request.path, "ch_7") == "/v1/charges/ch_7/refunds"
        assert b"ch_7" in with_found(request.body, "ch_7")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"data": [{"id": "ch_1"}]}', "ch_1"),
        (b'{"data": [{"id": 17}]}', "17"),
        (b'{"data": []}', ""),
        (b'{"data": [{"id": "a/../b"}]}', ""),
        (b'{"data": [{"id": null}]}', ""),
        (b"<html>", ""),
        (b"", ""),
    ],
)
def test_only_an_id_is_found(body: bytes, found: str) -> None:
    assert found_in(body, "body.data.0.id") == found


def test_its_answer_is_read_by_the_scenarios_sets_of_statuses() -> None:
    assert operation(done=Statuses(((200, 200),))).read(200, b"{}").outcome is Outcome.DONE
    assert operation().read(404, b"{}").outcome is Outcome.REFUSED
