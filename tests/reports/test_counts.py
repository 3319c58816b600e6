"""The page's tables: everything is counted, what is shown and what is not."""

import pytest

from brownout_reports import counts
from brownout_reports.report import render
from brownout_reports.rows import DeliveryRow, EventRow, LetterRow, OperationRow, Outcome
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run


def refused(number: int, error: str) -> OperationRow:
    return OperationRow(f"op-{number}", "pay", 1.0, 1.0, 1.5, 0.5, 1, 503, Outcome.REFUSED, error)


def test_operations_are_counted_by_outcome_status_and_error() -> None:
    rows = [refused(n, "breaker_open" if n % 2 else "claims_unavailable") for n in range(10)]
    rows += [OperationRow(f"d-{n}", "pay", 1.0, 1.0, 3.0, 2.0, 1, 200, Outcome.DONE, f"ch_{n}") for n in range(3)]
    rows += [OperationRow("left-out", "pay", 1.0, 1.0, 1.0, 0.0, 0, 0, Outcome.UNKNOWN)]
    found = counts.operations(Tables(Rows.of(OperationRow, rows)))
    assert [(each.outcome, each.status, each.error, each.times, each.p99_s) for each in found.rows] == [
        ("done", 200, "", 3, 2.0),
        ("refused", 503, "breaker_open", 5, 0.5),
        ("refused", 503, "claims_unavailable", 5, 0.5),
    ]
    assert found.left_out == 0


def test_a_target_with_a_thousand_errors_gets_a_short_table_and_the_rest_is_counted() -> None:
    found = counts.operations(Tables(Rows.of(OperationRow, [refused(n, f"error {n}") for n in range(1000)])))
    assert len(found.rows) == counts.MOST
    assert found.left_out == 1000 - counts.MOST


def test_every_request_is_in_the_answers() -> None:
    run = a_run()
    found = counts.answers(run.tables)
    assert {each.vendor for each in found.rows} == {"stripe", "twilio"}
    assert all((each.status, each.ending) == (200, "complete") for each in found.rows)


def test_what_policies_did_is_counted_by_vendor() -> None:
    told = {(each.vendor, each.what): each.times for each in counts.told(a_run().tables).rows}
    assert told["stripe", "rejected by breaker"] == 5
    assert told["stripe", "retries scheduled"] == 3
    assert told["stripe", "retries suppressed"] == 2
    assert told["", "waited"] == 1
    assert ("", "claimed") not in told


def test_dead_letters_are_counted_by_how_they_ended() -> None:
    found = counts.dead_letters(a_run().tables)
    assert [(each.state, each.error, each.times) for each in found.rows] == [
        ("pending", "retry_suppressed", 1),
        ("redriven", "vendor_unavailable", 1),
    ]


def test_of_endless_transitions_the_first_are_shown() -> None:
    moves = [EventRow(float(n), "breaker_transition", "stripe", outcome="open") for n in range(100)]
    found = counts.moves(Tables(Rows.of(EventRow, moves)))
    assert [each.at_s for each in found.rows] == [float(n) for n in range(counts.MOST)]
    assert found.left_out == 100 - counts.MOST


def test_an_empty_run_has_empty_tables() -> None:
    empty = Tables(Rows.none(LetterRow))
    for table in (counts.operations, counts.answers, counts.told, counts.dead_letters, counts.moves):
        assert table(empty).rows == ()


@pytest.mark.thorough
def test_notices_are_counted_by_what_the_target_answered() -> None:
    row = DeliveryRow("stripe", 1, 1, "acct", "charge.succeeded", "http://127.0.0.1:1", "pay-1", "req_1", 1.0, 1.1, 500)
    rows = [row, row._replace(attempt=2), row._replace(attempt=3, status=200), row._replace(type="charge.failed")]
    tables = Tables(Rows.of(DeliveryRow, rows))
    assert [tuple(each) for each in counts.notices(tables).rows] == [
        ("stripe", "charge.failed", 500, 1),
        ("stripe", "charge.succeeded", 200, 1),
        ("stripe", "charge.succeeded", 500, 2),
    ]
    page = render(a_run().model_copy(update={"tables": tables}))
    assert "What the vendors told the target" in page
    assert "What the vendors told the target" not in render(a_run())
