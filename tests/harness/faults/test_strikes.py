"""From the books of proxies and vendors to evidence: which connections and requests were struck, and who went past."""

from typing import Any

import polars as pl

from brownout_harness.faults.linked import Linked
from brownout_harness.faults.strikes import CUT, Books, counted, seen
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.tables import Rows
from brownout_scenarios.phases import Link

SLOW = Linked(id="bad.0", kind="latency", parameters={}, stream="downstream", share=1.0, start_s=10.0, end_s=20.0)
DOWN = Linked(id="bad.1", kind="down", parameters={}, stream="downstream", share=1.0, start_s=20.0, end_s=30.0)
START_S = 1000.0


def passage(port: int, opened_s: float, closed_s: float | None = None, *strikes: dict[str, Any], **more: Any) -> Any:
    return {
        "proxy": "gateway-to-stripe",
        "connection": port,
        "seen_as": f"127.0.0.1:{port}",
        "opened_s": START_S + opened_s,
        "closed_s": None if closed_s is None else START_S + closed_s,
        "strikes": list(strikes),
        "fate": "",
        **more,
    }


def strike(first_s: float, last_s: float, stream: str = "downstream", chunks: int = 1, **more: Any) -> dict[str, Any]:
    told = {"toxic": "bad.0", "type": "latency", "stream": stream, "chunks": chunks, "bytes": 7, "ends": 0, **more}
    return {**told, "first_s": START_S + first_s, "last_s": START_S + last_s}


def books(*passages: Any) -> Books:
    return Books(Link("gateway", "stripe"), True, (SLOW, DOWN), passages, START_S)


def request(seq: int, port: int, at_s: float, took_s: float = 0.1, operation_id: str = "pay-1") -> LedgerRow:
    return LedgerRow(
        "request", seq, "stripe", "default", operation_id, at_s, at_s + took_s, "POST /v1/x", f"r{seq}", connection=port
    )


def ledger(*rows: LedgerRow) -> Rows[LedgerRow]:
    return Rows.of(LedgerRow, rows)


NOBODY = Rows.none(OperationRow)


def struck(book: Books, *rows: LedgerRow) -> dict[int, tuple[str, ...]]:
    return {row.seq: row.faults for row in seen([book], ledger(*rows), NOBODY).ledger if row.faults}


def test_a_connection_counts_once_however_often_it_was_struck() -> None:
    both_ways = passage(1, 5.0, None, strike(11.0, 12.0), strike(11.0, 12.0, "upstream"))
    book = books(both_ways, passage(2, 6.0), passage(3, 1.0, 9.0), passage(4, 25.0))
    count = counted([book])["bad.0"]
    assert (count.matched, count.struck) == (2, 1)  # one was closed before, one opened after it
    assert [row.stream for row in seen([book], ledger(), NOBODY).strikes] == ["downstream", "upstream"]


def test_one_fault_may_befall_several_links() -> None:
    assert counted([books(passage(1, 5.0)), books(passage(2, 5.0))])["bad.0"].matched == 2


def test_a_link_that_goes_down_strikes_what_was_open() -> None:
    cut = books(passage(1, 5.0, 20.001, fate=CUT), passage(2, 5.0, 60.0, fate=CUT), passage(3, 5.0, 20.0))
    assert counted([cut])["bad.1"].struck == 1  # the others ended by themselves, or with the run
    (row,) = seen([cut], ledger(), NOBODY).strikes
    assert (row.rule, row.connection, row.ends) == ("bad.1", 1, 1)


def test_what_comes_down_was_struck_after_the_vendor_had_it_and_what_goes_up_before() -> None:
    rows = [request(0, 1, 8.0), request(1, 1, 11.0), request(2, 1, 13.0), request(3, 1, 15.0), request(4, 2, 11.0)]
    down = books(passage(1, 5.0, None, strike(11.1, 13.1)), passage(2, 5.0))
    assert struck(down, *rows) == {1: ("bad.0",), 2: ("bad.0",)}
    up = books(passage(1, 5.0, None, strike(10.7, 12.7, "upstream")), passage(2, 5.0))
    assert struck(up, *rows) == {1: ("bad.0",), 2: ("bad.0",)}


def test_an_end_strikes_the_request_that_is_under_way_and_no_other() -> None:
    cut = books(passage(1, 5.0, 20.0, fate=CUT), passage(2, 5.0, 20.0, fate=CUT))
    assert struck(cut, request(0, 1, 12.0), request(1, 2, 19.9, took_s=5.0)) == {1: ("bad.1",)}


def test_a_port_that_was_anothers_before_is_no_longer_its() -> None:
    book = books(passage(1, 5.0, 12.0, strike(11.0, 11.5)), passage(1, 14.0))
    assert struck(book, request(0, 1, 10.9, took_s=0.05), request(1, 1, 14.5)) == {0: ("bad.0",)}


def test_what_a_simulator_said_struck_a_request_stays_said() -> None:
    row = request(0, 1, 11.0)._replace(faults=("bad.7",))
    assert struck(books(passage(1, 5.0, None, strike(11.05, 11.05))), row) == {0: ("bad.7", "bad.0")}


def test_who_asks_a_vendor_past_its_link_leaves_a_gap() -> None:
    book = books(passage(1, 5.0))
    linked, beside = request(0, 1, 11.0), request(1, 9, 12.0)
    assert seen([book], ledger(linked), NOBODY).gaps == []
    (gap,) = seen([book], ledger(linked, beside), NOBODY).gaps
    assert gap.detail.startswith("1 requests reached stripe beside its link, first POST /v1/x at 12.000 s: the target")
    (none,) = seen([books()], ledger(linked), NOBODY).gaps
    assert "beside its link" in none.detail


def test_somebody_else_may_ask_a_vendor_directly_and_other_vendors_have_no_link() -> None:
    other = request(1, 9, 12.0, operation_id="probe-1")
    operation = OperationRow("probe-1", "probe", 12.0, 12.0, 12.1, 0.1, 1, 200, Outcome.DONE, asked_of="stripe")
    assert seen([books(passage(1, 5.0))], ledger(other), Rows.of(OperationRow, [operation])).gaps == []
    elsewhere = request(2, 9, 12.0)._replace(vendor="twilio")
    assert seen([books(passage(1, 5.0))], ledger(elsewhere), NOBODY).gaps == []


def test_without_links_the_ledger_is_the_same_and_nothing_is_read() -> None:
    frame = pl.LazyFrame({"no": ["columns"]})
    rows = Rows(LedgerRow, frame)
    assert seen([], rows, NOBODY).ledger is rows
