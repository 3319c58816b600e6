"""The record of what happened."""

from tests.simulators.vendors.stripe.world import PAID, Stripe


def test_events_are_listed_newest_first_and_filtered_by_type() -> None:
    world = Stripe()
    world.post("/v1/payment_intents", PAID)
    world.post("/v1/customers")

    def types(params: dict[str, str] | str = "") -> list[str]:
        return [event["type"] for event in world.get("/v1/events", params)["data"]]

    paid = ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]
    assert types() == ["customer.created", *paid]
    assert types({"type": "charge.succeeded"}) == ["charge.succeeded"]
    assert types({"type": "payment_intent.*"}) == [paid[0], paid[2]]
    assert types({"types[0]": "charge.succeeded", "types[1]": "customer.created"}) == ["customer.created", paid[1]]
    assert types({"created[gt]": "1700000100"}) == []


def test_an_event_is_retrieved_and_never_changes() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"name": "Jenny"}, idempotency_key="k")
    (event,) = world.get("/v1/events")["data"]
    world.post(f"/v1/customers/{made['id']}", {"name": "Rosen"})
    assert world.get(f"/v1/events/{event['id']}") == event
    assert event["data"]["object"]["name"] == "Jenny"
    assert event["request"]["idempotency_key"] == "k"
    assert event["request"]["id"].startswith("req_")


def test_pages_of_events_go_on_by_id() -> None:
    world = Stripe()
    for _ in range(3):
        world.post("/v1/customers")
    first = world.get("/v1/events", {"limit": "2"})
    rest = world.get("/v1/events", {"starting_after": first["data"][-1]["id"]})
    assert (first["has_more"], len(rest["data"]), rest["has_more"]) == (True, 1, False)


def test_an_unknown_event_and_two_kinds_of_filter_are_refused() -> None:
    world = Stripe()
    assert world.send("GET", "/v1/events/evt_x").status == 404
    assert world.send("GET", "/v1/events", {"type": "a", "types[]": "b"}).status == 400
    assert world.send("GET", "/v1/events", {"types[0][a]": "b"}).error["param"] == "types"
