"""The way through: a token, the company, entities made, read, changed; methods that a set does not have."""

import pytest

from brownout_simulators.vendors.erp import VENDOR
from brownout_simulators.vendors.erp.actions import ROUTES
from tests.simulators.vendors.erp.bench import COMPANY, STANDARD, ErpBench


def test_a_company_begins_with_what_is_set_up() -> None:
    bench = ErpBench(items=[{"number": "PUMP", "displayName": "Pump", "inventory": 5}])
    (company,) = bench.send("GET", f"{STANDARD}/companies").json["value"]
    assert f"companies({company['id']})" == COMPANY
    (item,) = bench.get("items").json["value"]
    assert (item["number"], item["displayName"], item["inventory"]) == ("PUMP", "Pump", 5)
    assert len(bench.get("customers").json["value"]) == 3
    assert bench.send("GET", f"{STANDARD}/{COMPANY}").json["id"] == company["id"]
    sets = [each["name"] for each in bench.send("GET", f"{STANDARD}/{COMPANY}/").json["value"]]
    assert "salesOrders" in sets
    assert "workOrders" not in sets


def test_another_company_is_not_there() -> None:
    bench = ErpBench()
    other = "companies(00000000-0000-0000-0000-000000000000)"
    for path in (f"{STANDARD}/{other}", f"{STANDARD}/{other}/items"):
        assert bench.send("GET", path).status == 404


def test_what_a_set_does_not_allow_is_405() -> None:
    bench = ErpBench()
    for method, target in (("POST", "customerLedgerEntries"), ("PATCH", "customerLedgerEntries(x)"),
                           ("DELETE", "inventoryReservations(x)")):  # fmt: skip
        refused = bench.write(method, target, {})
        assert (refused.status, refused.json["error"]["code"]) == (405, "BadRequest_MethodNotAllowed")


def test_an_unknown_set_is_404_in_the_erps_words() -> None:
    refused = ErpBench().get("unicorns")
    assert (refused.status, refused.json["error"]["code"]) == (404, "BadRequest_NotFound")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_each_route_is_there_once(method: str) -> None:
    paths = [route.path for route in ROUTES if route.method == method]
    assert len(paths) == len(set(paths)) > 5


def test_an_order_from_its_insert_to_its_invoice() -> None:
    bench = ErpBench(posting_s=0)
    order = bench.order()
    assert (order["status"], order["totalAmountIncludingTax"], order["number"][:3]) == ("Draft", 37.98, "SO-")
    assert order["salesOrderLines"][0]["description"] == "Air filter 20 x 25"
    target = f"salesOrders({order['id']})"
    assert bench.act(f"{target}/Microsoft.NAV.release", order["@odata.etag"]).status == 204
    assert bench.act(f"{target}/Microsoft.NAV.shipAndInvoice").status == 204
    assert bench.get(target).json["status"] == "Invoiced"
    (invoice,) = bench.get("salesInvoices?$filter=externalDocumentNumber eq 'K-1'").json["value"]
    assert (invoice["status"], invoice["orderId"], invoice["totalAmountIncludingTax"]) == ("Open", order["id"], 37.98)
    (item,) = bench.get("items?$filter=number eq 'FLT-20x25'").json["value"]
    assert item["inventory"] == 999_998
    kinds = [row["route"] for row in bench.effects()]
    assert kinds == ["erp.sales_order", "erp.invoice", "erp.ledger_entry"]
    assert set(kinds) <= set(VENDOR.effects)
