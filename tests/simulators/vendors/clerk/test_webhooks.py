"""Webhooks: who is told what, how it is signed, how often it is tried; endpoints and their secrets."""

import json
from typing import Any

import pytest

from brownout_simulators import svix
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.clerk.keys import instance_id
from brownout_simulators.vendors.clerk.webhooks import EVENTS
from tests.simulators.vendors.clerk.bench import HOOK, NAME, ClerkBench, refusal
from tests.support.vendor_bench import EPOCH_S

APP = f"/api/v1/app/{instance_id(NAME)}/endpoint"


def svix_ask(bench: ClerkBench, method: str, path: str, body: Any = None) -> Any:
    return bench.post_json(f"{APP}{path}", body or {}, method=method)


def holds(bench: ClerkBench, place: int, *secrets: str) -> bool:
    """Whether a delivery is signed with these secrets, one after the other, and nothing else."""
    webhook = bench.webhooks[place]
    headers = webhook.headers
    made = svix.signature(secrets, headers["svix-id"], float(headers["svix-timestamp"]), webhook.body)
    return made == headers["svix-signature"]


def test_an_event_is_told_with_what_it_is_about() -> None:
    bench = ClerkBench()
    secret = bench.listen()
    user = bench.user()
    bench.pass_time(1)
    (webhook,) = bench.webhooks
    assert json.loads(webhook.body) == {
        "data": user,
        "event_attributes": {"http_request": {"client_ip": "127.0.0.1", "user_agent": ""}},
        "instance_id": instance_id(NAME),
        "object": "event",
        "timestamp": user["created_at"],
        "type": "user.created",
    }
    assert webhook.headers["svix-id"].startswith("msg_")
    assert webhook.headers["svix-timestamp"] == str(int(EPOCH_S + 100))
    assert holds(bench, 0, secret)


def test_an_application_can_be_configured_before_its_endpoint_is_there() -> None:
    bench = ClerkBench()
    environment = bench.simulator.vendor.environment("http://x", bench.simulator.vendor.test_key(NAME))
    assert bench.listen() == environment["CLERK_WEBHOOK_SIGNING_SECRET"]


def test_a_delivery_that_fails_is_tried_eight_times_under_one_id() -> None:
    bench = ClerkBench()
    secret = bench.listen()
    bench.receiver_status = 500
    bench.user()
    start_s = bench.now_s
    bench.pass_time(5 * 86_400)
    assert len(bench.webhooks) == len(svix.SCHEDULE_S) == 8
    at_s = [int(webhook.headers["svix-timestamp"]) - int(EPOCH_S + start_s) for webhook in bench.webhooks]
    assert at_s == [int(due_s) for due_s in svix.SCHEDULE_S]
    assert len({webhook.headers["svix-id"] for webhook in bench.webhooks}) == 1
    assert len({webhook.headers["svix-signature"] for webhook in bench.webhooks}) == 8
    assert all(holds(bench, place, secret) for place in range(8))


@pytest.mark.parametrize(("status", "attempts"), [(200, 1), (204, 1), (301, 8), (410, 8), (None, 8)])
def test_what_counts_as_heard(status: int | None, attempts: int) -> None:
    bench = ClerkBench()
    bench.listen()
    bench.receiver_status = status
    bench.user()
    bench.pass_time(2 * 86_400)
    assert len(bench.webhooks) == attempts


def test_an_endpoint_that_only_fails_for_five_days_hears_no_more() -> None:
    bench = ClerkBench()
    bench.listen()
    bench.receiver_status = 500
    for number in range(8):
        bench.user(f"u{number}@example.com")
        bench.pass_time(86_400)
    heard = len(bench.webhooks)
    assert svix_ask(bench, "GET", "").json["data"][0]["disabled"]
    bench.receiver_status = 200
    bench.user("late@example.com")
    bench.pass_time(86_400)
    assert len(bench.webhooks) == heard


def test_a_rotated_secret_signs_beside_the_one_before_for_a_day() -> None:
    bench = ClerkBench()
    made = svix_ask(bench, "POST", "", {"url": HOOK, "filterTypes": ["user.created"]}).json
    path = f"/{made['id']}"
    old = svix_ask(bench, "GET", f"{path}/secret").json["key"]
    assert svix_ask(bench, "POST", f"{path}/secret/rotate").status == 204
    new = svix_ask(bench, "GET", f"{path}/secret").json["key"]
    bench.user()
    bench.pass_time(svix.ROTATION_OVERLAP_S)
    bench.user("b@example.com")
    bench.pass_time(1)
    assert new != old
    assert holds(bench, 0, new, old)
    assert holds(bench, 1, new)


def test_during_a_rotation_a_forged_delivery_is_forged_under_both_secrets() -> None:
    bench = ClerkBench()
    made = svix_ask(bench, "POST", "", {"url": HOOK}).json
    secrets = [svix_ask(bench, "GET", f"/{made['id']}/secret").json["key"]]
    svix_ask(bench, "POST", f"/{made['id']}/secret/rotate")
    secrets.append(svix_ask(bench, "GET", f"/{made['id']}/secret").json["key"])
    forge = {"id": "f", "vendor": "clerk", "match": "POST /v1/users", "webhooks": {"bad_signature": True}}
    bench.simulator.schedule([rule_from_json(forge)])
    bench.user()
    bench.pass_time(1)
    (webhook,) = bench.webhooks
    right = {
        svix.signature([secret], webhook.headers["svix-id"], float(webhook.headers["svix-timestamp"]), webhook.body)
        for secret in secrets
    }
    assert not right & set(webhook.headers["svix-signature"].split(" "))


def test_a_duplicate_has_the_same_id() -> None:
    bench = ClerkBench()
    bench.listen()
    twice = {"id": "t", "vendor": "clerk", "match": "POST /v1/users", "webhooks": {"twice": True}}
    bench.simulator.schedule([rule_from_json(twice)])
    bench.user()
    bench.pass_time(60)
    first, second = bench.webhooks
    assert first.headers["svix-id"] == second.headers["svix-id"]
    assert first.body == second.body


def test_endpoints_are_made_listed_changed_and_deleted_as_at_svix() -> None:
    bench = ClerkBench()
    secret = svix.secret_of("x")
    made = svix_ask(bench, "POST", "", {"url": HOOK, "secret": secret, "filterTypes": ["user.deleted"]}).json
    path = f"/{made['id']}"
    assert svix_ask(bench, "GET", "").json["data"] == [svix_ask(bench, "GET", path).json] == [made]
    assert svix_ask(bench, "GET", f"{path}/secret").json == {"key": secret}
    user = bench.user()
    assert (
        svix_ask(bench, "PATCH", path, {"filterTypes": None, "url": "http://127.0.0.1:8/"}).json["filterTypes"] is None
    )
    bench.do(f"/users/{user['id']}", method="DELETE")
    bench.pass_time(1)
    assert [(webhook.url, webhook.type) for webhook in bench.webhooks] == [("http://127.0.0.1:8/", "user.deleted")]
    assert svix_ask(bench, "DELETE", path).status == 204
    assert refusal(svix_ask(bench, "GET", path)) == (404, "resource_not_found")
    for body in (
        {"url": "nowhere"},
        {"url": "http://["},
        {"url": HOOK, "secret": "x"},
        {"url": HOOK, "filterTypes": ["x"]},
    ):
        assert svix_ask(bench, "POST", "", body).status == 422
    elsewhere = bench.post_json("/api/v1/app/app_x/endpoint", {"url": HOOK})
    assert refusal(elsewhere) == (404, "resource_not_found")


def test_an_instance_has_one_application_at_svix() -> None:
    bench = ClerkBench()
    assert refusal(bench.ask("POST", "/webhooks/svix_url")) == (400, "svix_app_missing")
    assert refusal(bench.ask("DELETE", "/webhooks/svix")) == (400, "svix_app_missing")
    made = bench.do("/webhooks/svix")
    assert made["svix_url"].endswith(APP)
    assert refusal(bench.ask("POST", "/webhooks/svix")) == (400, "svix_app_exists")
    assert bench.do("/webhooks/svix_url") == made
    bench.listen()
    assert bench.ask("DELETE", "/webhooks/svix").status == 204
    assert svix_ask(bench, "GET", "").json["data"] == []


def test_every_event_is_told_of_what_it_is_named_for() -> None:
    bench = ClerkBench()
    bench.listen()
    organization = bench.organization()["id"]
    user = bench.user()["id"]
    path = f"/organizations/{organization}"
    bench.do(f"{path}/memberships", {"user_id": user, "role": "org:member"})
    bench.do(f"{path}/memberships/{user}", {"role": "org:admin"}, "PATCH")
    bench.do(f"{path}/memberships/{user}", method="DELETE")
    sent = bench.do(f"{path}/invitations", {"email_address": "c@example.com", "role": "org:member"})
    bench.do(f"{path}/invitations/{sent['id']}/revoke")
    bench.do(f"{path}/invitations", {"email_address": "c+clerk_accept@example.com", "role": "org:member"})
    bench.do(path, {"name": "x"}, "PATCH")
    session = bench.session(user)
    bench.do(f"/sessions/{session['id']}/revoke")
    bench.session(user)
    bench.do(f"/users/{user}", {"first_name": "x"}, "PATCH")
    bench.do(f"/users/{user}", method="DELETE")
    bench.pass_time(5)
    bench.do(path, method="DELETE")
    bench.pass_time(1)
    assert set(bench.told()) == EVENTS
