"""Webhooks: what they say, who hears them, what their log says of them."""

import json
from typing import Any

import pytest

from brownout_simulators import svix
from tests.simulators.vendors.resend.bench import HOOK, ResendBench, refusal

ALL = ["email.sent", "email.delivered"]


def verified(webhook: Any, *secrets: str) -> list[bool]:
    """Whether the signature of each secret is among those of an attempt."""
    headers = webhook.headers
    given = headers["svix-signature"].split(" ")
    return [
        svix.signature([each], headers["svix-id"], int(headers["svix-timestamp"]), webhook.body) in given
        for each in secrets
    ]


def opened(bench: ResendBench, **changes: Any) -> Any:
    return bench.do("POST", "/webhooks", {"endpoint": HOOK, "events": ALL, **changes})


def events_of(bench: ResendBench, webhook_id: str) -> list[Any]:
    return list(bench.do("GET", f"/webhooks/{webhook_id}/events")["data"])


def test_an_endpoint_hears_what_it_asked_for_signed_with_its_secret() -> None:
    bench = ResendBench()
    made = opened(bench)
    email_id = bench.mail("complained@sim.test", tags=[{"name": "kind", "value": "receipt"}])
    bench.pass_time(60)
    assert bench.told() == ALL
    body = json.loads(bench.webhooks[1].body)
    assert body["type"] == "email.delivered"
    assert (body["data"]["email_id"], body["data"]["to"]) == (email_id, ["complained@sim.test"])
    assert body["data"]["tags"] == {"kind": "receipt"}
    assert verified(bench.webhooks[1], made["signing_secret"], svix.secret_of("x")) == [True, False]
    ids = {webhook.headers["svix-id"] for webhook in bench.webhooks}
    assert len(ids) == 2


def test_two_endpoints_hear_one_message_each_with_its_own_secret() -> None:
    bench = ResendBench()
    secrets = [opened(bench, events=["email.sent"])["signing_secret"] for _ in range(2)]
    bench.mail()
    bench.pass_time(5)
    assert len({webhook.headers["svix-id"] for webhook in bench.webhooks}) == 1
    assert sorted(verified(webhook, *secrets) for webhook in bench.webhooks) == [[False, True], [True, False]]


def test_endpoints_are_read_listed_changed_and_removed() -> None:
    bench = ResendBench()
    made = opened(bench)
    read = bench.do("GET", f"/webhooks/{made['id']}")
    assert (read["endpoint"], read["events"], read["status"]) == (HOOK, sorted(ALL), "enabled")
    assert read["signing_secret"] == made["signing_secret"]
    bench.do("PATCH", f"/webhooks/{made['id']}", {"events": ["email.bounced"], "endpoint": "http://127.0.0.1:9/b"})
    (row,) = bench.do("GET", "/webhooks")["data"]
    assert (row["events"], row["endpoint"]) == (["email.bounced"], "http://127.0.0.1:9/b")
    assert "signing_secret" not in row
    assert bench.do("DELETE", f"/webhooks/{made['id']}")["deleted"] is True
    assert refusal(bench.ask("GET", f"/webhooks/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "name"),
    [({}, "missing_required_field"), ({"endpoint": HOOK}, "missing_required_field"),
     ({"endpoint": "ftp://x", "events": ALL}, "validation_error"), ({"endpoint": 7, "events": ALL}, "validation_error"),
     ({"endpoint": HOOK, "events": "email.sent"}, "validation_error"),
     ({"endpoint": "http://[", "events": ALL}, "validation_error"),
     ({"endpoint": HOOK, "events": ["email.eaten"]}, "validation_error")],
)  # fmt: skip
def test_an_endpoint_that_cannot_be_is_refused(body: Any, name: str) -> None:
    assert refusal(ResendBench().ask("POST", "/webhooks", body)) == (422, name)


def test_a_failing_endpoint_is_tried_again_on_svixs_schedule_with_one_id_and_the_log_tells() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    bench.receiver_status = 500
    bench.mail()
    bench.pass_time(4)
    (event,) = events_of(bench, made["id"])
    assert (event["type"], event["status"]) == ("email.sent", "attempting")
    bench.pass_time(svix.SCHEDULE_S[-1])
    assert len(bench.webhooks) == len(svix.SCHEDULE_S)
    assert {webhook.headers["svix-id"] for webhook in bench.webhooks} == {event["id"]}
    assert len({webhook.headers["svix-timestamp"] for webhook in bench.webhooks}) == len(svix.SCHEDULE_S)
    whole = bench.do("GET", f"/webhooks/{made['id']}/events/{event['id']}")
    assert (whole["status"], whole["next_attempt_at"]) == ("failed", None)
    assert whole["payload"] == json.loads(bench.webhooks[0].body)
    attempts = bench.do("GET", f"/webhooks/{made['id']}/events/{event['id']}/attempts")["data"]
    assert [each["http_status_code"] for each in attempts] == [500] * 8


def test_an_event_that_was_told_can_be_replayed_under_its_id() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    bench.mail()
    bench.pass_time(5)
    (event,) = events_of(bench, made["id"])
    bench.pass_time(3 * 86_400)
    again = bench.do("POST", f"/webhooks/{made['id']}/events/{event['id']}/replay")
    assert again["id"] == event["id"]
    bench.pass_time(5)
    first, second = bench.webhooks
    assert (first.headers["svix-id"], first.body) == (second.headers["svix-id"], second.body)
    assert int(second.headers["svix-timestamp"]) - int(first.headers["svix-timestamp"]) > 3 * 86_000
    assert len(events_of(bench, made["id"])) == 1


def test_while_it_is_disabled_nothing_is_attempted_and_what_waited_comes_once_it_is_enabled() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    bench.receiver_status = 503
    waiting = bench.mail()
    bench.pass_time(1)
    assert len(bench.webhooks) == 1
    path = f"/webhooks/{made['id']}"
    bench.do("PATCH", path, {"status": "disabled"})
    bench.mail()
    bench.pass_time(86_400)
    assert len(bench.webhooks) == 1
    bench.receiver_status = 200
    bench.do("PATCH", path, {"status": "enabled"})
    bench.pass_time(60)
    assert len(bench.webhooks) == 2, "what happened while it was disabled is for nobody"
    assert json.loads(bench.webhooks[1].body)["data"]["email_id"] == waiting
    assert [event["status"] for event in events_of(bench, made["id"])] == ["success"]
    assert refusal(bench.ask("PATCH", path, {"status": "asleep"})) == (422, "validation_error")


def test_who_is_enabled_again_before_the_next_attempt_hears_nothing_twice() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    bench.receiver_status = 503
    bench.mail()
    bench.pass_time(1)
    bench.receiver_status = 200
    for status in ("disabled", "enabled"):
        bench.do("PATCH", f"/webhooks/{made['id']}", {"status": status})
    bench.pass_time(86_400)
    assert [webhook.attempt for webhook in bench.webhooks] == [1, 2]


def test_after_a_rotation_both_secrets_sign_for_a_day_also_what_is_tried_again() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    path = f"/webhooks/{made['id']}"
    bench.receiver_status = 500
    bench.mail()
    bench.pass_time(1)
    rotated = bench.do("POST", f"{path}/signing-secret/rotate")["signing_secret"]
    assert rotated == bench.do("GET", path)["signing_secret"] != made["signing_secret"]
    bench.pass_time(svix.SCHEDULE_S[-1])
    told = [verified(webhook, made["signing_secret"], rotated) for webhook in bench.webhooks]
    assert told == [[True, False], *[[True, True]] * 6, [False, True]], "the last attempt is more than a day later"


def test_five_days_of_failures_disable_an_endpoint() -> None:
    bench = ResendBench()
    made = opened(bench, events=["email.sent"])
    bench.receiver_status = None
    for _ in range(6):
        bench.mail()
        bench.pass_time(86_400)
    assert bench.do("GET", f"/webhooks/{made['id']}")["status"] == "disabled"


def test_what_is_not_there_cannot_be_looked_at() -> None:
    bench = ResendBench()
    made = opened(bench)
    path = f"/webhooks/{made['id']}/events/none"
    for method, where in (("GET", path), ("GET", f"{path}/attempts"), ("POST", f"{path}/replay")):
        assert refusal(bench.ask(method, where)) == (404, "not_found")
    assert refusal(bench.ask("POST", "/webhooks/none/signing-secret/rotate")) == (404, "not_found")


def test_nothing_is_made_of_an_event_that_nobody_hears() -> None:
    bench = ResendBench()
    opened(bench, events=["email.bounced"])
    bench.mail()
    bench.pass_time(60)
    assert bench.webhooks == []
