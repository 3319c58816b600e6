"""The other systems' ways of saying no: each with a status that lies, and a body that tells."""

import json

import pytest

from tests.simulators.vendors.erp.bench import ErpBench


def _stale(bench: ErpBench):  # type: ignore[no-untyped-def]
    order = bench.order()
    return bench.write("PATCH", f"salesOrders({order['id']})", {"currencyCode": "EUR"}, if_match='W/"old"')


def test_odoos_errors_are_200_with_a_body_that_says_error() -> None:
    bench = ErpBench(quirk="odoo")
    refused = bench.post("salesOrders", {"colour": "red"})
    error = refused.json["error"]
    assert (refused.status, error["code"], error["data"]["name"]) == (200, 200, "odoo.exceptions.ValidationError")
    assert _stale(bench).json["error"]["data"]["name"] == "psycopg2.errors.SerializationFailure"
    assert bench.get("salesOrders(x)").json["error"]["data"]["name"] == "odoo.exceptions.MissingError"
    assert bench.post("customers", {"number": "10000", "displayName": "x"}).json["error"]["data"]["name"] == (
        "psycopg2.errors.UniqueViolation"
    )
    assert len(bench.effects()) == 1, "the one order that was good"


def test_netsuites_conflicts_are_400() -> None:
    bench = ErpBench(quirk="netsuite")
    refused = _stale(bench)
    assert (refused.status, refused.json["title"]) == (400, "Conflict")
    assert refused.json["o:errorDetails"][0]["o:errorCode"] == "RCRD_HAS_BEEN_CHANGED"
    plain = bench.post("salesOrders", {"colour": "red"})
    assert (plain.status, plain.json["title"]) == (400, "Invalid Request")


def test_frappes_validation_is_417() -> None:
    bench = ErpBench(quirk="frappe")
    refused = bench.post("salesOrders", {"colour": "red"})
    assert (refused.status, refused.json["exc_type"]) == (417, "ValidationError")
    assert json.loads(json.loads(refused.json["_server_messages"])[0])["message"]
    taken = bench.post("customers", {"number": "10000", "displayName": "x"})
    assert (taken.status, taken.json["exc_type"]) == (409, "DuplicateEntryError")
    assert bench.get("salesOrders(x)").status == 404


@pytest.mark.parametrize("quirk", ["odoo", "netsuite", "frappe"])
def test_what_is_good_is_the_same_and_a_token_is_refused_as_ever(quirk: str) -> None:
    bench = ErpBench(quirk=quirk)
    assert bench.order()["status"] == "Draft"
    assert bench.log_in(client_secret="wrong").json["error"] == "invalid_client"
    bench.authorization = "Bearer x"
    assert bench.get("items").status == 401
