"""`$batch`: what is done, what is reported, and what really stands: three things, and only the last one counts."""

from typing import Any

import pytest

from tests.simulators.vendors.erp.bench import COMPANY, CUSTOM, STANDARD, ErpBench
from tests.support.vendor_bench import Answer


def _order(id: str, key: str = "", **more: Any) -> dict[str, Any]:  # noqa: A002
    body = {"customerNumber": "10000", "externalDocumentNumber": key or f"B-{id}"}
    return {"id": id, "method": "POST", "url": f"{COMPANY}/salesOrders", "body": body, **more}


def _bad(id: str, **more: Any) -> dict[str, Any]:  # noqa: A002
    return {**_order(id, **more), "body": {"customerNumber": "10000", "currencyCode": "far too long to fit"}}


def _batch(bench: ErpBench, *requests: dict[str, Any], **headers: str) -> Answer:
    return bench.post_json(f"{STANDARD}/$batch", {"requests": list(requests)}, **headers)


def _statuses(answer: Answer) -> dict[str, int]:
    return {each["id"]: each["status"] for each in answer.json["responses"]}


def _there(bench: ErpBench) -> list[str]:
    return [each["externalDocumentNumber"] for each in bench.get("salesOrders").json["value"]]


def test_it_stops_at_the_first_failure_and_what_follows_is_absent() -> None:
    bench = ErpBench()
    answer = _batch(bench, _order("1"), _bad("2"), _order("3"))
    assert (answer.status, _statuses(answer)) == (200, {"1": 201, "2": 400})
    assert _there(bench) == ["B-1"]
    assert len(bench.effects()) == 1


def test_it_goes_on_where_that_is_preferred() -> None:
    bench = ErpBench()
    answer = _batch(bench, _order("1"), _bad("2"), _order("3"), prefer="odata.continue-on-error")
    assert _statuses(answer) == {"1": 201, "2": 400, "3": 201}
    assert _there(bench) == ["B-1", "B-3"]


@pytest.mark.parametrize("how", ["group", "snapshot"])
def test_a_group_that_fails_reports_what_it_did_and_takes_it_back(how: str) -> None:
    bench = ErpBench()
    group = {"atomicityGroup": "g"} if how == "group" else {}
    headers = {"isolation": "snapshot"} if how == "snapshot" else {}
    answer = _batch(bench, _order("1", **group), _order("2", **group), _bad("3", **group), **headers)
    assert _statuses(answer) == {"1": 201, "2": 201, "3": 400}
    assert _there(bench) == []
    assert bench.effects() == []
    assert bench.order()["number"], "the company goes on"


def test_a_group_takes_back_reservations_balances_and_cancellations() -> None:
    bench = ErpBench(posting_s=0)
    kept = bench.work_order("KEPT")
    held = bench.reserve("HELD", workOrderId=kept["id"]).json
    before = [bench.get(name).json["value"] for name in ("workOrders", "inventoryReservations")]
    reservation = {"itemNumber": "FLT-20x25", "quantity": 5, "externalDocumentNumber": "R"}
    requests = [
        {"id": "1", "method": "POST", "url": f"{COMPANY}/inventoryReservations", "body": reservation},
        {"id": "2", "method": "POST", "url": f"{COMPANY}/workOrders({kept['id']})/Fsm.cancel",
         "headers": {"If-Match": "*"}},
        {"id": "3", "method": "DELETE", "url": f"{COMPANY}/workOrders(x)", "headers": {"If-Match": "*"}},
    ]  # fmt: skip
    answer = bench.post_json(f"{CUSTOM}/$batch", {"requests": requests}, isolation="snapshot")
    assert _statuses(answer) == {"1": 201, "2": 204, "3": 404}
    assert [bench.get(name).json["value"] for name in ("workOrders", "inventoryReservations")] == before
    assert [row["id"] for row in bench.effects()] == [kept["id"], held["id"]]
    bench.pass_time(20)
    assert bench.get(f"inventoryReservations({held['id']})").json["status"] == "Reserved"


def test_what_depends_on_a_failure_is_424() -> None:
    bench = ErpBench()
    answer = _batch(bench, _bad("1"), _order("2", dependsOn=["1"]), _order("3"), prefer="odata.continue-on-error")
    assert _statuses(answer) == {"1": 400, "2": 424, "3": 201}


def test_a_request_can_name_what_an_earlier_one_made() -> None:
    bench = ErpBench()
    line = {"id": "2", "method": "post", "url": "$1/salesOrderLines", "body": {"itemNumber": "VLV-34", "quantity": 1}}
    answer = _batch(bench, _order("1", atomicityGroup="g"), {**line, "atomicityGroup": "g", "dependsOn": ["1"]})
    assert _statuses(answer) == {"1": 201, "2": 201}
    (order,) = bench.get("salesOrders?$expand=salesOrderLines").json["value"]
    assert [each["itemNumber"] for each in order["salesOrderLines"]] == ["VLV-34"]


def test_an_answer_may_be_lost_with_a_part_of_it_done() -> None:
    bench = ErpBench(batch_commits=2)
    answer = _batch(bench, _order("1"), _order("2"), _order("3"))
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html")
    assert _there(bench) == ["B-1", "B-2"]
    assert len(bench.effects()) == 2


def test_a_hundred_and_no_more() -> None:
    bench = ErpBench()
    gets = [{"id": str(each), "method": "GET", "url": f"{COMPANY}/items/$count"} for each in range(101)]
    assert _batch(bench, *gets[:100]).json["responses"][99]["body"] == "5"
    refused = _batch(bench, *gets)
    assert (refused.status, refused.json["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "request_",
    [{}, {"id": "1"}, {"id": 1, "method": "GET", "url": "x"}, {"id": "1", "method": "PUT", "url": "x"},
     {"id": "1", "method": "GET", "url": "x", "headers": []}, {"id": "1", "method": "GET", "url": "x", "body": [1]},
     {"id": "1", "method": "GET", "url": "x", "body": "{"}, {"id": "1", "method": "GET", "url": "x",
     "dependsOn": ["9"]}, "no object"],
)  # fmt: skip
def test_an_envelope_that_cannot_be_read_is_refused_whole(request_: Any) -> None:
    bench = ErpBench()
    refused = bench.post_json(f"{STANDARD}/$batch", {"requests": [_order("0"), request_]})
    assert (refused.status, refused.json["error"]["code"]) == (400, "BadRequest")
    assert bench.effects() == []


def test_a_batch_in_a_batch_and_an_unknown_address_are_refused_in_place() -> None:
    bench = ErpBench()
    nested = {"id": "1", "method": "POST", "url": "$batch", "body": {"requests": []}}
    answer = _batch(bench, nested, {"id": "2", "method": "GET", "url": "nowhere"}, prefer="odata.continue-on-error")
    assert _statuses(answer) == {"1": 400, "2": 404}
