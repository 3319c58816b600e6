"""Webhooks in somebody's hand."""

import json

import pytest

from brownout_simulators import mailbag
from brownout_simulators.agenda import OutgoingWebhook
from tests.simulators.driving import Driver


def listening() -> Driver:
    till = Driver()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    return till


def due(till: Driver) -> list[OutgoingWebhook]:
    return till.simulator.run_due(till.clock.now_s)


def holding(charges: int) -> tuple[Driver, list[int]]:
    """So many notices, all held back; their ids."""
    till = listening()
    till.simulator.outbox.hold(100.0, is_on=True)
    for number in range(charges):
        till.send("POST", "/v1/charges", {"amount": 100 + number})
    assert due(till) == []
    return till, [each.id for each in till.simulator.outbox.bag.held]


def amounts(webhooks: list[OutgoingWebhook]) -> list[int]:
    return [json.loads(webhook.body)["amount"] for webhook in webhooks]


def answer(till: Driver, webhooks: list[OutgoingWebhook], status: int = 200) -> None:
    for webhook in webhooks:
        till.simulator.webhook_done(webhook.id, status)


def test_what_is_held_goes_in_the_order_that_somebody_says_one_after_the_other() -> None:
    till, (first, second, third) = holding(3)
    assert till.simulator.status()["open_webhooks"] == 3
    till.simulator.outbox.send([third, first, second], 100.0)
    seen = []
    for _ in range(3):
        out = due(till)
        assert len(out) == 1
        assert due(till) == []  # the next one waits for this one's answer
        seen += amounts(out)
        answer(till, out)
    assert seen == [102, 100, 101]
    assert till.simulator.status()["open_webhooks"] == 0


def test_letting_go_sends_all_in_the_order_in_which_they_came_due() -> None:
    till, _ = holding(2)
    till.simulator.outbox.hold(100.0, is_on=False)
    seen = []
    for _ in range(2):
        out = due(till)
        seen += amounts(out)
        answer(till, out)
    assert seen == [100, 101]
    till.send()
    assert len(due(till)) == 1


def test_what_was_delivered_is_sent_again_as_a_delivery_of_its_own() -> None:
    till = listening()
    till.send()
    out = due(till)
    answer(till, out)
    (past,) = till.simulator.outbox.bag.again
    assert past == out[0].id
    till.simulator.outbox.send([past], 100.0)
    (again,) = due(till)
    assert (again.body, again.attempt) == (out[0].body, 1)
    assert again.id != past
    answer(till, [again])
    assert till.simulator.outbox.counts()["delivered"] == 2


def test_a_refused_one_lets_the_next_go_and_is_tried_again_by_the_vendors_own_schedule() -> None:
    till, (first, second) = holding(2)
    till.simulator.outbox.send([first, second], 100.0)
    answer(till, due(till), 500)
    assert amounts(due(till)) == [101]
    till.simulator.outbox.bag.is_holding = False
    till.clock.now_s = 105.0
    assert amounts(due(till)) == [100]


def test_an_id_that_is_neither_held_nor_over_changes_nothing() -> None:
    till, (first,) = holding(1)
    for ids, why in (([first, 99], "there is no webhook 99"), ([first, first], "named twice")):
        with pytest.raises(ValueError, match=why):
            till.simulator.outbox.send(ids, 100.0)
    assert [each.id for each in till.simulator.outbox.bag.held] == [first]


def test_beyond_its_room_a_webhook_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbag, "HOLD_LIMIT", 2)
    till, _ = holding(2)
    till.send()
    assert len(due(till)) == 1


def test_only_the_newest_can_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbag, "AGAIN_LIMIT", 2)
    till = listening()
    ids = []
    for _ in range(3):
        till.send()
        out = due(till)
        ids += [webhook.id for webhook in out]
        answer(till, out)
    assert list(till.simulator.outbox.bag.again) == ids[1:]


def test_what_belongs_to_a_forgotten_account_is_dropped_and_holds_up_nothing() -> None:
    till, (first,) = holding(1)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/b"}, account="b")
    till.send(account="b")
    due(till)
    (second,) = (each.id for each in till.simulator.outbox.bag.held if each.account.name != "a")
    till.simulator.outbox.send([first, second], 100.0)
    till.simulator.reset("a")
    assert [webhook.account for webhook in due(till)] == ["b"]


def test_a_reset_empties_it() -> None:
    till, ids = holding(2)
    till.simulator.outbox.send(ids[:1], 100.0)
    till.simulator.reset()
    assert (len(till.simulator.outbox.bag), till.simulator.outbox.bag.is_holding) == (0, False)
    assert till.simulator.status()["open_webhooks"] == 0
