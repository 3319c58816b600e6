"""Cursors: whose they are, and for how long."""

import base64

import pytest

from tests.simulators.vendors.sales.bench import CUSTOMERS, ORDERS, SalesBench, order


def three() -> tuple[SalesBench, str]:
    bench = SalesBench()
    for number in range(3):
        bench.take_in(order(f"A-{number}"))
        bench.post(CUSTOMERS, {"name": "x", "email": f"{number}@sim.test"})
    return bench, bench.send("GET", f"{ORDERS}?limit=1&status=received").json["page"]["nextCursor"]


def test_a_cursor_is_good_for_the_list_that_gave_it_however_long_its_pages() -> None:
    bench, cursor = three()
    page = bench.send("GET", f"{ORDERS}?status=received&limit=200&cursor={cursor}").json
    assert [one["orderId"] for one in page["data"]] == ["A-1", "A-2"]
    for other in (f"{ORDERS}?cursor=", f"{ORDERS}?status=accepted&cursor=", f"{CUSTOMERS}?cursor="):
        refused = bench.send("GET", f"{other}{cursor}")
        assert (refused.status, refused.json["code"]) == (400, "cursor-mismatch"), other


@pytest.mark.parametrize("text", ["1", "1@2@x", "a@2@x@", "1@nan@x@", "9" * 300 + "@1@x@"])
def test_a_cursor_that_nobody_gave_is_refused(text: str) -> None:
    bench, _ = three()
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    assert bench.send("GET", f"{ORDERS}?cursor={cursor}").json["code"] in {"bad-parameter", "cursor-mismatch"}


def test_every_list_is_walked_page_by_page_to_its_end() -> None:
    bench, _ = three()
    for path, names in ((ORDERS, ["A-0", "A-1", "A-2"]), (CUSTOMERS, ["0@sim.test", "1@sim.test", "2@sim.test"])):
        seen, cursor = [], ""
        while True:
            page = bench.send("GET", f"{path}?limit=1{cursor}").json
            seen += [one.get("orderId") or one["email"] for one in page["data"]]
            if not page["page"]["hasMore"]:
                break
            cursor = f"&cursor={page['page']['nextCursor']}"
        assert seen == names


def test_since_is_inclusive() -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku="PYX-STUCK")).json
    at = made["updatedAt"]
    assert len(bench.send("GET", f"{ORDERS}?updatedSince={at}").json["data"]) == 1
    assert bench.send("GET", f"{ORDERS}?updatedSince=2025-10-09T08:55:00.001Z").json["data"] == []
    assert len(bench.send("GET", f"{ORDERS}?updatedSince=2025-10-09T10:55:00+02:00").json["data"]) == 1


def walk(bench: SalesBench, path: str) -> tuple[list[str], bool]:
    """The order ids that a client sees that goes on while there is a cursor; whether it was told of more."""
    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        answer = bench.send("GET", f"{path}?limit=2{cursor}").json
        seen += [one["orderId"] for one in answer["data"]]
        if answer["page"]["nextCursor"] is None:
            return seen, answer["page"]["hasMore"]
        cursor = f"&cursor={answer['page']['nextCursor']}"
    raise AssertionError("a list without an end")


def test_a_tenants_lists_repeat_each_page_or_end_early_and_say_so_in_one_place_only() -> None:
    expected = {
        "shop": (["A-0", "A-1", "A-2", "A-3", "A-4"], False),
        "shop.pages-repeat": (["A-0", "A-1", "A-0", "A-1", "A-2", "A-3", "A-2", "A-3", "A-4"], False),
        "shop.pages-end": (["A-0", "A-1"], True),
    }
    for client, found in expected.items():
        bench = SalesBench(client)
        for number in range(5):
            bench.take_in(order(f"A-{number}"))
        assert walk(bench, ORDERS) == found
