"""Collections: order, bounds, and readers that are behind."""

from typing import Any

import pytest

from brownout_simulators.vendors.stripe.state import KINDS, Collection, is_settled, new_state, stores
from tests.simulators.vendors.stripe.world import PAID, PAYMENT, Stripe


def _filled(count: int, limit: int = 100) -> Collection:
    collection = Collection(limit)
    for n in range(count):
        collection.keep({"id": f"x_{n}", "n": n}, float(n))
    return collection


def test_objects_are_found_by_id_and_walked_in_both_directions() -> None:
    collection = _filled(4)
    found = collection.get("x_2")
    assert found is not None
    assert found["n"] == 2
    assert collection.get("x_9") is None
    assert [row["n"] for row in collection.newest_first()] == [3, 2, 1, 0]
    assert [row["n"] for row in collection.newest_first("x_2")] == [1, 0]
    assert [row["n"] for row in collection.oldest_first("x_1")] == [2, 3]


def test_a_full_collection_forgets_its_oldest_and_stays_in_order() -> None:
    collection = _filled(110)
    assert (len(collection), collection.forgotten) == (100, 10)
    assert collection.get("x_9") is None
    assert [row["n"] for row in collection.newest_first("x_12")] == [11, 10]
    kept = collection.get("x_10")
    assert kept is not None
    collection.before_change(kept, 200.0)
    kept["n"] = -1
    assert collection.as_of(kept, 199.0) == {"id": "x_10", "n": 10}


def test_the_index_of_metadata_survives_that_the_oldest_are_forgotten() -> None:
    collection = Collection(20)
    for n in range(35):
        collection.keep({"id": f"x_{n}", "metadata": {"parity": str(n % 2)}}, float(n))
        found = [row["id"] for row in collection.all_as_of(1e9, ("parity", "1"))]
        kept = [row["id"] for row in collection.newest_first()]
        assert found == [name for name in kept if int(name[2:]) % 2 == 1]


def test_an_object_is_seen_as_it_was_at_an_instant() -> None:
    collection = _filled(1)
    row = collection.get("x_0")
    assert row is not None
    for instant_s in (10.0, 20.0):
        collection.before_change(row, instant_s)
        row["n"] += 1
    seen = [collection.as_of(row, at_s) for at_s in (-1.0, 5.0, 10.0, 15.0, 20.0)]
    assert [one and one["n"] for one in seen] == [None, 0, 1, 1, 2]
    assert [one["n"] for one in collection.all_as_of(15.0)] == [1]


def test_a_replaced_object_is_still_seen_as_it_was() -> None:
    collection = _filled(1)
    collection.replace({"id": "x_0", "deleted": True}, 10.0)
    row = collection.get("x_0")
    assert row == {"id": "x_0", "deleted": True}
    assert collection.as_of(row, 5.0) == {"id": "x_0", "n": 0}


def test_a_read_that_is_struck_by_staleness_sees_the_older_version() -> None:
    world = Stripe({"match": "GET /v1/customers/{id}", "stale_reads": {"lag_s": 5.0}})
    made = world.post("/v1/customers", {"name": "Jenny"})
    path = f"/v1/customers/{made['id']}"
    world.now_s += 10
    world.post(path, {"name": "Rosen"})
    assert world.get(path)["name"] == "Jenny"
    world.now_s += 6
    assert world.get(path)["name"] == "Rosen"


def test_a_read_that_is_struck_by_a_lag_does_not_see_what_is_new() -> None:
    world = Stripe({"match": "GET", "read_after_write_lag": {"lag_s": 5.0}})
    made = world.post("/v1/customers")
    path = f"/v1/customers/{made['id']}"
    assert world.send("GET", path).status == 404
    assert world.get("/v1/customers")["data"] == []
    world.now_s += 6
    assert world.get(path)["id"] == made["id"]
    assert len(world.get("/v1/customers")["data"]) == 1


def test_what_is_known_beside_an_object_is_forgotten_with_it() -> None:
    world = Stripe()
    world.post("/v1/payment_intents", PAID)
    state = world.account.state
    state.of["payment_method"].limit = 20
    for _ in range(30):
        last = world.post("/v1/payment_intents", PAID)["payment_method"]
    assert len(state.cards) == len(state.of["payment_method"]) <= 20
    assert last in state.cards


def test_a_payment_whose_method_was_forgotten_is_refused_in_stripes_words() -> None:
    world = Stripe()
    waiting = world.post("/v1/payment_intents", {**PAYMENT, "payment_method": "pm_card_visa"})
    world.account.state.of["payment_method"].limit = 10
    for _ in range(20):
        world.post("/v1/payment_intents", PAID)
    answer = world.send("POST", f"/v1/payment_intents/{waiting['id']}/confirm")
    assert (answer.status, answer.error["code"]) == (400, "resource_missing")


@pytest.mark.parametrize(
    ("row", "settled"),
    [
        ({"object": "payment_intent", "status": "succeeded"}, True),
        ({"object": "payment_intent", "status": "requires_payment_method"}, True),
        ({"object": "payment_intent", "status": "requires_capture"}, False),
        ({"object": "payment_intent", "status": "processing"}, False),
        ({"object": "charge", "status": "succeeded", "captured": True, "refunded": False}, True),
        ({"object": "charge", "status": "succeeded", "captured": False, "refunded": False}, False),
        ({"object": "charge", "status": "succeeded", "captured": False, "refunded": True}, True),
        ({"object": "charge", "status": "failed", "captured": False, "refunded": False}, True),
        ({"object": "refund", "status": "pending"}, False),
        ({"object": "customer"}, False),
        ({"object": "customer", "deleted": True}, True),
        ({"object": "payment_method", "customer": None}, True),
        ({"object": "payment_method", "customer": "cus_1"}, False),
        ({"object": "subscription", "status": "active"}, False),
        ({"object": "subscription", "status": "canceled"}, True),
        ({"object": "invoice", "status": "open"}, False),
        ({"object": "checkout.session", "status": "open"}, False),
        ({"id": "evt_1"}, True),
    ],
)
def test_an_object_that_something_is_to_come_of_is_open(row: dict[str, Any], settled: bool) -> None:
    assert is_settled(row) is settled


def test_a_held_payment_is_there_to_be_captured_however_many_came_after_it() -> None:
    world = Stripe()
    held = world.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    for collection in world.account.state.of.values():
        collection.limit = 20
    for _ in range(60):
        world.post("/v1/payment_intents", PAID)
    assert world.post(f"/v1/payment_intents/{held['id']}/capture")["status"] == "succeeded"
    objects = world.simulator.status()["objects"]
    assert objects["payment_intent"] == {"kept": 20, "forgotten": 41, "forgotten_open": 0}


def test_every_kind_of_object_is_bounded_and_counted() -> None:
    state = new_state()
    assert set(stores(state)) == {*KINDS, "event"}
    assert all(0 < store.limit <= 100_000 for store in stores(state).values())
