"""Webhooks: late, twice, out of order, lost, badly signed."""

import hashlib
import hmac
import math
from typing import Any

import pytest

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.webhooks import Webhooks
from brownout_simulators.vendors import load_vendor
from tests.simulators.driving import Driver


def listening(*rules: dict[str, Any]) -> Driver:
    till = Driver(*rules)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    return till


def sent(till: Driver, until_s: float = 1_000.0) -> list[tuple[float, OutgoingWebhook]]:
    """Deliver everything that falls due, to a receiver that likes it."""
    seen = []
    while (due_s := till.simulator.next_due_s()) is not None and due_s <= until_s:
        till.clock.now_s = max(till.clock.now_s, due_s)
        for webhook in till.simulator.run_due(till.clock.now_s):
            seen.append((till.clock.now_s, webhook))
            till.simulator.webhook_done(webhook.id, 200)
    return seen


def verifies(webhook: OutgoingWebhook) -> bool:
    mac = hmac.new(b"shh", webhook.headers["till-stamp"].encode() + webhook.body, hashlib.sha256)
    return hmac.compare_digest(mac.hexdigest(), webhook.headers["till-signature"])


def test_late_ones_come_late_and_verify() -> None:
    till = listening({"webhooks": {"late_s": 30.0}})
    till.send()
    ((at_s, webhook),) = sent(till)
    assert at_s == 130.0
    assert verifies(webhook)


def test_each_attempt_is_booked_with_the_rules_that_struck_its_notice() -> None:
    late = {"id": "one.0", "webhooks": {"late_s": 30.0}}
    forged = {"id": "one.1", "webhooks": {"bad_signature": True, "event": "charge.made"}}
    till = listening(late, forged, {"id": "one.2", "webhooks": {"twice": True, "event": "another"}})
    till.send()
    sent(till)
    (attempt,) = till.simulator.outbox.book.page(0, 10)
    assert attempt.faults == ("one.0", "one.1")


def test_a_copy_that_is_an_event_of_its_own_is_asked_of_those_who_tell_such() -> None:
    fault = Webhooks(twice=True, as_new_event=True)
    assert "as_new_event" in fault.objection(load_vendor("twilio"))
    assert fault.objection(load_vendor("stripe")) == ""
    assert Webhooks(twice=True).objection(load_vendor("twilio")) == ""
    with pytest.raises(ValueError, match="goes with twice"):
        Webhooks(as_new_event=True)


def test_twice_means_two_deliveries_of_one_event() -> None:
    till = listening({"webhooks": {"twice": True, "copies_apart_s": 3.0}})
    till.send()
    (first_s, first), (second_s, second) = sent(till)
    assert (first_s, second_s) == (100.0, 103.0)
    assert first.body == second.body
    assert first.id != second.id


def test_out_of_order_ones_overtake_each_other() -> None:
    till = listening({"webhooks": {"out_of_order_s": 10.0}})
    for number in range(20):
        till.send(body={"amount": number}, operation=f"op-{number}")
    order = [int(webhook.body.partition(b'"amount": ')[2].partition(b",")[0]) for _, webhook in sent(till)]
    assert sorted(order) == list(range(20))
    assert order != sorted(order)


def test_lost_ones_are_never_sent_and_counted() -> None:
    till = listening({"webhooks": {"lost": True}, "share": 0.5})
    for number in range(400):
        till.send(operation=f"op-{number}")
    arrived = len(sent(till))
    assert abs(arrived - 200) <= 3.3 * math.sqrt(100)
    assert till.simulator.outbox.counts()["lost"] == till.struck() == 400 - arrived


def test_a_bad_signature_does_not_verify_and_an_old_one_is_old() -> None:
    till = listening({"webhooks": {"bad_signature": True}})
    till.send()
    assert not verifies(sent(till)[0][1])
    till = listening({"webhooks": {"signature_age_s": 600.0}})
    till.send()
    ((_, webhook),) = sent(till)
    assert verifies(webhook)
    assert int(webhook.headers["till-stamp"]) == 1_700_000_100 - 600


def test_only_the_events_that_are_meant_are_struck() -> None:
    till = listening({"webhooks": {"event": "charge.settled", "lost": True}})
    till.send(body={"amount": 1, "settle_after_s": 5.0})
    assert [webhook.type for _, webhook in sent(till)] == ["charge.made"]


def test_the_match_looks_at_the_call_that_caused_the_notice_however_late_it_comes() -> None:
    till = listening({"webhooks": {"lost": True}, "match": {"operation": "op-1"}})
    till.send(body={"amount": 1, "settle_after_s": 5.0}, operation="op-1")
    till.send(body={"amount": 2, "settle_after_s": 5.0}, operation="op-2")
    assert len(sent(till)) == 2
    assert till.struck() == 2


def test_a_fault_without_any_effect_strikes_nobody() -> None:
    till = listening({"webhooks": {}})
    till.send()
    assert len(sent(till)) == 1
    assert till.struck() == 0


def test_a_delay_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="late_s"):
        rule_from_json({"id": "r", "vendor": "till", "webhooks": {"late_s": -1}})


@pytest.mark.parametrize(
    ("fault", "status", "still_open"),
    [
        ({"bad_signature": True}, 400, 0),
        ({"signature_age_s": 600.0}, 401, 0),
        ({"bad_signature": True}, 500, 1),  # it was not looked through, it broke something
        ({"bad_signature": True}, None, 1),
        ({"late_s": 1.0}, 400, 1),  # there was nothing wrong with it
    ],
)
def test_who_saw_a_forged_one_through_is_done_with_it(
    fault: dict[str, Any], status: int | None, still_open: int
) -> None:
    """The vendor comes again with it, for days: nobody is to wait for that."""
    till = listening({"webhooks": fault})
    till.send()
    till.clock.now_s = 200.0
    (webhook,) = till.simulator.run_due(200.0)
    assert till.simulator.agenda.open_webhooks == 1
    till.simulator.webhook_done(webhook.id, status)
    assert till.simulator.agenda.open_webhooks == still_open
    assert till.simulator.next_due_s() is not None
