"""Requests that a link held up: what is judged by when they arrived leaves them out."""

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.held_up import in_time
from brownout_reports.rows import LedgerRow
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows, Tables


def request(seq: int, *faults: str) -> LedgerRow:
    return LedgerRow("request", seq, "stripe", "", f"pay-{seq}", 1.0, 1.1, "POST /v1/x", f"r{seq}", faults=faults)


REQUESTS = [request(0), request(1, "bad.0"), request(2, "bad.1")]


def strike(rule: str, stream: str) -> StrikeRow:
    return StrikeRow(0.5, rule, "gateway", "stripe", 1, 4000, stream, 2.0, 3)


def left(*strikes: StrikeRow) -> list[int]:
    requests = Rows.of(LedgerRow, REQUESTS)
    evidence = Evidence(tables=Tables(requests, Rows.of(StrikeRow, strikes)))
    return [row.seq for row in in_time(evidence, requests)]


def test_what_was_held_up_on_its_way_to_the_vendor_is_left_out() -> None:
    assert left(strike("bad.0", "upstream"), strike("bad.1", "downstream")) == [0, 2]


def test_an_answer_that_was_held_up_says_nothing_of_the_request() -> None:
    assert left(strike("bad.0", "downstream")) == [0, 1, 2]
    assert left() == [0, 1, 2]
