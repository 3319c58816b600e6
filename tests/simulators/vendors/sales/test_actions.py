"""Orders: intake, life cycle, reading, listing, changing, cancelling."""

import json
from itertools import pairwise

import pytest

from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.states import TRANSITIONS
from tests.simulators.vendors.sales.bench import INTAKE, ORDERS, SalesBench, order


def _states(bench: SalesBench, order_id: str) -> list[str]:
    page = bench.send("GET", f"{ORDERS}/{order_id}/events").json
    assert [event["sequence"] for event in page["data"]] == list(range(1, len(page["data"]) + 1))
    return [event["type"].removeprefix("order.") for event in page["data"]]


def test_an_order_is_taken_in_and_told_where_it_is() -> None:
    bench = SalesBench()
    answer = bench.take_in(x_correlation_id="c-1")
    made = answer.json
    assert answer.status == 201
    assert answer.headers["location"] == f"{ORDERS}/{made['id']}" == made["links"]["self"]
    assert answer.headers["etag"] == '"v1"'
    assert answer.headers["x-correlation-id"] == "c-1"
    assert len(made["id"]) == len("ord_") + 26
    assert (made["status"], made["version"], made["priority"]) == ("received", 1, "normal")
    assert made["createdAt"] == "2025-10-09T08:55:00.000Z"


def test_the_books_know_order_id_metadata_and_amount() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    (row,) = bench.effects()
    assert (row["route"], row["id"], row["amount"]) == ("sales.order", made["id"], 2100)
    assert row["references"] == '{"metadata.operation_id": "op-A-1", "orderId": "A-1"}'


def test_the_books_can_tell_what_was_ordered() -> None:
    bench = SalesBench()
    bench.simulator.schedule([], fields=VENDOR.effects)
    two = {"lineNo": 2, "sku": "HOSE", "quantity": "0.5", "unitPrice": {"amount": "3", "currency": "USD"}}
    body = order(lines=[*order()["lines"], two], total={"amount": "22.50", "currency": "USD"})
    assert bench.take_in(body).status == 201
    (row,) = bench.effects()
    assert (row["amount"], json.loads(row["fields"])) == (
        2250,
        {
            "currency": "usd",
            "order_id": "A-1",
            "customer": "Ada Example",
            "site": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
            "lines": [
                {"sku": "PUMP", "quantity": 2, "unit_price": 1050},
                {"sku": "HOSE", "quantity": "0.5", "unit_price": 300},
            ],
        },
    )


def test_an_order_runs_through_all_its_states() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    bench.pass_time(60)
    assert _states(bench, made["id"]) == [
        "received", "validated", "accepted", "scheduled", "in_progress", "completed",
    ]  # fmt: skip
    finished = bench.get(made["id"])
    assert (finished.json["status"], finished.json["version"]) == ("completed", 6)
    assert finished.headers["etag"] == '"v6"'


def test_states_come_at_their_instants_and_a_slow_tenant_is_a_hundred_times_slower() -> None:
    for client, factor in (("shop", 1), ("shop.slow", 100)):
        bench = SalesBench(client)
        made = bench.take_in().json
        seen = []
        for gap_s in (0.04, 0.05, 0.05, 0.1, 0.2, 0.4):
            bench.pass_time(gap_s * factor)
            seen.append(bench.get(made["id"]).json["status"])
        assert seen == ["received", "validated", "accepted", "scheduled", "in_progress", "completed"]


def test_a_second_order_with_the_same_order_id_is_refused_and_shown_the_first() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    refused = bench.take_in()
    assert (refused.status, refused.json["code"], refused.json["existingId"]) == (409, "duplicate-order", made["id"])
    assert refused.headers["location"] == f"{ORDERS}/{made['id']}"
    assert len(bench.effects()) == 1


def test_without_the_guard_duplicates_become_visible() -> None:
    bench = SalesBench("shop.guard-off")
    bench.take_in()
    assert bench.take_in().status == 201
    assert len(bench.effects()) == 2


@pytest.mark.parametrize(
    ("sku", "states"),
    [("PYX-REJECT", ["received", "rejected"]), ("PYX-STUCK", ["received", "validated"]),
     ("PYX-CANCELRACE", ["received", "validated", "accepted", "scheduled"])],
)  # fmt: skip
def test_magic_skus_decide_how_an_order_runs(sku: str, states: list[str]) -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku=sku)).json
    bench.pass_time(60)
    assert _states(bench, made["id"]) == states
    assert ("statusReason" in bench.get(made["id"]).json) is (sku == "PYX-REJECT")


def test_a_slow_sku_sets_the_pace() -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku="PYX-SLOW-5000")).json
    bench.pass_time(4.9)
    assert bench.get(made["id"]).json["status"] == "received"
    bench.pass_time(0.2)
    assert bench.get(made["id"]).json["status"] == "validated"


def test_a_cancelled_order_is_cancelled_soon_and_then_stays_so() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    requested = bench.cancel(made["id"])
    assert (requested.status, requested.json["status"]) == (202, "cancel_requested")
    assert bench.cancel(made["id"]).status == 200
    bench.pass_time(60)
    again = bench.cancel(made["id"])
    assert (again.status, again.json["status"]) == (200, "cancelled")
    assert again.json["statusReason"] == "changed my mind"
    assert _states(bench, made["id"]) == ["received", "cancel_requested", "cancelled"]


@pytest.mark.parametrize(("sku", "pass_s"), [("PUMP", 0.5), ("PUMP", 60), ("PYX-REJECT", 60), ("PYX-CANCELRACE", 0)])
def test_what_has_begun_or_ended_cannot_be_cancelled(sku: str, pass_s: float) -> None:
    bench = SalesBench()
    made = bench.take_in(order(sku=sku)).json
    bench.pass_time(pass_s)
    refused = bench.cancel(made["id"])
    assert (refused.status, refused.json["code"]) == (409, "order-not-cancellable")
    bench.pass_time(60)
    states = _states(bench, made["id"])
    assert states[-1] == ("rejected" if sku == "PYX-REJECT" else "completed")
    assert all(after in TRANSITIONS[before] for before, after in pairwise(states))


def test_a_cancel_needs_a_reason_and_an_order() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    assert bench.cancel(made["id"], "").json["errors"][0]["pointer"] == "/reason"
    assert bench.cancel("ord_none").json["code"] == "not-found"


def test_a_conditional_read_costs_no_body() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    unchanged = bench.get(made["id"], **{"if-none-match": '"v1"'})
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert bench.get(made["id"], **{"if-none-match": '"v2"'}).status == 200


def test_a_patch_is_guarded_by_the_version_it_was_made_for() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    path = f"{ORDERS}/{made['id']}"
    assert bench.post_json(path, {"notes": "x"}, method="PATCH").json["code"] == "if-match-required"
    stale = bench.post_json(path, {"notes": "x"}, method="PATCH", if_match='"v9"')
    assert (stale.status, stale.json["code"], stale.json["currentVersion"]) == (412, "version-mismatch", 1)
    changes = {"notes": "ring twice", "priority": "high", "orderId": "other", "unknown": 1}
    changed = bench.post_json(path, changes, method="PATCH", if_match='"v1"')
    assert changed.headers["etag"] == '"v2"'
    assert (changed.json["notes"], changed.json["priority"], changed.json["orderId"]) == ("ring twice", "high", "A-1")
    assert _states(bench, made["id"]) == ["received"]
    cleared = bench.post_json(path, {"notes": None, "priority": None}, method="PATCH", if_match="*").json
    assert "notes" not in cleared
    assert cleared["priority"] == "normal"
    bad = bench.post_json(path, {"priority": "never", "requestedWindow": 1}, method="PATCH", if_match="*")
    assert {error["pointer"] for error in bad.json["errors"]} == {"/priority", "/requestedWindow"}


def test_a_patch_with_a_key_is_made_once() -> None:
    bench = SalesBench()
    path = f"{ORDERS}/{bench.take_in().json['id']}"
    for _ in range(2):
        answer = bench.post_json(path, {"notes": "x"}, method="PATCH", if_match='"v1"', idempotency_key="k" * 16)
        assert answer.json["version"] == 2


def test_a_list_is_paged_filtered_and_complete() -> None:
    bench = SalesBench()
    for number in range(5):
        bench.take_in(order(f"A-{number}"))
    bench.pass_time(60)
    bench.take_in(order("B-1"))
    seen: list[str] = []
    target: str | None = f"{ORDERS}?limit=2"
    while target is not None:
        page = bench.send("GET", target).json
        seen += [item["orderId"] for item in page["data"]]
        cursor = page["page"]["nextCursor"]
        target = None if cursor is None else f"{ORDERS}?limit=2&cursor={cursor}"
    assert seen == ["A-0", "A-1", "A-2", "A-3", "A-4", "B-1"]
    assert [o["orderId"] for o in bench.send("GET", f"{ORDERS}?status=received").json["data"]] == ["B-1"]
    assert [o["orderId"] for o in bench.send("GET", f"{ORDERS}?orderId=A-3").json["data"]] == ["A-3"]
    since = "2025-10-09T08:55:30Z"
    assert [o["orderId"] for o in bench.send("GET", f"{ORDERS}?updatedSince={since}").json["data"]] == ["B-1"]


def test_an_order_that_changes_between_two_pages_comes_again_and_is_never_missed() -> None:
    bench = SalesBench()
    for number in range(4):
        bench.take_in(order(f"A-{number}", sku="PYX-STUCK"))
    first = bench.send("GET", f"{ORDERS}?limit=2").json
    bench.pass_time(60)
    second = bench.send("GET", f"{ORDERS}?cursor={first['page']['nextCursor']}").json
    names = [item["orderId"] for item in first["data"] + second["data"]]
    assert set(names) == {"A-0", "A-1", "A-2", "A-3"}
    assert names.count("A-0") == 2


def test_a_cursor_expires_and_nonsense_is_refused() -> None:
    bench = SalesBench()
    for number in range(2):
        bench.take_in(order(f"A-{number}"))
    cursor = bench.send("GET", f"{ORDERS}?limit=1").json["page"]["nextCursor"]
    bench.pass_time(601)
    expired = bench.send("GET", f"{ORDERS}?cursor={cursor}")
    assert (expired.status, expired.json["code"]) == (410, "cursor-expired")
    for query in ("limit=0", "limit=201", "limit=x", "cursor=%21", "page=1", "status=lost", "updatedSince=today"):
        refused = bench.send("GET", f"{ORDERS}?{query}")
        assert (refused.status, refused.json["code"]) == (400, "bad-parameter"), query
    assert bench.send("GET", f"{INTAKE}?x=1").status in {400, 404}
    assert bench.post_json(f"{INTAKE}?x=1", order(), idempotency_key=bench.key()).json["code"] == "bad-parameter"


def test_events_are_paged() -> None:
    bench = SalesBench()
    path = f"{ORDERS}/{bench.take_in().json['id']}/events"
    bench.pass_time(60)
    first = bench.send("GET", f"{path}?limit=4").json
    second = bench.send("GET", f"{path}?limit=4&cursor={first['page']['nextCursor']}").json
    assert [event["sequence"] for event in first["data"] + second["data"]] == [1, 2, 3, 4, 5, 6]
    assert second["page"] == {"nextCursor": None, "hasMore": False}


def test_health_asks_for_nothing() -> None:
    bench = SalesBench()
    bench.authorization = ""
    answer = bench.send("GET", "/healthz")
    assert answer.status == 200
    assert set(answer.json) == {"status", "latency", "lastChecked"}
