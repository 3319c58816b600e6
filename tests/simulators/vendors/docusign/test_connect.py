"""Connect: what is told to whom, by which keys it is signed, what is tried again, what is written down of it."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.docusign.keys import hmac_key, label_of
from brownout_simulators.vendors.docusign.webhooks import ATTEMPTS, SCHEDULE_S, UNACKNOWLEDGED
from tests.simulators.vendors.docusign.bench import HOOK, QUICK, DocusignBench, refusal

ALL = [
    "envelope-sent", "recipient-sent", "recipient-delivered", "envelope-delivered", "recipient-completed",
    "envelope-completed",
]  # fmt: skip


def configured(bench: DocusignBench, **more: Any) -> Any:
    return bench.do("/connect", {"urlToPublishTo": HOOK, "allUsers": "true", **more})


def bodies(bench: DocusignBench) -> list[Any]:
    return [json.loads(each.body) for each in bench.webhooks]


def test_every_event_is_told_once_in_order_and_signed() -> None:
    bench = DocusignBench(**QUICK)
    key = bench.listen()
    made = bench.envelope()
    bench.pass_time(100)
    assert bench.told() == ALL
    for webhook in bench.webhooks:
        expected = base64.b64encode(hmac.new(key.encode(), webhook.body, hashlib.sha256).digest()).decode()
        assert webhook.headers["X-DocuSign-Signature-1"] == expected
        assert "X-DocuSign-Signature-2" not in webhook.headers
    first = bodies(bench)[0]
    assert (first["event"], first["apiVersion"], first["retryCount"]) == ("envelope-sent", "v2.1", 0)
    assert first["uri"].endswith(f"/envelopes/{made}")
    assert first["data"]["envelopeId"] == made
    assert first["data"]["accountId"] == bench.account_id


def test_every_active_key_signs() -> None:
    bench = DocusignBench(hmac_keys=3, **QUICK)
    bench.listen()
    bench.envelope()
    bench.pass_time(1)
    webhook = bench.webhooks[0]
    label = label_of(bench.environment["DOCUSIGN_INTEGRATION_KEY"])
    for nth in range(3):
        digest = hmac.new(hmac_key(label, nth).encode(), webhook.body, hashlib.sha256).digest()
        assert webhook.headers[f"X-DocuSign-Signature-{nth + 1}"] == base64.b64encode(digest).decode()


def test_a_configuration_hears_what_it_asked_for() -> None:
    bench = DocusignBench(**QUICK)
    configured(bench, envelopeEvents="Completed", eventData={"includeData": ["recipients", "custom_fields"]})
    configured(bench, events=["recipient-completed"], urlToPublishTo=HOOK + "2", includeHMAC="false")
    configured(bench, allowEnvelopePublish="false", urlToPublishTo=HOOK + "3")
    bench.envelope()
    bench.pass_time(100)
    assert [(each.type, each.url) for each in bench.webhooks] == [
        ("envelope-completed", HOOK),
        ("recipient-completed", HOOK + "2"),
    ]
    summary = bodies(bench)[0]["data"]["envelopeSummary"]
    assert (summary["status"], summary["recipients"]["signers"][0]["status"]) == ("completed", "completed")
    assert "envelopeSummary" not in bodies(bench)[1]["data"]
    assert not [name for name in bench.webhooks[1].headers if "Signature" in name]


def test_in_aggregate_mode_what_happens_at_once_is_one_event() -> None:
    bench = DocusignBench(**QUICK)
    configured(bench, deliveryMode="Aggregate")
    bench.envelope()
    bench.pass_time(100)
    told = [(body["event"], body["data"]["envelopeSummary"]["status"]) for body in bodies(bench)]
    assert told == [
        ("recipient-sent", "sent"),
        ("envelope-delivered", "delivered"),
        ("envelope-completed", "completed"),
    ]


def test_an_envelope_may_bring_its_own_receiver() -> None:
    bench = DocusignBench(**QUICK)
    own = {"url": HOOK, "envelopeEvents": [{"envelopeEventStatusCode": "completed"}], "requireAcknowledgment": "true"}
    bench.envelope(eventNotification=own)
    bench.envelope()
    bench.pass_time(100)
    assert [(body["event"], body["configurationId"]) for body in bodies(bench)] == [("envelope-completed", 0)]


def test_a_delivery_is_tried_for_weeks_then_given_up_and_can_be_queued_again() -> None:
    bench = DocusignBench(token_s=86_400, **QUICK)
    configured(bench, events=["envelope-sent"])
    bench.receiver_status = 500
    made = bench.envelope()
    bench.pass_time(SCHEDULE_S[-1] + 1)
    bench.authorization = f"Bearer {bench.grant().json['access_token']}"
    assert len(bench.webhooks) == ATTEMPTS
    assert len({each.body for each in bench.webhooks}) == 1, "the same event in every attempt, its date included"
    (failure,) = bench.get("/connect/failures")["failures"]
    assert (failure["envelopeId"], failure["status"]) == (made, "failed")
    assert len(bench.get("/connect/logs")["logs"]) == ATTEMPTS
    bench.receiver_status = 200
    queued = bench.do(f"/connect/envelopes/{made}/retry_queue", method="PUT")["retryQueue"]
    assert [row["envelopeId"] for row in queued] == [made]
    bench.pass_time(1)
    assert bench.webhooks[-1].body == bench.webhooks[0].body
    assert bench.get("/connect/failures")["failures"] == []
    assert bench.get("/connect/logs")["logs"][0]["status"] == "success"
    assert bench.do("/connect/envelopes/retry_queue", {"envelopeIds": [made]}, "PUT")["retryQueue"] == []


@pytest.mark.parametrize(("status", "attempts"), [(500, 1), (200, 1), (None, 2)])
def test_without_acknowledgement_any_answer_is_one(status: int | None, attempts: int) -> None:
    bench = DocusignBench(**QUICK)
    configured(bench, events=["envelope-sent"], requiresAcknowledgement="false")
    bench.receiver_status = status
    bench.envelope()
    bench.pass_time(20)
    assert [each.url for each in bench.webhooks] == [HOOK + UNACKNOWLEDGED] * attempts
    assert bench.get("/connect/logs")["logs"][0]["configUrl"] == HOOK


def test_configurations_are_kept_changed_and_taken_away() -> None:
    bench = DocusignBench(**QUICK)
    made = configured(bench, name="ours", envelopeEvents=["Sent", "Completed"], recipientEvents=["Declined"])
    assert (made["connectId"], made["envelopeEvents"], made["deliveryMode"]) == ("1", ["Completed", "Sent"], "SIM")
    assert bench.get("/connect/1")["configurations"] == bench.get("/connect")["configurations"] == [made]
    changed = bench.do("/connect", {"connectId": "1", "name": "theirs", "requiresAcknowledgement": "false"}, "PUT")
    assert changed == {**made, "name": "theirs", "requiresAcknowledgement": "false"}
    assert bench.ask("DELETE", "/connect/1").status == 200
    assert bench.get("/connect")["totalRecords"] == "0"
    assert refusal(bench.ask("DELETE", "/connect/1")) == (404, "RESOURCE_NOT_FOUND")
    assert configured(bench)["connectId"] == "2"


@pytest.mark.parametrize(
    "given",
    [
        {"urlToPublishTo": "x"},
        {"urlToPublishTo": "http://["},
        {"envelopeEvents": ["Vanished"]},
        {"events": "envelope-sent"},
        {"deliveryMode": "Odd"},
        {"eventData": {"includeData": ["secrets"]}},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    answer = DocusignBench().ask("POST", "/connect", {"urlToPublishTo": HOOK, **given})
    assert refusal(answer) == (400, "INVALID_REQUEST_BODY")


def test_duplicates_losses_and_forgeries_are_the_engines() -> None:
    bench = DocusignBench(**QUICK)
    key = bench.listen()
    for fault, count in (({"twice": True}, 2), ({"lost": True}, 0), ({"bad_signature": True}, 1)):
        rule = {"id": "r", "vendor": "docusign", "match": "POST *", "webhooks": fault}
        bench.simulator.schedule([rule_from_json(rule)])
        bench.webhooks.clear()
        bench.envelope()
        bench.pass_time(0.5)
        sent = [each for each in bench.webhooks if each.type == "envelope-sent"]
        assert len(sent) == count
        if "bad_signature" in fault:
            digest = hmac.new(key.encode(), sent[0].body, hashlib.sha256).digest()
            assert sent[0].headers["X-DocuSign-Signature-1"] != base64.b64encode(digest).decode()


def test_the_log_and_the_failures_can_be_emptied() -> None:
    bench = DocusignBench(**QUICK)
    configured(bench, events=["envelope-sent"])
    bench.envelope()
    bench.pass_time(1)
    (row,) = bench.get("/connect/logs")["logs"]
    assert bench.get(f"/connect/logs/{row['logId']}") == row
    assert bench.ask("DELETE", "/connect/logs").status == 200
    assert bench.get("/connect/logs")["totalRecords"] == "0"
    assert refusal(bench.ask("GET", f"/connect/logs/{row['logId']}")) == (404, "RESOURCE_NOT_FOUND")
    assert refusal(bench.ask("DELETE", "/connect/failures/x")) == (404, "RESOURCE_NOT_FOUND")
    assert bench.get("/connect/failures?from_date=2025-01-01")["failures"] == []
