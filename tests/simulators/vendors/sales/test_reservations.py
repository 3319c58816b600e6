"""Reservations: all or nothing, for a while, an order's, given back."""

import json
from typing import Any

import pytest

from brownout_simulators.vendors.sales import VENDOR
from tests.simulators.vendors.sales.bench import RESERVATIONS, SalesBench, order


def lines(**quantities: str) -> dict[str, Any]:
    return {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]}


def stocked(client_id: str = "shop") -> SalesBench:
    bench = SalesBench(client_id)
    bench.simulator.schedule([], fields=VENDOR.effects)
    bench.stock("PUMP", "10")
    bench.stock("HOSE", "1")
    return bench


def test_stock_is_held_read_and_released_once() -> None:
    bench = stocked()
    made = bench.post(RESERVATIONS, {**lines(PUMP="2"), "reference": "job-1", "metadata": {"operation_id": "op-1"}})
    assert (made.status, made.json["status"], made.json["expiresAt"]) == (201, "held", "2025-10-09T09:10:00.000Z")
    path = made.headers["location"]
    assert bench.in_stock() == ("10", "2", "8")
    assert bench.send("GET", path).json == made.json
    for query, count in (("status=held", 1), ("reference=job-1", 1), ("reference=job-2", 0), ("status=released", 0)):
        assert len(bench.send("GET", f"{RESERVATIONS}?{query}").json["data"]) == count
    released = bench.post(f"{path}/release")
    assert (released.status, released.json["status"]) == (200, "released")
    assert bench.post(f"{path}/release").json == released.json
    assert bench.in_stock() == ("10", "0", "10")
    held, given_back = bench.effects()
    assert (held["route"], given_back["route"]) == ("sales.reservation", "sales.reservation_release")
    assert json.loads(held["references"]) == {"metadata.operation_id": "op-1", "reference": "job-1"}
    assert json.loads(given_back["fields"]) == {
        "reference": "job-1",
        "order": "",
        "lines": [{"sku": "PUMP", "quantity": "2"}],
        "why": "released",
    }


def test_all_of_the_lines_are_held_or_none_and_the_same_sku_adds_up() -> None:
    bench = stocked()
    refused = bench.post(RESERVATIONS, lines(PUMP="2", HOSE="2", NONE="1"))
    assert (refused.status, refused.json["code"]) == (409, "insufficient-stock")
    assert refused.json["shortages"] == [
        {"sku": "HOSE", "requested": "2", "available": "1"},
        {"sku": "NONE", "requested": "1", "available": "0"},
    ]
    twice = {"lines": [{"sku": "PUMP", "quantity": "6"}, {"sku": "PUMP", "quantity": "6"}]}
    assert bench.post(RESERVATIONS, twice).json["shortages"][0]["requested"] == "12"
    assert bench.in_stock() == ("10", "0", "10")
    assert bench.effects() == []


def test_a_refusal_for_want_of_stock_is_not_remembered() -> None:
    bench = stocked()
    key = bench.key()
    assert bench.post(RESERVATIONS, lines(HOSE="2"), idempotency_key=key).status == 409
    bench.stock("HOSE", "2")
    assert bench.post(RESERVATIONS, lines(HOSE="2"), idempotency_key=key).status == 201


def test_what_is_held_goes_back_when_its_time_is_over() -> None:
    bench = stocked()
    bench.listen(events=["reservation.held", "reservation.expired"])
    path = bench.post(RESERVATIONS, {**lines(PUMP="2"), "expiresInSeconds": 5}).headers["location"]
    bench.pass_time(4.9)
    assert bench.in_stock()[2] == "8"
    bench.pass_time(0.2)
    gone = bench.send("GET", path).json
    assert (gone["status"], "expiresAt" in gone) == ("expired", False)
    assert bench.in_stock()[2] == "10"
    assert bench.post(f"{path}/release").json["status"] == "expired"
    assert bench.kinds() == ["sales.reservation", "sales.reservation_release"]
    assert [webhook.type for webhook in bench.webhooks] == ["reservation.held", "reservation.expired"]


def test_an_order_reserves_its_lines_and_takes_them_with_it() -> None:
    bench = stocked()
    made = bench.take_in(order(reserve=True)).json
    assert bench.in_stock() == ("10", "2", "8")
    (held,) = bench.send("GET", RESERVATIONS).json["data"]
    assert (held["id"], held["status"], held["order"]) == (made["reservationId"], "committed", made["id"])
    refused = bench.post(f"{RESERVATIONS}/{held['id']}/release")
    assert (refused.status, refused.json["code"]) == (409, "reservation-not-held")
    bench.pass_time(60)
    assert bench.in_stock() == ("8", "0", "8")
    assert bench.send("GET", f"{RESERVATIONS}/{held['id']}").json["status"] == "consumed"
    assert bench.kinds() == ["sales.order", "sales.reservation"]


def test_an_order_that_cannot_be_reserved_is_not_taken_in() -> None:
    bench = stocked()
    refused = bench.take_in(order(sku="HOSE", reserve=True))
    assert (refused.status, refused.json["code"]) == (409, "insufficient-stock")
    assert bench.effects() == []
    assert bench.take_in(order(sku="HOSE", reserve=False)).status == 201


@pytest.mark.parametrize(("sku", "ending"), [("PUMP", "cancelled"), ("PYX-REJECT", "rejected")])
def test_an_order_that_comes_to_nothing_gives_back_what_it_had(sku: str, ending: str) -> None:
    bench = stocked()
    bench.stock("PYX-REJECT", "10")
    made = bench.take_in(order(sku=sku, reserve=True)).json
    if ending == "cancelled":
        assert bench.cancel(made["id"]).status == 202
        assert bench.in_stock(sku) == ("10", "0", "10")
    bench.pass_time(60)
    assert bench.get(made["id"]).json["status"] == ending
    assert bench.in_stock(sku) == ("10", "0", "10")
    (held,) = bench.send("GET", RESERVATIONS).json["data"]
    assert held["status"] == "released"
    assert bench.kinds().count("sales.reservation_release") == 1
    assert bench.kinds().count("sales.order_cancellation") == (ending == "cancelled")


def test_an_order_takes_over_what_is_held_for_exactly_its_lines() -> None:
    bench = stocked()
    held = bench.post(RESERVATIONS, {**lines(PUMP="2"), "expiresInSeconds": 5}).json["id"]
    other = bench.post(RESERVATIONS, lines(PUMP="1")).json["id"]
    for wrong, code in ((other, "lines"), ("rsv_none", "unknown")):
        refused = bench.take_in(order(reservationId=wrong))
        assert (refused.status, refused.json["errors"][0]["code"]) == (422, code)
    made = bench.take_in(order(reservationId=held)).json
    bench.pass_time(0.3)
    again = bench.take_in(order("A-2", reservationId=held))
    assert (again.status, again.json["code"]) == (409, "reservation-not-held")
    assert bench.in_stock() == ("10", "3", "7")
    assert bench.cancel(made["id"]).status == 202
    assert bench.in_stock() == ("10", "1", "9")
    bench.pass_time(60)  # its own end comes, and gives nothing back once more
    assert bench.in_stock() == ("10", "1", "9")
    assert [row["references"] for row in bench.effects() if row["route"] == "sales.order"] != []


def test_a_cancel_that_comes_too_late_gives_nothing_back() -> None:
    bench = stocked()
    bench.stock("PYX-CANCELRACE", "2")
    made = bench.take_in(order(sku="PYX-CANCELRACE", reserve=True)).json
    bench.pass_time(60)
    assert bench.cancel(made["id"]).json["code"] == "order-not-cancellable"
    assert bench.in_stock("PYX-CANCELRACE") == ("2", "2", "0")
    bench.pass_time(60)
    assert bench.in_stock("PYX-CANCELRACE") == ("0", "0", "0")
    assert "sales.order_cancellation" not in bench.kinds()
