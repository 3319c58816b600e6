"""Reservations and work orders: what is spoken for, until when; and the rules that hold whatever is done."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.erp.bench import ErpBench
from tests.support.examples import examples


def _small(inventory: float = 5) -> ErpBench:
    return ErpBench(items=[{"number": "FLT-20x25", "displayName": "Filter", "inventory": inventory}])


def test_no_more_is_reserved_than_there_is() -> None:
    bench = _small()
    assert bench.reserve("R-1", 3).status == 201
    refused = bench.reserve("R-2", 3)
    assert (refused.status, refused.json["error"]["code"]) == (400, "Application_DialogException")
    assert refused.json["error"]["details"] == [{"code": "insufficient-inventory", "message": "FLT-20x25: 2 available"}]
    assert bench.reserve("R-3", 2).status == 201
    assert [row["route"] for row in bench.effects()] == ["erp.reservation"] * 2


def test_what_is_released_can_be_reserved_again_and_is_released_once() -> None:
    bench = _small()
    made = bench.reserve("R-1", 5).json
    target = f"inventoryReservations({made['id']})"
    assert bench.act(f"{target}/Fsm.release", made["@odata.etag"]).status == 204
    again = bench.act(f"{target}/Fsm.release")
    assert (again.status, bench.get(target).json["status"]) == (400, "Released")
    assert bench.reserve("R-2", 5).status == 201
    kinds = [row["route"] for row in bench.effects()]
    assert kinds == ["erp.reservation", "erp.reservation_release", "erp.reservation"]


def test_a_reservation_ends_by_itself() -> None:
    bench = _small()
    made = bench.reserve("R-1", 5).json
    bench.pass_time(15.1)
    assert bench.get(f"inventoryReservations({made['id']})").json["status"] == "Expired"
    assert bench.reserve("R-2", 5).status == 201
    assert [row["route"] for row in bench.effects()][1] == "erp.reservation_release"


def test_one_that_a_work_order_has_stands_until_that_is_over() -> None:
    bench = _small()
    held = bench.reserve("R-1", 5).json
    bench.work_order("W-1", lines=[{"itemNumber": "FLT-20x25", "quantity": 5, "reservationId": held["id"]}])
    bench.pass_time(60)
    assert bench.get(f"inventoryReservations({held['id']})").json["status"] == "Reserved"
    assert bench.reserve("R-2", 1).status == 400


def test_a_work_order_takes_what_was_reserved_for_it() -> None:
    bench = _small()
    held = bench.reserve("R-1", 4).json
    line = {"itemNumber": "FLT-20x25", "quantity": 4, "reservationId": held["id"]}
    made = bench.work_order("W-1", lines=[line])
    assert (made["status"], made["lines"][0]["reservationId"]) == ("Draft", held["id"])
    assert bench.get(f"inventoryReservations({held['id']})").json["workOrderId"] == made["id"]
    target = f"workOrders({made['id']})"
    for status in ("Released", "Scheduled", "InProgress"):
        assert bench.write("PATCH", target, {"status": status}, if_match="*").json["status"] == status
    assert bench.act(f"{target}/Fsm.finish").status == 204
    assert bench.get(f"inventoryReservations({held['id']})").json["status"] == "Consumed"
    assert bench.get("items").json["value"][0]["inventory"] == 1
    assert bench.act(f"{target}/Fsm.post").status == 204
    refused = bench.write("PATCH", target, {"siteAddress": "elsewhere"}, if_match="*")
    assert refused.json["error"]["code"] == "Application_DialogException"


def test_a_work_order_that_is_cancelled_gives_back_what_it_held() -> None:
    bench = _small()
    held = bench.reserve("R-1", 4).json
    line = {"itemNumber": "FLT-20x25", "quantity": 4, "reservationId": held["id"]}
    made = bench.work_order("W-1", lines=[line])
    assert bench.act(f"workOrders({made['id']})/Fsm.cancel").status == 204
    assert bench.get(f"inventoryReservations({held['id']})").json["status"] == "Released"
    kinds = [row["route"] for row in bench.effects()]
    assert kinds[2:] == ["erp.work_order_cancellation", "erp.reservation_release"]


def test_a_draft_that_is_deleted_gives_it_back_too() -> None:
    bench = _small()
    held = bench.reserve("R-1", 4).json
    line = {"itemNumber": "FLT-20x25", "quantity": 4, "reservationId": held["id"]}
    made = bench.work_order("W-1", lines=[line])
    assert bench.write("DELETE", f"workOrders({made['id']})", if_match="*").status == 204
    assert bench.get(f"workOrders({made['id']})").status == 404
    assert bench.get(f"inventoryReservations({held['id']})").json["status"] == "Released"


@pytest.mark.parametrize("status", ["Finished", "Posted", "Unknown", "InProgress"])
def test_a_planner_moves_a_work_order_on_one_step_at_a_time(status: str) -> None:
    bench = ErpBench()
    made = bench.work_order()
    refused = bench.write("PATCH", f"workOrders({made['id']})", {"status": status}, if_match="*")
    assert (refused.status, refused.json["error"]["code"]) == (400, "Application_DialogException")


def test_a_reservation_is_one_work_orders_only() -> None:
    bench = _small()
    held = bench.reserve("R-1", 1).json
    line = {"itemNumber": "FLT-20x25", "quantity": 1, "reservationId": held["id"]}
    bench.work_order("W-1", lines=[line])
    body = {"customerNumber": "10000", "lines": [line]}
    assert bench.post("workOrders", body).json["error"]["code"] == "Application_DialogException"
    unknown = {**line, "reservationId": "00000000-0000-0000-0000-000000000000"}
    assert bench.post("workOrders", {**body, "lines": [unknown]}).status == 404


DOINGS = st.lists(
    st.tuples(st.sampled_from(["reserve", "release", "order", "finish", "cancel", "sell", "wait"]), st.integers(0, 5)),
    max_size=14,
)


@given(DOINGS)
@examples(40)
def test_the_rules_of_the_books_hold_whatever_is_done(doings: list[tuple[str, int]]) -> None:
    """Never less than nothing is available; each posted invoice has one entry; the entries are the balance."""
    bench = ErpBench(items=[{"number": "FLT-20x25", "displayName": "Filter", "inventory": 8}], posting_s=0)
    held: list[str] = []
    work: list[str] = []
    for what, which in doings:
        if what == "reserve" and (made := bench.reserve(f"R{which}", which + 1)).status == 201:
            held.append(made.json["id"])
        elif what == "release" and held:
            bench.act(f"inventoryReservations({held[which % len(held)]})/Fsm.release")
        elif what == "order" and held:
            line = {"itemNumber": "FLT-20x25", "quantity": 1, "reservationId": held[which % len(held)]}
            body = {"customerNumber": "10000", "lines": [line]}
            if (made := bench.post("workOrders", body)).status == 201:
                work.append(made.json["id"])
        elif what == "finish" and work:
            for status in ("Released", "Scheduled", "InProgress"):
                bench.write("PATCH", f"workOrders({work[which % len(work)]})", {"status": status}, if_match="*")
            bench.act(f"workOrders({work[which % len(work)]})/Fsm.finish")
        elif what == "cancel" and work:
            bench.act(f"workOrders({work[which % len(work)]})/Fsm.cancel")
        elif what == "sell":
            target = f"salesOrders({bench.order(f'S{which}')['id']})/Microsoft.NAV"
            bench.act(f"{target}.release")
            bench.act(f"{target}.shipAndInvoice")
        else:
            bench.pass_time(which * 2.0)
        _require_rules(bench)


def _require_rules(bench: ErpBench) -> None:
    (item,) = bench.get("items").json["value"]
    reserved = bench.get("inventoryReservations?$filter=status eq 'Reserved'").json["value"]
    assert Decimal(item["inventory"]) - sum(Decimal(each["quantity"]) for each in reserved) >= 0
    finished = {each["id"] for each in bench.get("workOrders?$filter=status eq 'Finished'").json["value"]}
    assert not finished & {each["workOrderId"] for each in reserved}
    invoices = [each["id"] for each in bench.get("salesInvoices").json["value"]]
    entries = bench.get("customerLedgerEntries").json["value"]
    assert sorted(each["documentId"] for each in entries) == sorted(invoices)
    for customer in bench.get("customers").json["value"]:
        mine = [each["amount"] for each in entries if each["customerId"] == customer["id"]]
        assert customer["balance"] == pytest.approx(sum(mine))
