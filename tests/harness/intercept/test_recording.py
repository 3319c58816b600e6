"""A recording keeps figures, and nothing that somebody sent."""

import json
from pathlib import Path

from brownout_harness.intercept.plan import Stood
from brownout_harness.intercept.recording import KEPT, QUANTILES, Recorder, Spans

STRIPE = Stood(
    vendor="stripe",
    url="http://127.0.0.1:1",
    hosts=("api.stripe.com",),
    routes=("GET /v1/customers/{id}", "POST /v1/customers"),
)


def record(recorder: Recorder, path: str, latency_s: float | None = 0.1, *, vendor: str = "stripe") -> None:
    recorder.add(
        host="localhost:9000",
        vendor=vendor,
        method="GET",
        path=path,
        status=None if latency_s is None else 200,
        latency_s=latency_s,
        request_bytes=10,
        answer_bytes=20,
    )


def test_a_path_is_told_by_its_route_and_what_is_on_none_by_no_part_of_it(tmp_path: Path) -> None:
    recorder = Recorder([STRIPE])
    record(recorder, "/v1/customers/cus_Secret1")
    record(recorder, "/v1/customers/cus_Secret2", 0.3)
    record(recorder, "/private/anna@shop.test")
    record(recorder, "/orders/4711", vendor="")
    recorder.write(tmp_path / "profile.json")
    text = (tmp_path / "profile.json").read_text()
    rows = json.loads(text)["routes"]
    assert [(row.get("vendor", row.get("host")), row["route"], row["requests"]) for row in rows] == [
        ("localhost:9000", "* /*", 1),
        ("stripe", "* /*", 1),
        ("stripe", "GET /v1/customers/{id}", 2),
    ]
    assert rows[2]["latency_ms"] == [100.0, 300.0]
    assert not any(word in text for word in ("Secret", "anna", "4711", "private", "orders"))
    assert [each.name for each in tmp_path.iterdir()] == ["profile.json"]


def test_who_got_no_answer_is_counted_and_has_no_latency() -> None:
    recorder = Recorder([STRIPE])
    record(recorder, "/v1/customers/cus_1")
    record(recorder, "/v1/customers/cus_1", None)
    (row,) = recorder.told()["routes"]
    assert row["statuses"] == {"200": 1, "none": 1}
    assert row["latency_ms"] == [100.0]


def test_many_spans_are_thinned_evenly_and_counted_all() -> None:
    spans = Spans()
    for number in range(5 * KEPT):
        spans.add(float(number))
    told = spans.quantiles(QUANTILES)
    assert spans.seen == 5 * KEPT
    assert len(told) == QUANTILES + 1
    assert told == sorted(told)
    assert abs(told[QUANTILES // 2] - 2.5 * KEPT) < 0.01 * 5 * KEPT
    assert told[-1] > 0.99 * 5 * KEPT
