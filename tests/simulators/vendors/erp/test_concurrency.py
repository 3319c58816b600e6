"""ETags, locks and numbers that are taken: what two at once are told, and what stands afterwards."""

import pytest

from tests.simulators.vendors.erp.bench import ErpBench


def test_a_change_without_if_match_is_428_and_changes_nothing() -> None:
    bench = ErpBench()
    order = bench.order()
    refused = bench.write("PATCH", f"salesOrders({order['id']})", {"currencyCode": "EUR"})
    assert (refused.status, refused.json["error"]["code"]) == (428, "BadRequest_InvalidToken")
    assert bench.get(f"salesOrders({order['id']})").json["currencyCode"] == "USD"
    refused = bench.post(f"salesOrders({order['id']})/Microsoft.NAV.release")
    assert refused.status == 428


def test_a_missing_if_match_is_400_where_that_is_set_up() -> None:
    bench = ErpBench(missing_if_match=400)
    order = bench.order()
    refused = bench.write("DELETE", f"salesOrders({order['id']})")
    assert (refused.status, refused.json["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize("status", [412, 409])
def test_a_stale_etag_is_refused_and_shown_the_one_that_holds(status: int) -> None:
    bench = ErpBench(etag_stale=status)
    order = bench.order()
    target = f"salesOrders({order['id']})"
    changed = bench.write("PATCH", target, {"currencyCode": "EUR"}, if_match=order["@odata.etag"])
    assert changed.status == 200
    stale = bench.write("PATCH", target, {"currencyCode": "CHF"}, if_match=order["@odata.etag"])
    assert (stale.status, stale.json["error"]["code"]) == (status, "Request_EntityChanged")
    assert stale.headers["etag"] == changed.headers["etag"] == bench.get(target).headers["etag"]
    assert bench.get(target).json["currencyCode"] == "EUR"


def test_no_update_is_lost_by_those_who_read_again() -> None:
    bench = ErpBench()
    order = bench.order()
    target = f"salesOrders({order['id']})"
    line = order["salesOrderLines"][0]
    for _ in range(5):
        stale = line["@odata.etag"]
        for etag in (stale, 'W/"nonsense"'):
            read = bench.get(f"salesOrderLines({line['id']})").json
            bench.write("PATCH", f"salesOrderLines({line['id']})", {"quantity": read["quantity"] + 1}, if_match=etag)
        line = bench.get(f"salesOrderLines({line['id']})").json
    assert line["quantity"] == 7
    assert bench.get(target).json["totalAmountIncludingTax"] == round(7 * 18.99, 2)


def test_a_star_matches_anything() -> None:
    bench = ErpBench()
    order = bench.order()
    assert bench.write("PATCH", f"salesOrders({order['id']})", {"currencyCode": "EUR"}, if_match="*").status == 200


def test_a_storm_changes_every_etag_by_itself() -> None:
    bench = ErpBench(etag_storm_s=0.05)
    order = bench.order()
    target = f"salesOrders({order['id']})"
    etag = bench.get(target).headers["etag"]
    assert bench.write("PATCH", target, {"currencyCode": "EUR"}, if_match=etag).status == 200
    etag = bench.get(target).headers["etag"]
    bench.pass_time(0.06)
    assert bench.write("PATCH", target, {"currencyCode": "CHF"}, if_match=etag).status == 412


def _being_posted(posting_s: float) -> tuple[ErpBench, str]:
    bench = ErpBench(posting_s=posting_s)
    order = bench.order()
    target = f"salesOrders({order['id']})"
    bench.act(f"{target}/Microsoft.NAV.release")
    before_s = bench.now_s
    bench.act(f"{target}/Microsoft.NAV.shipAndInvoice")
    bench.now_s = before_s  # as another session sees it, meanwhile
    return bench, target


def test_a_document_that_is_posted_is_locked_and_who_waits_too_long_is_told_by_whom() -> None:
    bench, target = _being_posted(2.0)
    before_s = bench.now_s
    refused = bench.write("PATCH", target, {"currencyCode": "EUR"}, if_match="*")
    error = refused.json["error"]
    assert (refused.status, error["code"]) == (409, "Application_LockTimeout")
    assert error["details"][0]["code"] == "lockedBy"
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    assert bench.now_s - before_s == pytest.approx(10 / 60)


def test_who_waits_for_less_gets_the_document() -> None:
    bench, target = _being_posted(0.02)
    assert bench.act(f"{target}/Microsoft.NAV.cancel").json["error"]["code"] == "Application_DialogException"


def test_a_number_is_one_entitys() -> None:
    bench = ErpBench()
    refused = bench.post("customers", {"number": "10000", "displayName": "Again"})
    assert (refused.status, refused.json["error"]["code"]) == (400, "Internal_EntityWithSameKeyExists")


def test_an_external_number_is_anybodys_unless_that_is_set_up() -> None:
    bench = ErpBench()
    assert bench.order()["number"] != bench.order()["number"]
    strict = ErpBench(unique_external_doc=True, same_key=409)
    first = strict.order()
    refused = strict.post("salesOrders", {"customerNumber": "10000", "externalDocumentNumber": "K-1"})
    assert (refused.status, refused.json["error"]["code"]) == (409, "Internal_EntityWithSameKeyExists")
    assert first["id"] in refused.json["error"]["target"]
    assert len(strict.effects()) == 1


def test_a_vendors_invoice_number_is_unique_for_that_vendor() -> None:
    bench = ErpBench()
    body = {"vendorNumber": "V10000", "vendorInvoiceNumber": "A-1"}
    assert bench.post("purchaseInvoices", body).status == 201
    assert bench.post("purchaseInvoices", body).status == 400
    assert bench.post("purchaseInvoices", {**body, "vendorNumber": "V20000"}).status == 201
