"""How notices become webhooks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.agenda import Cause, OutgoingWebhook
from brownout_simulators.call import Notice
from brownout_simulators.vendor import NO_ANSWER, Terms, WebhookRules
from tests.simulators.driving import Driver


def listening(**changes: Any) -> Driver:
    till = Driver()
    if changes:
        rules = till.simulator.vendor.webhooks
        assert isinstance(rules, WebhookRules)
        till.simulator.outbox.rules = replace(rules, **changes)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    return till


def due(till: Driver, at_s: float) -> list[OutgoingWebhook]:
    till.clock.now_s = at_s
    return till.simulator.run_due(at_s)


def test_a_notice_goes_to_every_endpoint_and_only_after_the_commit() -> None:
    till = listening()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/other"})
    assert till.simulator.next_due_s() is None
    till.send()
    webhooks = due(till, 100.0)
    assert sorted(webhook.url[-5:] for webhook in webhooks) == ["/hook", "other"]
    assert json.loads(webhooks[0].body)["type"] == "charge.made"
    assert webhooks[0].headers["content-type"] == "application/json"


def test_a_refused_delivery_is_tried_again_on_the_vendors_schedule_signed_anew() -> None:
    till = listening()
    till.send()
    stamps = []
    for at_s, status in ((100.0, 500), (105.0, None), (160.0, 500)):
        assert due(till, at_s - 0.01) == []
        (webhook,) = due(till, at_s)
        stamps.append((webhook.attempt, webhook.headers["till-stamp"], webhook.headers["till-attempt"]))
        till.simulator.webhook_done(webhook.id, status)
    assert stamps == [(1, "1700000100", "1"), (2, "1700000105", "2"), (3, "1700000160", "3")]
    assert till.simulator.next_due_s() is None
    assert till.simulator.outbox.counts() == {
        "noticed": 1,
        "lost": 0,
        "attempts": 3,
        "delivered": 0,
        "given_up": 1,
    }


def test_a_delivery_that_was_liked_is_done_and_its_attempts_are_kept_for_looking_at() -> None:
    till = listening()
    till.send()
    (webhook,) = due(till, 100.0)
    assert till.simulator.agenda.open_webhooks == 1
    till.simulator.webhook_done(webhook.id, 204)
    till.simulator.webhook_done(webhook.id, 204)
    assert till.simulator.agenda.open_webhooks == 0
    assert [(one.type, one.status, one.attempt) for one in till.simulator.outbox.log] == [("charge.made", 204, 1)]
    assert till.simulator.outbox.counts()["delivered"] == 1


def test_an_answer_that_comes_after_the_next_attempt_was_due_does_not_bring_it_into_the_past() -> None:
    till = listening()
    till.send()
    (webhook,) = due(till, 100.0)
    till.clock.now_s = 130.0
    till.simulator.webhook_done(webhook.id, None)
    assert till.simulator.next_due_s() == 130.0


def test_the_schedule_can_be_squeezed() -> None:
    till = listening()
    till.schedule(webhook_time_scale=0.1)
    till.send()
    (webhook,) = due(till, 100.0)
    till.simulator.webhook_done(webhook.id, 500)
    assert till.simulator.next_due_s() == 100.5


def test_a_jittered_schedule_stays_within_its_share_and_is_the_same_every_time() -> None:
    def second_s() -> float | None:
        till = listening(jitter=0.2)
        till.send()
        (webhook,) = due(till, 100.0)
        till.simulator.webhook_done(webhook.id, 500)
        return till.simulator.next_due_s()

    first_s = second_s()
    assert first_s is not None
    assert 104.0 <= first_s <= 106.0
    assert first_s not in (105.0, None)
    assert second_s() == first_s


def test_a_receiver_named_by_the_call_is_the_only_one() -> None:
    till = listening()
    named = "http://127.0.0.1:1/named#fragment"
    account = till.simulator.accounts["a"]
    till.simulator.outbox.post(
        account, [Notice("x", {}, url=named)], Cause(), plan=till.simulator.plan, now_s=100.0, plan_now_s=100.0
    )
    assert [webhook.url for webhook in due(till, 100.0)] == [named]


def test_a_vendor_hears_of_each_result() -> None:
    heard: list[tuple[int, int | None, bool]] = []
    till = listening(
        on_result=lambda _account, _notice, _url, attempt, status, last: heard.append((attempt, status, last))
    )
    till.send()
    for at_s, status in ((100.0, 500), (105.0, 200)):
        (webhook,) = due(till, at_s)
        till.simulator.webhook_done(webhook.id, status)
    assert heard == [(1, 500, False), (2, 200, True)]


def test_a_vendor_without_webhooks_posts_nothing() -> None:
    till = Driver()
    till.simulator.outbox.rules = None
    till.send()
    assert till.simulator.next_due_s() is None


def test_a_delivery_that_breaks_is_the_simulators_problem_and_takes_no_other_along() -> None:
    till = listening()
    rules = till.simulator.outbox.rules
    assert rules is not None
    signed = rules.headers

    def clumsy(*given: Any) -> Any:
        if "/hook" in given[1]:
            raise KeyError("a defect")
        return signed(*given)

    def forgetful(*_given: Any) -> None:
        raise ValueError("another")

    till.simulator.outbox.rules = replace(rules, headers=clumsy, on_result=forgetful)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/other"})
    till.send()
    (other,) = due(till, 100.0)
    assert other.url.endswith("/other")
    till.simulator.webhook_done(other.id, 200)
    assert till.simulator.problems == [
        "the webhook charge.made: KeyError: 'a defect'",
        "what comes of a webhook: ValueError: another",
    ]
    assert till.simulator.agenda.open_webhooks == 0


def test_every_attempt_is_booked_with_its_instants_its_answer_and_the_call_that_it_goes_back_to() -> None:
    till = listening()
    till.send(operation="op-1")
    for at_s, took_s, status in ((100.0, 0.5, 500), (105.0, 10.0, None), (160.0, 0.1, 200)):
        (webhook,) = due(till, at_s)
        till.clock.now_s += took_s
        till.simulator.webhook_done(webhook.id, status)
    book = till.simulator.outbox.book.page(0, 10)
    assert [(each.attempt, each.at_s, each.finished_s, each.status, each.is_last) for each in book] == [
        (1, 100.0, 100.5, 500, False),
        (2, 105.0, 115.0, 0, False),
        (3, 160.0, 160.1, 200, True),
    ]
    assert len({each.delivery for each in book}) == 1
    assert {(each.operation_id, each.type, each.is_forged) for each in book} == {("op-1", "charge.made", False)}
    assert book[0].request_id


def test_a_receiver_that_is_gone_is_waited_for_by_nobody_though_the_vendor_goes_on() -> None:
    till = listening()
    till.send()
    (webhook,) = due(till, 100.0)
    till.simulator.webhook_done(webhook.id, 410)
    assert till.simulator.agenda.open_webhooks == 0
    assert len(due(till, 105.0)) == 1


def test_a_receivers_own_terms_stand_in_place_of_the_vendors() -> None:
    impatient = Terms((0.0, 1.0), lambda status: status == 503, timeout_s=3.0, connect_timeout_s=0.5)
    till = listening(terms_of=lambda url: impatient if url.endswith("/hook") else Terms())
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/other"})
    till.send()
    first, other = due(till, 100.0)
    assert (first.timeout_s, first.connect_timeout_s) == (3.0, 0.5)
    assert (other.timeout_s, other.connect_timeout_s) == (10.0, 10.0)
    till.simulator.webhook_done(first.id, 503)
    till.simulator.webhook_done(other.id, 503)
    (second,) = due(till, 101.0)
    assert (second.url, second.attempt) == (first.url, 2)


def test_no_connection_and_no_answer_are_told_apart() -> None:
    for status, attempts in ((None, 2), (NO_ANSWER, 1)):
        till = listening(terms_of=lambda _url: Terms((0.0, 1.0), lambda got: got is None))
        till.send()
        (webhook,) = due(till, 100.0)
        till.simulator.webhook_done(webhook.id, status)
        assert len(due(till, 101.0)) == attempts - 1
        assert till.simulator.outbox.counts()["delivered"] == 0
        assert [row.status for row in till.simulator.outbox.book.page(0, 10)] == [0]


@pytest.mark.parametrize(("total_s", "timeouts"), [(8.0, [5.0, 3.0]), (5.0, [5.0]), (None, [5.0, 5.0, 5.0])])
def test_all_attempts_together_have_their_time(total_s: float | None, timeouts: list[float]) -> None:
    till = listening(terms_of=lambda _url: Terms((0.0, 1.0, 2.0), timeout_s=5.0, total_s=total_s))
    till.send()
    seen = []
    for at_s in (100.0, 105.0, 110.0):
        for webhook in due(till, at_s):
            seen.append(webhook.timeout_s)
            till.clock.now_s += 5.0
            till.simulator.webhook_done(webhook.id, NO_ANSWER)
    assert seen == timeouts
    assert till.simulator.outbox.counts()["given_up"] == 1


def test_a_delivery_that_is_wanted_no_more_is_withdrawn_and_the_vendor_told() -> None:
    secrets, withdrawn = {"http://127.0.0.1:1/hook": "first"}, []
    till = listening(
        endpoints=lambda _account, _notice: list(secrets.items()),
        on_withdrawn=lambda account, notice, url: withdrawn.append((account.name, notice.type, url)),
    )
    till.send()
    (first,) = due(till, 100.0)
    till.simulator.webhook_done(first.id, 500)
    secrets.clear()
    assert due(till, 105.0) == []
    assert withdrawn == [("a", "charge.made", "http://127.0.0.1:1/hook")]
    assert till.simulator.next_due_s() is None
    assert till.simulator.outbox.counts()["withdrawn"] == 1
    assert till.simulator.agenda.open_webhooks == 0


def test_where_endpoints_are_asked_for_again_an_attempt_is_signed_with_the_secret_in_force() -> None:
    secrets = {"http://127.0.0.1:1/hook": "first"}
    till = listening(
        endpoints=lambda _account, _notice: list(secrets.items()), on_withdrawn=lambda *_: None,
        headers=lambda _notice, _url, _body, secret, _wall_s, _attempt: {"secret": secret},
    )  # fmt: skip
    till.send()
    (first,) = due(till, 100.0)
    till.simulator.webhook_done(first.id, 500)
    secrets["http://127.0.0.1:1/hook"] = "second"
    (again,) = due(till, 105.0)
    assert (first.headers["secret"], again.headers["secret"]) == ("first", "second")
