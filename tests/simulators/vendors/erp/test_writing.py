"""Writes: what may be said of an entity, by whom; minimal answers; lines and what they add up to."""

from typing import Any

import pytest

from tests.simulators.vendors.erp.bench import ErpBench

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("salesOrders", {"colour": "red"}, 400, "BadRequest"),
        ("salesOrders", {}, 400, "BadRequest_RequiredParamNotProvided"),
        ("salesOrders", {"customerNumber": "99"}, 404, "Internal_RecordNotFound"),
        ("salesOrders", {"customerId": NOBODY}, 404, "Internal_RecordNotFound"),
        ("salesOrders", {"customerNumber": 10000}, 400, "BadRequest"),
        ("salesOrders", {"customerNumber": "10000", "orderDate": "today"}, 400, "BadRequest"),
        ("salesOrders", {"customerNumber": "10000", "status": "Open"}, 400, "Application_FieldValidationException"),
        ("salesOrders", {"customerNumber": "10000", "externalDocumentNumber": "x" * 36}, 400,
         "Application_StringExceededLength"),
        ("salesOrders", {"customerNumber": "10000", "salesOrderLines": {}}, 400, "BadRequest"),
        ("salesOrders", {"customerNumber": "10000", "salesOrderLines": [{"quantity": 0}]}, 400,
         "Application_FieldValidationException"),
        ("salesOrders", {"customerNumber": "10000", "customer@odata.bind": "x"}, 400, "BadRequest_InvalidOperation"),
        ("workOrders", {"customerNumber": "10000", "plannedStart": "2026-11-20"}, 400, "BadRequest"),
        ("workOrders", {"customerNumber": "10000", "salesOrderId": NOBODY}, 404, "Internal_RecordNotFound"),
        ("customers", {"displayName": "x", "blocked": "maybe"}, 400, "Application_FieldValidationException"),
        ("customers", {"displayName": ""}, 400, "BadRequest_RequiredParamNotProvided"),
        ("inventoryReservations", {"itemNumber": "VLV-34"}, 400, "BadRequest_RequiredParamNotProvided"),
        ("inventoryReservations", {"itemNumber": "VLV-34", "quantity": "2"}, 400, "BadRequest"),
        ("inventoryReservations", {"itemNumber": "VLV-34", "quantity": 1, "workOrderId": NOBODY}, 404,
         "Internal_RecordNotFound"),
        ("salesOrderLines", {"documentId": NOBODY, "quantity": 1}, 404, "Internal_RecordNotFound"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused_and_leaves_nothing(name: str, body: Any, status: int, code: str) -> None:
    bench = ErpBench()
    refused = bench.post(name, body)
    assert (refused.status, refused.json["error"]["code"]) == (status, code), refused.body
    assert bench.effects() == []


def test_what_a_client_inserts_with_its_type_and_nulls_is_as_if_it_had_left_it_out() -> None:
    bench = ErpBench()
    nulls = {
        "@odata.type": "Microsoft.NAV.salesOrder",
        "id": None,
        "status": None,
        "currencyCode": None,
        "number": None,
    }
    made = bench.post("salesOrders", {"customerNumber": "10000", **nulls})
    assert (made.status, made.json["currencyCode"], made.json["status"]) == (201, "USD", "Draft")
    assert made.headers["location"].endswith(f"salesOrders({made.json['id']})")


def test_a_minimal_answer_has_no_body_and_says_where_the_entity_is() -> None:
    made = ErpBench().post("salesOrders", {"customerNumber": "10000"}, prefer="return=minimal")
    assert (made.status, made.body, made.headers["preference-applied"]) == (204, b"", "return=minimal")
    assert made.headers["odata-entityid"] == made.headers["location"]


def test_lines_come_and_go_and_their_document_adds_up() -> None:
    bench = ErpBench()
    order = bench.order()
    target = f"salesOrders({order['id']})"
    line = bench.post(f"{target}/salesOrderLines", {"itemNumber": "VLV-34", "quantity": 2}).json
    other = bench.post("salesOrderLines", {"documentId": order["id"], "quantity": 1, "unitPrice": 0.5}).json
    assert (line["sequence"], other["sequence"]) == (20_000, 30_000)
    assert bench.get(target).json["totalAmountIncludingTax"] == 64.38
    place = f"salesOrderLines({line['id']})"
    changed = bench.write("PATCH", place, {"quantity": 1}, if_match=line["@odata.etag"])
    assert changed.json["amountIncludingTax"] == 12.95
    assert bench.write("DELETE", place, if_match=changed.json["@odata.etag"]).status == 204
    assert bench.get(target).json["totalAmountIncludingTax"] == 38.48
    assert bench.get(target).json["@odata.etag"] != order["@odata.etag"], "a line's change is its document's"


def test_a_deep_patch_and_what_is_fixed_are_refused() -> None:
    bench = ErpBench()
    order = bench.order()
    target = f"salesOrders({order['id']})"
    for change, code in (({"salesOrderLines": []}, "BadRequest_InvalidOperation"),
                         ({"number": "SO-1"}, "Application_FieldValidationException"),
                         ({"totalAmountIncludingTax": 1}, "Application_FieldValidationException")):  # fmt: skip
        refused = bench.write("PATCH", target, change, if_match="*")
        assert (refused.status, refused.json["error"]["code"]) == (400, code)


def test_a_patch_that_changes_nothing_keeps_the_etag() -> None:
    bench = ErpBench()
    order = bench.order()
    etag = order["@odata.etag"]
    again = bench.write("PATCH", f"salesOrders({order['id']})", {"currencyCode": "USD"}, if_match=etag)
    assert again.headers["etag"] == etag


def test_a_blocked_customer_gets_no_order() -> None:
    bench = ErpBench()
    made = bench.post("customers", {"displayName": "Bad", "blocked": "All"}).json
    refused = bench.post("salesOrders", {"customerId": made["id"]})
    assert refused.json["error"]["code"] == "Application_DialogException"
    bench.write("PATCH", f"customers({made['id']})", {"blocked": "_x0020_"}, if_match="*")
    assert bench.post("salesOrders", {"customerId": made["id"]}).status == 201


def test_what_is_used_or_released_cannot_be_deleted() -> None:
    bench = ErpBench()
    order = bench.order()
    customer = f"customers({order['customerId']})"
    assert bench.write("DELETE", customer, if_match="*").status == 400
    bench.act(f"salesOrders({order['id']})/Microsoft.NAV.release")
    assert bench.write("DELETE", f"salesOrders({order['id']})", if_match="*").status == 400
    draft = bench.order("K-2")
    assert bench.write("DELETE", f"salesOrders({draft['id']})", if_match="*").status == 204
    kinds = [row["route"] for row in bench.effects()]
    assert kinds == ["erp.sales_order", "erp.sales_order", "erp.sales_order_cancellation"]


def test_the_books_know_the_callers_key_and_what_was_asked() -> None:
    import json

    from brownout_simulators.vendors.erp import VENDOR

    bench = ErpBench()
    bench.simulator.schedule([], fields=VENDOR.effects)
    made = bench.order("K-7")
    (row,) = bench.effects()
    assert (row["id"], row["amount"], row["operation_id"]) == (made["id"], 3798, "K-7")
    assert json.loads(row["references"]) == {"externalDocumentNumber": "K-7"}
    fields = json.loads(row["fields"])
    assert (fields["customer"], fields["lines"]) == ("10000", [{"item": "FLT-20x25", "quantity": 2}])
