"""Subscriptions: their handshake, what is told, how often it is tried, and how they end."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.erp.bench import STANDARD, ErpBench

URL = "http://127.0.0.1:9/hook"


def _subscribe(bench: ErpBench, name: str = "salesOrders", **more: Any) -> Any:
    body = {"notificationUrl": URL, "resource": f"/api/v2.0/{name}", "clientState": "mine", **more}
    return bench.post_json(f"{STANDARD}/subscriptions", body).json


def _told(bench: ErpBench) -> list[dict[str, Any]]:
    return [each for hook in bench.webhooks if hook.body for each in json.loads(hook.body)["value"]]


def _ids(bench: ErpBench) -> list[str]:
    return [each["subscriptionId"] for each in bench.send("GET", f"{STANDARD}/subscriptions").json["value"]]


def test_a_receiver_is_asked_first_and_told_later() -> None:
    bench = ErpBench()
    made = _subscribe(bench)
    bench.pass_time(0.1)
    (handshake,) = bench.webhooks
    assert handshake.url.startswith(f"{URL}?validationToken=")
    order = bench.order()
    bench.write("PATCH", f"salesOrders({order['id']})", {"currencyCode": "EUR"}, if_match="*")
    bench.pass_time(1)
    (notice,) = _told(bench)
    assert (notice["changeType"], notice["clientState"]) == ("created", "mine")
    assert notice["subscriptionId"] == made["subscriptionId"]
    assert notice["resource"].endswith(f"/salesOrders({order['id']})")


def test_changes_of_a_line_are_told_on_its_document_and_deletions_as_such() -> None:
    bench = ErpBench()
    order = bench.order()
    _subscribe(bench)
    bench.post(f"salesOrders({order['id']})/salesOrderLines", {"itemNumber": "VLV-34", "quantity": 1})
    bench.pass_time(1)
    bench.write("DELETE", f"salesOrders({order['id']})", if_match="*")
    bench.pass_time(1)
    assert [each["changeType"] for each in _told(bench)] == ["updated", "deleted"]


def test_who_does_not_answer_the_handshake_is_not_told() -> None:
    bench = ErpBench()
    bench.receiver_status = 500
    _subscribe(bench)
    bench.pass_time(0.1)
    assert _ids(bench) == []
    bench.order()
    bench.pass_time(5)
    assert _told(bench) == []


@pytest.mark.parametrize(("status", "attempts", "stays"), [(503, 7, True), (429, 7, True), (404, 1, False)])
def test_some_answers_earn_another_attempt_and_others_end_it(status: int, attempts: int, stays: bool) -> None:
    bench = ErpBench(webhook_handshake=False)
    _subscribe(bench)
    bench.receiver_status = status
    bench.order()
    bench.pass_time(2_500)
    assert len(bench.webhooks) == attempts
    assert bool(_ids(bench)) is stays


def test_a_subscription_ends_after_three_days_unless_it_is_renewed() -> None:
    bench = ErpBench(time_scale=3_600)
    made = _subscribe(bench)
    place = f"{STANDARD}/subscriptions({made['subscriptionId']})"
    bench.pass_time(60)
    renewed = bench.post_json(place, {}, method="PATCH", if_match=made["@odata.etag"])
    assert renewed.json["expirationDateTime"] > made["expirationDateTime"]
    assert bench.post_json(place, {}, method="PATCH", if_match=made["@odata.etag"]).status == 412
    assert bench.post_json(place, {}, method="PATCH").status == 428
    bench.pass_time(70)
    assert bench.send("GET", place).status == 200
    assert sum("validationToken" in each.url for each in bench.webhooks) == 2
    bench.pass_time(5)
    assert bench.send("GET", place).status == 404


def test_one_that_goes_silently_looks_as_if_it_were_there() -> None:
    bench = ErpBench(webhooks_expire=True)
    _subscribe(bench)
    bench.order()
    bench.pass_time(5)
    assert (_told(bench), len(_ids(bench))) == ([], 1)


def test_above_a_thousand_changes_only_the_collection_is_named() -> None:
    bench = ErpBench(webhook_handshake=False)
    _subscribe(bench, "customers")
    for number in range(1_001):
        bench.post("customers", {"displayName": f"C {number}"})
    bench.pass_time(1)
    (notice,) = _told(bench)
    assert (notice["changeType"], notice["resource"][-9:]) == ("collection", "customers")


def test_a_group_that_is_taken_back_is_told_of_nothing() -> None:
    bench = ErpBench(webhook_handshake=False)
    _subscribe(bench)
    good = {"id": "1", "method": "POST", "url": "salesOrders", "body": {"customerNumber": "10000"}}
    bad = {**good, "id": "2", "body": {}}
    bench.post("$batch", {"requests": [good, bad]}, isolation="snapshot")
    bench.pass_time(1)
    assert _told(bench) == []


def test_it_is_left_and_bad_ones_are_refused() -> None:
    bench = ErpBench()
    made = _subscribe(bench)
    assert bench.send("DELETE", f"{STANDARD}/subscriptions({made['subscriptionId']})").status == 204
    assert bench.send("GET", f"{STANDARD}/subscriptions({made['subscriptionId']})").status == 404
    for change in ({"notificationUrl": "mailto:x"}, {"resource": "unicorns"}, {"resource": None}):
        assert "error" in _subscribe(bench, **change)


def test_a_receiver_of_everything_can_be_registered_without_a_call() -> None:
    bench = ErpBench()
    secret = bench.simulator.listen("field", URL)
    bench.order()
    bench.work_order()
    bench.pass_time(1)
    told = _told(bench)
    assert {each["clientState"] for each in told} == {secret}
    assert {each["resource"].partition("/")[2].partition("(")[0] for each in told} == {"salesOrders", "workOrders"}
