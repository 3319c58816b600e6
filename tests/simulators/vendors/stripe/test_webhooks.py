"""Events, signature, schedule."""

import json
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe.webhooks import EVENTS, SCHEDULE_S, secret_of, signature
from tests.simulators.vendors.stripe.world import PAID, Stripe

HOOK = "http://127.0.0.1:1/hook"
PI_PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_the_signature_is_the_published_one() -> None:
    body = b'{"id":"evt_1","object":"event","type":"x","data":{"object":{"id":"pi_1","object":"payment_intent"}}}'
    mac = "86c847e338164cb2c218dadd2b26b0cfeb9d17f3ee805ff6cc5cd04f7203f510"
    assert signature(body, "whsec_test_secret", 1_700_000_000) == f"t=1700000000,v1={mac}"


def test_every_event_is_one_that_an_endpoint_may_ask_for() -> None:
    from stripe.params._webhook_endpoint_create_params import WebhookEndpointCreateParams

    allowed = str(WebhookEndpointCreateParams.__annotations__["enabled_events"])
    assert {event for event in EVENTS if f"'{event}'" not in allowed} == set()


def test_secrets_differ_by_account_and_endpoint_and_stay_the_same() -> None:
    assert secret_of("a") == secret_of("a", 0)
    assert len({secret_of("a"), secret_of("a", 1), secret_of("b")}) == 3


def _hooked(world: Stripe, *events: str) -> str:
    params = {"url": HOOK, **{f"enabled_events[{n}]": event for n, event in enumerate(events)}}
    return str(world.post("/v1/webhook_endpoints", params)["secret"])


def test_every_event_of_a_payment_is_delivered_and_verifies() -> None:
    world = Stripe()
    secret = _hooked(world, "*")
    world.post("/v1/payment_intents", PAID)
    world.pass_time(1)
    types = []
    for webhook in world.webhooks:
        signed = webhook.headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(webhook.body, signed, secret, tolerance=0)
        types.append(event.type)
        assert signed.startswith("t=17000001")
        assert webhook.headers["User-Agent"].startswith("Stripe/1.0")
    assert types == PI_PAID
    assert webhook.body.startswith(b'{\n  "id": "evt_')


def test_an_endpoint_gets_only_what_it_asked_for() -> None:
    world = Stripe()
    _hooked(world, "charge.succeeded")
    world.post("/v1/payment_intents", PAID)
    world.pass_time(1)
    assert [webhook.type for webhook in world.webhooks] == ["charge.succeeded"]


@pytest.mark.parametrize("change", ["disabled", "deleted"])
def test_a_disabled_or_deleted_endpoint_gets_nothing(change: str) -> None:
    world = Stripe()
    _hooked(world, "*")
    (endpoint,) = world.get("/v1/webhook_endpoints")["data"]
    if change == "disabled":
        assert world.post(f"/v1/webhook_endpoints/{endpoint['id']}", {"disabled": "true"})["status"] == "disabled"
    else:
        world.delete(f"/v1/webhook_endpoints/{endpoint['id']}")
    world.post("/v1/payment_intents", PAID)
    world.pass_time(1)
    assert world.webhooks == []
    assert world.events() == PI_PAID


def test_an_event_shows_the_object_as_it_was_then_and_counts_who_waits() -> None:
    world = Stripe()
    _hooked(world, "*")
    world.post("/v1/payment_intents", PAID)
    succeeded, _charge, created = world.get("/v1/events")["data"]
    assert created["data"]["object"]["status"] == "requires_confirmation"
    assert succeeded["data"]["object"]["status"] == "succeeded"
    assert created["pending_webhooks"] == 1
    assert created["api_version"] == "2026-10-28.endive"


def test_a_delivery_that_fails_is_tried_again_with_a_new_signature() -> None:
    world = Stripe()
    _hooked(world, "charge.succeeded")
    world.post("/v1/payment_intents", PAID)
    attempts = []
    for _ in range(10):
        due_s = world.simulator.next_due_s()
        if due_s is None:
            break
        world.now_s = max(world.now_s, due_s)
        for webhook in world.simulator.run_due(world.now_s):
            attempts.append((webhook.headers["Stripe-Signature"], webhook.body))
            world.simulator.webhook_done(webhook.id, 500)
    assert len(attempts) == len(SCHEDULE_S)
    assert len({header for header, _ in attempts}) == len(attempts)
    assert len({body for _, body in attempts}) == 1


def _verifies(webhook: Any, secret: str) -> bool:
    try:
        stripe.Webhook.construct_event(webhook.body, webhook.headers["Stripe-Signature"], secret, tolerance=0)
    except stripe.SignatureVerificationError:
        return False
    return True


def test_while_a_secret_is_rolled_deliveries_are_signed_with_both() -> None:
    world = Stripe()
    old = _hooked(world, "customer.created")
    (endpoint,) = world.get("/v1/webhook_endpoints")["data"]
    rolling = f"/v1/test_helpers/webhook_endpoints/{endpoint['id']}/roll_secret"
    new = world.post(rolling, {"expires_in": "3600"})["secret"]
    assert new.startswith("whsec_")
    assert new != old
    world.post("/v1/customers")
    world.pass_time(3_600)
    world.post("/v1/customers")
    world.pass_time(1)
    during, after = world.webhooks
    assert during.headers["Stripe-Signature"].count("v1=") == 2
    assert after.headers["Stripe-Signature"].count("v1=") == 1
    assert [_verifies(one, secret) for one in (during, after) for secret in (old, new)] == [True, True, False, True]
    assert world.send("POST", rolling, {"expires_in": "86401"}).status == 400


def test_a_forged_delivery_verifies_with_none_of_two_secrets() -> None:
    world = Stripe({"webhooks": {"bad_signature": True}})
    old = _hooked(world, "customer.created")
    (endpoint,) = world.get("/v1/webhook_endpoints")["data"]
    new = world.post(f"/v1/test_helpers/webhook_endpoints/{endpoint['id']}/roll_secret")["secret"]
    world.post("/v1/customers")
    world.pass_time(1)
    (only,) = world.webhooks
    assert [_verifies(only, secret) for secret in (old, new)] == [False, False]


@pytest.mark.parametrize("as_new_event", [False, True])
def test_one_change_may_be_told_by_two_events(as_new_event: bool) -> None:
    world = Stripe({"webhooks": {"twice": True, "as_new_event": as_new_event}})
    secret = _hooked(world, "charge.succeeded")
    world.post("/v1/payment_intents", PAID)
    world.pass_time(1)
    first, second = [json.loads(webhook.body) for webhook in world.webhooks]
    assert all(_verifies(webhook, secret) for webhook in world.webhooks)
    assert (first["id"] != second["id"]) == as_new_event
    assert first["data"] == second["data"]
    assert world.get(f"/v1/events/{second['id']}")["type"] == "charge.succeeded"
    assert world.events().count("charge.succeeded") == 1 + as_new_event
    assert world.effects() == [("stripe.charge", 1099)]


def test_a_receiver_that_was_registered_without_a_call_hears_everything_and_is_listed() -> None:
    world = Stripe()
    secret = world.simulator.listen("unit", HOOK)
    assert secret == secret_of("unit")
    world.post("/v1/payment_intents", PAID)
    world.pass_time(1)
    assert [webhook.type for webhook in world.webhooks] == PI_PAID
    for webhook in world.webhooks:
        stripe.Webhook.construct_event(webhook.body, webhook.headers["Stripe-Signature"], secret, tolerance=0)
    (listed,) = world.get("/v1/webhook_endpoints")["data"]
    assert (listed["url"], listed["enabled_events"]) == (HOOK, ["*"])
