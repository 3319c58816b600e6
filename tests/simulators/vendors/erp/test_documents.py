"""Bound actions: the states that documents go through, what posting costs and leaves, and that it does so once."""

import pytest

from brownout_simulators.vendors.erp.documents import STEPS
from brownout_simulators.vendors.erp.states import TRANSITIONS, may_go
from tests.simulators.vendors.erp.bench import ErpBench


def _posted(bench: ErpBench, key: str = "K-1") -> str:
    order = bench.order(key)
    target = f"salesOrders({order['id']})"
    assert bench.act(f"{target}/Microsoft.NAV.release").status == 204
    assert bench.act(f"{target}/Microsoft.NAV.shipAndInvoice").status == 204
    (invoice,) = bench.get(f"salesInvoices?$filter=orderId eq {order['id']}").json["value"]
    return str(invoice["id"])


def test_every_step_is_one_of_the_table() -> None:
    for step in STEPS:
        states = TRANSITIONS[step.kind.set]
        assert any(may_go(step.kind.set, state, step.to) for state in states), step


def test_a_second_post_is_refused_and_a_read_says_why() -> None:
    bench = ErpBench(posting_s=0)
    line = {"itemNumber": "VLV-34", "quantity": 2}
    invoice = bench.post("salesInvoices", {"customerNumber": "20000", "salesInvoiceLines": [line]}).json
    target = f"salesInvoices({invoice['id']})"
    assert bench.act(f"{target}/Microsoft.NAV.post").status == 204
    again = bench.act(f"{target}/Microsoft.NAV.post")
    assert (again.status, again.json["error"]["code"]) == (400, "Application_DialogException")
    assert bench.get(target).json["status"] == "Open"
    assert [row["route"] for row in bench.effects()] == ["erp.invoice", "erp.ledger_entry"]


def test_the_balance_is_the_sum_of_the_ledger() -> None:
    bench = ErpBench(posting_s=0)
    paid, cancelled, _open = (_posted(bench, key) for key in ("A", "B", "C"))
    assert bench.act(f"salesInvoices({paid})/Microsoft.NAV.registerPayment").status == 204
    assert bench.act(f"salesInvoices({cancelled})/Microsoft.NAV.cancel").status == 204
    (customer,) = bench.get("customers?$filter=number eq '10000'").json["value"]
    entries = bench.get(f"customerLedgerEntries?$filter=customerId eq {customer['id']}").json["value"]
    assert [each["documentType"] for each in entries] == ["Invoice", "Invoice", "Invoice", "Payment", "Credit Memo"]
    assert customer["balance"] == pytest.approx(sum(each["amount"] for each in entries)) == pytest.approx(37.98)


def test_posting_takes_its_time_and_the_same_seed_the_same() -> None:
    took = []
    for seed in (1, 1, 2):
        bench = ErpBench(seed=seed)
        order = bench.order()
        bench.act(f"salesOrders({order['id']})/Microsoft.NAV.release")
        before_s = bench.now_s
        bench.act(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
        took.append(bench.now_s - before_s)
    assert took[0] == took[1] != took[2]
    assert all(0 < each <= 8.0 for each in took)


@pytest.mark.parametrize(("median_s", "is_there"), [(1_000.0, False), (0.0, True)])
def test_what_takes_longer_than_the_limit_is_given_up_as_long_as_it_is_not_committed(
    median_s: float, is_there: bool
) -> None:
    bench = ErpBench(posting_s=median_s)
    order = bench.order()
    target = f"salesOrders({order['id']})"
    bench.act(f"{target}/Microsoft.NAV.release")
    before_s = bench.now_s
    answer = bench.act(f"{target}/Microsoft.NAV.shipAndInvoice")
    assert (bench.get(target).json["status"] == "Invoiced") is is_there
    if not is_there:
        assert (answer.status, answer.json["error"]["code"]) == (408, "Internal_RequestTimeout")
        assert bench.now_s - before_s == pytest.approx(8.0)
        assert len(bench.effects()) == 1


def test_a_408_does_not_say_that_nothing_was_done() -> None:
    """Committed after nine tenths of its time: of some posts the answer comes too late, and the invoice is there."""
    both = set()
    for seed in range(24):
        bench = ErpBench(seed=seed, posting_s=8.0)
        order = bench.order()
        bench.act(f"salesOrders({order['id']})/Microsoft.NAV.release")
        answer = bench.act(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
        both.add((answer.status, len(bench.effects()) > 1))
    assert both == {(204, True), (408, False), (408, True)}


def test_an_order_goes_back_and_ends_only_from_where_it_may() -> None:
    bench = ErpBench()
    order = bench.order()
    target = f"salesOrders({order['id']})/Microsoft.NAV"
    assert bench.act(f"{target}.reopen").status == 204
    assert bench.act(f"{target}.release").status == 204
    assert bench.act(f"{target}.cancel").status == 400
    assert bench.act(f"{target}.reopen").status == 204
    assert bench.act(f"{target}.cancel").status == 204
    assert bench.act(f"{target}.release").status == 400
    assert [row["route"] for row in bench.effects()] == ["erp.sales_order", "erp.sales_order_cancellation"]


def test_nothing_is_released_that_has_no_lines_nor_shipped_that_is_not_there() -> None:
    bench = ErpBench(items=[{"number": "FLT-20x25", "displayName": "Filter", "inventory": 1}])
    empty = bench.post("salesOrders", {"customerNumber": "10000"}).json
    assert bench.act(f"salesOrders({empty['id']})/Microsoft.NAV.release").status == 400
    order = bench.order()
    bench.act(f"salesOrders({order['id']})/Microsoft.NAV.release")
    refused = bench.act(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
    assert refused.json["error"]["details"][0]["code"] == "insufficient-inventory"
    assert bench.get(f"salesOrders({order['id']})").json["status"] == "Released"


def test_a_purchase_invoice_is_booked_when_it_is_posted() -> None:
    bench = ErpBench(posting_s=0)
    made = bench.post("purchaseInvoices", {"vendorNumber": "V10000", "vendorInvoiceNumber": "A-1"}).json
    assert bench.effects() == []
    assert bench.act(f"purchaseInvoices({made['id']})/Microsoft.NAV.post").status == 204
    (row,) = bench.effects()
    assert (row["route"], row["id"]) == ("erp.purchase_invoice", made["id"])
