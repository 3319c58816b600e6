"""Webhooks: endpoints, signatures, schedule, redelivery."""

import hashlib
import hmac
import json

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales.webhooks import plain_signature, timed_signature
from tests.simulators.vendors.sales.bench import ENDPOINTS, SalesBench, order

DELIVERIES = "/api/v2/webhook-deliveries"


def test_the_plain_signature_covers_the_body_alone_and_the_timed_one_the_second_too() -> None:
    assert plain_signature("s", b"body") == hmac.new(b"s", b"body", hashlib.sha256).hexdigest()
    first, second = (hmac.new(key, b"12.body", hashlib.sha256).hexdigest() for key in (b"a", b"b"))
    assert timed_signature(["a", "b"], 12.9, b"body") == f"t=12,v1={first},v1={second}"


def test_every_state_is_told_in_order_with_both_signatures() -> None:
    bench = SalesBench()
    secret = bench.listen()["secret"]
    bench.take_in(x_correlation_id="c-7")
    bench.pass_time(60)
    events = [json.loads(webhook.body) for webhook in bench.webhooks]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event["order"]["version"] for event in events] == [1, 2, 3, 4, 5, 6]
    for webhook, event in zip(bench.webhooks, events, strict=True):
        headers = {name.lower(): value for name, value in webhook.headers.items()}
        assert headers["x-signature"] == plain_signature(secret, webhook.body)
        second = int(headers["x-pyxis-signature"].split(",")[0].removeprefix("t="))
        assert headers["x-pyxis-signature"] == timed_signature([secret], second, webhook.body)
        assert (headers["x-pyxis-event-id"], headers["x-pyxis-attempt"]) == (event["id"], "1")
        assert event["correlationId"] == headers["x-correlation-id"] == "c-7"
    assert len({event["id"] for event in events}) == 6


def test_events_told_are_the_events_listed() -> None:
    bench = SalesBench()
    bench.listen()
    made = bench.take_in().json
    bench.pass_time(60)
    listed = bench.send("GET", f"/api/v2/orders/{made['id']}/events").json["data"]
    assert [json.loads(webhook.body) for webhook in bench.webhooks] == listed


def test_an_endpoint_hears_only_what_it_asked_for() -> None:
    bench = SalesBench()
    bench.listen(events=["order.completed"])
    bench.take_in()
    bench.pass_time(60)
    assert [webhook.type for webhook in bench.webhooks] == ["order.completed"]


def test_a_failed_delivery_is_tried_six_times_on_schedule_and_then_dead() -> None:
    bench = SalesBench()
    bench.listen(events=["order.received"])
    bench.receiver_status = 500
    start_s = bench.now_s
    bench.take_in()
    instants: list[float] = []
    for _ in range(5_000):
        bench.pass_time(1)
        instants += [bench.now_s - start_s] * (len(bench.webhooks) - len(instants))
    for instant_s, planned_s in zip(instants, (0, 5, 30, 120, 600, 3600), strict=True):
        assert instant_s == pytest.approx(planned_s, rel=0.1, abs=1.01)
    ids = {webhook.headers["X-Pyxis-Delivery-Id"] for webhook in bench.webhooks}
    assert len(ids) == 6
    assert len({webhook.headers["X-Pyxis-Event-Id"] for webhook in bench.webhooks}) == 1
    bench.log_in("webhooks.manage")
    statuses = [delivery["status"] for delivery in bench.send("GET", DELIVERIES).json["data"]]
    assert statuses == ["dead"] + ["failed"] * 5


def test_410_disables_the_endpoint() -> None:
    bench = SalesBench()
    made = bench.listen()
    bench.receiver_status = 410
    bench.take_in()
    bench.pass_time(60)
    assert len(bench.webhooks) == 1
    assert bench.send("GET", f"{ENDPOINTS}/{made['id']}").json["status"] == "disabled"


def test_a_redelivery_is_the_same_event_as_a_new_delivery() -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    bench.take_in()
    bench.pass_time(1)
    (delivery,) = bench.send("GET", f"{DELIVERIES}?endpointId={made['id']}&status=delivered").json["data"]
    answer = bench.send("POST", f"{DELIVERIES}/{delivery['id']}/redeliver")
    assert answer.status == 202
    bench.pass_time(1)
    first, again = bench.webhooks
    assert first.body == again.body
    assert first.headers["X-Pyxis-Event-Id"] == again.headers["X-Pyxis-Event-Id"]
    assert first.headers["X-Pyxis-Delivery-Id"] != again.headers["X-Pyxis-Delivery-Id"]
    assert bench.send("POST", f"{DELIVERIES}/whd_none/redeliver").status == 404
    assert bench.send("GET", f"{DELIVERIES}?page=1").json["code"] == "bad-parameter"


def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    path = f"{ENDPOINTS}/{made['id']}/rotate-secret"
    rotated = bench.post_json(path, {}, idempotency_key=bench.key()).json
    assert rotated["secret"] != made["secret"]
    bench.take_in(order("A-1"))
    bench.pass_time(86_401)
    bench.log_in()
    bench.take_in(order("A-2"))
    bench.pass_time(1)
    during, after = (webhook.headers["X-Pyxis-Signature"] for webhook in bench.webhooks)
    assert during.count("v1=") == 2
    assert after.count("v1=") == 1
    assert bench.webhooks[0].headers["X-Signature"] == plain_signature(rotated["secret"], bench.webhooks[0].body)


def test_endpoints_are_made_listed_and_removed_and_their_secret_is_shown_once() -> None:
    bench = SalesBench()
    made = bench.listen(description="mine")
    (listed,) = bench.send("GET", ENDPOINTS).json["data"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert bench.send("DELETE", f"{ENDPOINTS}/{made['id']}").status == 204
    assert bench.send("GET", f"{ENDPOINTS}/{made['id']}").status == 404


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [({"url": ""}, "/url"), ({"url": "ftp://x.example"}, "/url"), ({"events": ["order.lost"]}, "/events/0"),
     ({"events": []}, "/events")],
)  # fmt: skip
def test_an_endpoint_that_cannot_be_is_refused(fields: dict[str, object], pointer: str) -> None:
    assert SalesBench().listen(**fields)["errors"][0]["pointer"] == pointer


def test_a_receiver_that_was_registered_without_a_call_hears_everything_and_is_listed() -> None:
    bench = SalesBench()
    secret = bench.simulator.listen("shop", "http://127.0.0.1:1/hooks")
    bench.take_in()
    bench.pass_time(60)
    assert len(bench.webhooks) == 6
    for webhook in bench.webhooks:
        assert webhook.headers["X-Signature"] == plain_signature(secret, webhook.body)
    (listed,) = bench.send("GET", ENDPOINTS).json["data"]
    assert listed["url"] == "http://127.0.0.1:1/hooks"


def test_a_forged_delivery_verifies_with_none_of_the_secrets_of_a_rotation() -> None:
    """A receiver takes a delivery if any of its signatures is right: one that is not spoiled would let it through."""
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    rotated = bench.post(f"{ENDPOINTS}/{made['id']}/rotate-secret").json
    rule = {"id": "r", "vendor": "sales", "webhooks": {"bad_signature": True}}
    bench.simulator.schedule([rule_from_json(rule)])
    bench.take_in()
    bench.pass_time(1)
    (forged,) = bench.webhooks
    given = forged.headers["X-Pyxis-Signature"]
    second = int(given.split(",")[0].removeprefix("t="))
    secrets = [rotated["secret"], made["secret"]]
    right = {part for secret in secrets for part in timed_signature([secret], second, forged.body).split(",")[1:]}
    assert given.count("v1=") == 2
    assert right.isdisjoint(given.split(","))
    assert forged.headers["X-Signature"] not in {plain_signature(secret, forged.body) for secret in secrets}


@pytest.mark.parametrize("how", ["removed", "disabled"])
def test_what_an_endpoint_is_still_owed_is_withdrawn_when_it_wants_no_more(how: str) -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    bench.receiver_status = 500
    bench.take_in(order("A-1"))
    bench.pass_time(1)
    if how == "removed":
        bench.send("DELETE", f"{ENDPOINTS}/{made['id']}")
    else:
        bench.receiver_status = 410
        bench.take_in(order("A-2"))
        bench.pass_time(1)
    before = len(bench.webhooks)
    bench.pass_time(800)
    assert len(bench.webhooks) == before
    statuses = [one["status"] for one in bench.send("GET", DELIVERIES).json["data"]]
    assert ("withdrawn" in statuses) is (how == "disabled")


def test_a_later_attempt_is_signed_with_the_secret_that_is_then_in_force() -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    bench.receiver_status = 500
    bench.take_in()
    bench.pass_time(1)
    rotated = bench.post(f"{ENDPOINTS}/{made['id']}/rotate-secret").json
    bench.pass_time(6)
    first, again = bench.webhooks
    assert first.headers["X-Signature"] == plain_signature(made["secret"], first.body)
    assert again.headers["X-Signature"] == plain_signature(rotated["secret"], again.body)
    assert again.headers["X-Pyxis-Signature"].count("v1=") == 2


def test_a_redelivery_to_an_endpoint_that_was_removed_meanwhile_is_not_sent() -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    bench.take_in()
    bench.pass_time(1)
    bench.receiver_status = 500
    (delivery,) = bench.send("GET", DELIVERIES).json["data"]
    assert bench.send("POST", f"{DELIVERIES}/{delivery['id']}/redeliver").status == 202
    bench.pass_time(1)
    bench.send("DELETE", f"{ENDPOINTS}/{made['id']}")
    bench.pass_time(800)
    assert len(bench.webhooks) == 2
