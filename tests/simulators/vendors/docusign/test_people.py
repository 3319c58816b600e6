"""What happens to an envelope: its states, who is sent it when, what its people do, and what the books say of it."""

import json

import pytest

from brownout_simulators.vendors.docusign.people import Happening
from brownout_simulators.vendors.docusign.resources import TRANSITIONS
from tests.simulators.vendors.docusign.bench import NEVER, QUICK, DocusignBench, definition, refusal


def test_an_envelope_goes_from_sent_by_delivered_to_completed_and_its_effects_are_in_the_books() -> None:
    bench = DocusignBench(**QUICK)
    fields = {"textCustomFields": [{"name": "operationId", "value": "op-1"}]}
    made = bench.envelope(transactionId="8A0B1C2D-0000-4000-8000-000000000001", customFields=fields)
    seen = []
    for _ in range(4):
        seen.append(bench.status(made))
        bench.pass_time(1)
    assert seen == ["sent", "delivered", "delivered", "completed"]
    assert [row["route"] for row in bench.effects()] == ["docusign.envelope", "docusign.email", "docusign.completion"]
    assert {row["operation_id"] for row in bench.effects()} == {"op-1"}
    said = json.loads(bench.effects()[0]["references"])
    assert said["transactionId"] == "8a0b1c2d-0000-4000-8000-000000000001"
    assert [row["id"] for row in bench.effects() if row["route"] != "docusign.email"] == [made, made]


def test_a_draft_is_no_effect_until_it_is_sent() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope(status="created")
    bench.pass_time(100)
    assert (bench.status(made), bench.effects()) == ("created", [])
    bench.do(f"/envelopes/{made}", {"status": "sent"}, "PUT")
    assert bench.status(made) == "sent"
    assert len(bench.of_kind("envelope")) == len(bench.of_kind("email")) == 1


def test_nobody_is_sent_it_before_everybody_ahead_has_signed() -> None:
    bench = DocusignBench(**QUICK)
    people = definition("a@example.com", "b@example.com")["recipients"]
    people["carbonCopies"] = [{"recipientId": "9", "routingOrder": "3", "name": "Copy", "email": "c@example.com"}]
    made = bench.envelope(recipients=people)
    orders, statuses = [], []
    for _ in range(7):
        found = bench.get(f"/envelopes/{made}/recipients")
        orders.append(found["currentRoutingOrder"])
        statuses.append([one["status"] for one in (*found["signers"], *found["carbonCopies"])])
        bench.pass_time(1)
    assert statuses[0] == ["sent", "created", "created"]
    assert statuses[3] == ["completed", "sent", "created"]
    assert statuses[6] == ["completed"] * 3
    assert orders == ["1", "1", "1", "2", "2", "2", "3"]
    assert [json.loads(row["fields"])["to"] if row["fields"] else "" for row in bench.of_kind("email")] == [""] * 3


@pytest.mark.parametrize(
    ("tag", "envelope", "recipient"),
    [
        ("decline", "declined", "declined"),
        ("decline-10", "declined", "declined"),
        ("auth_failed", "sent", "sent"),
        ("bounce", "sent", "autoresponded"),
        ("open", "delivered", "delivered"),
        ("never", "sent", "sent"),
        ("sign-10", "completed", "completed"),
        ("unheard_of", "completed", "completed"),
    ],
)
def test_a_recipient_may_have_a_fixed_fate(tag: str, envelope: str, recipient: str) -> None:
    bench = DocusignBench(**QUICK)
    made = bench.envelope(f"ada+docusign_{tag}@example.com")
    bench.pass_time(1_000)
    assert bench.status(made) == envelope
    assert bench.get(f"/envelopes/{made}/recipients")["signers"][0]["status"] == recipient
    assert len(bench.of_kind("completion")) == (envelope == "completed")


def test_nobody_signs_what_was_voided_and_it_is_voided_once() -> None:
    bench = DocusignBench(**QUICK)
    made = bench.envelope()
    bench.do(f"/envelopes/{made}", {"status": "voided", "voidedReason": "a mistake"}, "PUT")
    bench.pass_time(100)
    found = bench.get(f"/envelopes/{made}")
    assert (found["status"], found["voidedReason"]) == ("voided", "a mistake")
    again = bench.ask("PUT", f"/envelopes/{made}", {"status": "voided", "voidedReason": "again"})
    assert refusal(again) == (400, "ENVELOPE_CANNOT_VOID_INVALID_STATE")
    assert [row["route"] for row in bench.effects()][-1] == "docusign.void"
    assert len(bench.of_kind("void")) == 1
    assert not bench.of_kind("completion")


def test_what_is_completed_is_not_voided() -> None:
    bench = DocusignBench(**QUICK)
    made = bench.envelope()
    bench.pass_time(100)
    answer = bench.ask("PUT", f"/envelopes/{made}", {"status": "voided", "voidedReason": "late"})
    assert refusal(answer) == (400, "ENVELOPE_CANNOT_VOID_INVALID_STATE")
    assert (bench.status(made), bench.of_kind("void")) == ("completed", [])


def test_an_envelope_expires_unless_that_is_changed_meanwhile() -> None:
    bench = DocusignBench(**NEVER)
    expiring = {"notification": {"expirations": {"expireEnabled": "true", "expireAfter": "2", "expireWarn": "1"}}}
    first, second = bench.envelope(**expiring), bench.envelope(**expiring)
    assert bench.get(f"/envelopes/{first}")["expireDateTime"][:10] == "2025-10-11"
    bench.do(f"/envelopes/{second}/notification", {"expirations": {"expireEnabled": "true", "expireAfter": 5}}, "PUT")
    bench.pass_time(2 * 86_400)
    bench.authorization = f"Bearer {bench.grant().json['access_token']}"
    assert (bench.status(first), bench.status(second)) == ("voided", "sent")
    assert bench.get(f"/envelopes/{first}")["voidedReason"] == "Envelope has expired."
    assert [row["id"] for row in bench.of_kind("void")] == [first]


def test_copies_alone_are_completed_at_once() -> None:
    bench = DocusignBench()
    people = {"carbonCopies": [{"recipientId": "1", "name": "Copy", "email": "c@example.com"}]}
    assert bench.status(bench.envelope(recipients=people)) == "completed"
    assert [row["route"] for row in bench.effects()] == ["docusign.envelope", "docusign.email", "docusign.completion"]


def test_a_certified_delivery_is_done_when_it_is_opened() -> None:
    bench = DocusignBench(opens_after_s=1, signs_after_s=None)
    people = {"certifiedDeliveries": [{"recipientId": "1", "name": "Cert", "email": "c@example.com"}]}
    made = bench.envelope(recipients=people)
    bench.pass_time(2)
    assert bench.status(made) == "completed"


def test_who_has_only_to_open_it_may_decline_in_place_of_that() -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], fields={"docusign.email": ["link"]})
    people = {"certifiedDeliveries": [{"recipientId": "1", "name": "Cert", "email": "c@example.com"}]}
    made = bench.envelope(recipients=people)
    link = json.loads(bench.of_kind("email")[0]["fields"])["link"].removeprefix("http://bench.localhost")
    assert bench.send("POST", f"{link}/decline").json == {"event": "decline"}
    assert bench.status(made) == "declined"


def test_a_step_that_does_not_follow_raises_and_changes_nothing() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope()
    (account,) = bench.simulator.accounts.values()
    envelope = account.state.envelopes.get(made)
    assert envelope is not None
    before = envelope.now
    for status in set(TRANSITIONS) - TRANSITIONS["sent"]:
        with pytest.raises(ValueError, match=f"cannot go from sent to {status}"):
            Happening(account, envelope).move(status)
    assert envelope.now is before
    assert bench.status(made) == "sent"


def test_the_audit_says_who_did_what() -> None:
    bench = DocusignBench(**QUICK)
    made = bench.envelope()
    bench.pass_time(10)
    rows = bench.get(f"/envelopes/{made}/audit_events")["auditEvents"]
    said = [{field["name"]: field["value"] for field in row["eventFields"]} for row in rows]
    assert [each["Action"] for each in said] == ["Registered", "Sent Invitations", "Viewed", "Signed", "Completed"]
    assert said[2]["UserName"] == "Signer 1"
    assert [each["EnvelopeStatus"] for each in said][-1] == "completed"
