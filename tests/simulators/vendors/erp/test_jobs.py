"""Asynchronous requests: taken, worked on once, asked about, cancelled, lost, stuck, run twice."""

import pytest

from tests.simulators.vendors.erp.bench import ErpBench
from tests.support.vendor_bench import Answer

BODY = {"customerNumber": "10000", "externalDocumentNumber": "J-1"}


def _take(bench: ErpBench, **headers: str) -> Answer:
    return bench.post("salesOrders", BODY, prefer="respond-async", **headers)


def _monitor(bench: ErpBench, taken: Answer, **headers: str) -> Answer:
    return bench.send("GET", taken.headers["location"].removeprefix("http://bench.localhost"), headers=headers)


def test_a_request_is_taken_and_worked_on_later() -> None:
    bench = ErpBench()
    taken = _take(bench)
    assert (taken.status, taken.body, taken.headers["retry-after"]) == (202, b"", "2")
    assert taken.headers["preference-applied"] == "respond-async"
    assert taken.headers["location"].startswith("http://bench.localhost/v2.0/")
    assert bench.effects() == []
    pending = _monitor(bench, taken)
    assert (pending.status, pending.headers["location"]) == (202, taken.headers["location"])
    bench.pass_time(1.1)
    done = _monitor(bench, taken)
    assert (done.status, done.headers["asyncresult"]) == (200, "201")
    assert done.json["externalDocumentNumber"] == "J-1"
    (row,) = bench.effects()
    assert (row["route"], row["id"]) == ("erp.sales_order", done.json["id"])


def test_the_effect_is_its_callers() -> None:
    bench = ErpBench()
    _take(bench, x_correlation_id="op-9")
    bench.pass_time(2)
    assert bench.effects()[0]["operation_id"] == "op-9"


def test_the_effect_of_a_job_that_had_to_wait_is_its_own_callers() -> None:
    bench = ErpBench()
    for number in range(8):
        _take(bench, x_correlation_id=f"op-{number}")
    bench.pass_time(4)
    assert [row["operation_id"] for row in bench.effects()] == [f"op-{number}" for number in range(8)]


def test_nobody_gets_a_202_who_did_not_ask_nor_who_would_rather_wait() -> None:
    bench = ErpBench()
    assert bench.post("salesOrders", BODY).status == 201
    before_s = bench.now_s
    assert bench.post("salesOrders", BODY, prefer="respond-async,wait=5").status == 201
    assert bench.now_s - before_s == pytest.approx(1.0)


def test_a_refusal_is_the_jobs_result() -> None:
    bench = ErpBench()
    taken = bench.post("salesOrders", {"colour": "red"}, prefer="respond-async")
    bench.pass_time(2)
    done = _monitor(bench, taken)
    assert (done.status, done.headers["asyncresult"], done.json["error"]["code"]) == (200, "400", "BadRequest")
    full = _monitor(bench, taken, accept="application/json;job=full").json
    assert (full["status"], full["error"]["code"]) == ("failed", "BadRequest")


def test_an_if_match_is_judged_when_the_work_is_done() -> None:
    bench = ErpBench()
    order = bench.order()
    target = f"salesOrders({order['id']})"
    taken = bench.write("PATCH", target, {"currencyCode": "EUR"}, if_match=order["@odata.etag"], prefer="respond-async")
    bench.write("PATCH", target, {"currencyCode": "CHF"}, if_match=order["@odata.etag"])
    bench.pass_time(2)
    assert _monitor(bench, taken).headers["asyncresult"] == "412"
    assert bench.get(target).json["currencyCode"] == "CHF"


def test_three_are_worked_on_at_a_time_and_one_that_waits_can_be_cancelled() -> None:
    bench = ErpBench()
    taken = [_take(bench) for _ in range(7)]
    bench.pass_time(0.1)
    full = [_monitor(bench, each, accept="application/json;job=full").json["status"] for each in taken]
    assert full == ["running"] * 3 + ["notStarted"] * 4
    place = [each.headers["location"].removeprefix("http://bench.localhost") for each in taken]
    assert bench.send("DELETE", place[0]).status == 409
    assert bench.send("DELETE", place[6]).status == 204
    bench.pass_time(3)
    assert len(bench.effects()) == 6
    assert _monitor(bench, taken[6]).status == 400


def test_a_result_is_kept_for_a_while() -> None:
    bench = ErpBench()
    taken = _take(bench)
    bench.pass_time(10.9)
    assert _monitor(bench, taken).status == 200
    bench.pass_time(1)
    gone = _monitor(bench, taken)
    assert (gone.status, gone.json["error"]["code"]) == (404, "BadRequest_ResourceNotFound")


def test_a_job_that_is_lost_is_done_all_the_same() -> None:
    bench = ErpBench(jobs={"lost": 1})
    taken = _take(bench)
    assert _monitor(bench, taken).status == 404
    bench.pass_time(2)
    assert len(bench.effects()) == 1


def test_a_job_that_is_stuck_is_in_nobodys_way() -> None:
    bench = ErpBench(jobs={"stuck": 1})
    for _ in range(5):
        taken = _take(bench)
    bench.pass_time(60)
    assert (_monitor(bench, taken).status, bench.effects()) == (202, [])


def test_a_job_may_run_twice_and_only_a_unique_key_prevents_a_second_effect() -> None:
    for unique, effects in ((False, 2), (True, 1)):
        bench = ErpBench(jobs={"double_run": 1}, unique_external_doc=unique)
        _take(bench)
        bench.pass_time(3)
        assert len(bench.effects()) == effects


def test_an_address_may_be_relative_and_a_wish_missing() -> None:
    bench = ErpBench(jobs={"location_relative": True, "retry_after_missing": True})
    taken = _take(bench)
    assert taken.headers["location"].startswith("/v2.0/")
    assert "retry-after" not in taken.headers


def test_a_batch_can_be_a_job() -> None:
    bench = ErpBench()
    request = {"id": "1", "method": "POST", "url": "salesOrders", "body": BODY, "headers": {"Prefer": "respond-async"}}
    taken = bench.post("$batch", {"requests": [request]}, prefer="respond-async")
    assert taken.status == 202
    bench.pass_time(2)
    done = _monitor(bench, taken)
    assert [each["status"] for each in done.json["responses"]] == [201]


def test_under_a_netsuite_key_a_second_job_is_a_conflict_that_shows_the_first() -> None:
    bench = ErpBench(quirk="netsuite")
    first = _take(bench, x_netsuite_idempotency_key="k")
    again = _take(bench, x_netsuite_idempotency_key="k")
    assert (again.status, again.json["title"]) == (400, "Conflict")
    assert again.json["o:errorDetails"][0]["o:errorCode"] == "IDEMPOTENCY_ERROR"
    assert again.headers["location"] == first.headers["location"]
    bench.pass_time(5)
    assert len(bench.effects()) == 1
