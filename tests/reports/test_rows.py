"""Records of rows: from what another process sent, into columns, and back."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.telemetry import Event
from brownout_reports.rows import (
    TABLES,
    EventRow,
    LedgerRow,
    LetterRow,
    OperationRow,
    Outcome,
    RowError,
    frame_of,
    read,
    records_in,
    schema_of,
)
from brownout_simulators.ledger import COLUMNS
from tests.support.examples import examples
from tests.support.histories import consistent

R = TypeVar("R", bound=NamedTuple)

OPERATION: Mapping[str, Any] = {
    "operation_id": "op-1",
    "name": "pay",
    "intended_s": 1.0,
    "sent_s": 1.5,
    "finished_s": 3.0,
    "longest_ask_s": 1.5,
    "asks": 1,
    "status": 200,
    "outcome": "done",
}
REQUEST: Mapping[str, Any] = {
    "entry": "request",
    "seq": 1,
    "vendor": "stripe",
    "account": "a",
    "operation_id": "op-1",
    "at_s": 102.0,
    "finished_s": 102.5,
    "route": "POST /v1/payment_intents",
    "id": "req_1",
}


def test_a_vendors_ledger_has_exactly_the_fields_of_its_row() -> None:
    assert LedgerRow._fields == COLUMNS


def test_the_cores_events_have_the_fields_of_their_row_but_for_who_says_it() -> None:
    assert (*Event._fields, "process") == EventRow._fields


def one(record: type[R], given: Mapping[str, Any], **options: float) -> R:
    (row,) = records_in(record, read(record, [given], **options))
    return row


def test_a_row_is_read_by_the_names_of_its_fields() -> None:
    row = one(OperationRow, {**OPERATION, "detail": None, "unknown": 1})
    assert row == OperationRow("op-1", "pay", 1.0, 1.5, 3.0, 1.5, 1, 200, Outcome.DONE)
    assert row.outcome is Outcome.DONE
    assert row.latency_s == 2.0


def test_what_a_row_lacks_is_empty() -> None:
    row = one(LedgerRow, {**REQUEST, "retry_after_s": None})
    assert (row.status, row.faults, row.retry_after_s, row.references) == (0, (), None, "")
    assert one(LetterRow, {}) == LetterRow()


def test_instants_count_from_the_start_of_the_run_and_durations_do_not() -> None:
    row = one(LedgerRow, {**REQUEST, "given_delay_s": 0.5}, start_s=100.0)
    assert (row.at_s, row.finished_s, row.given_delay_s) == (2.0, 2.5, 0.5)
    letter = one(LetterRow, {"first_attempt_at": 1030.5}, start_s=1000.0)
    assert (letter.first_attempt_at, letter.resolved_at) == (30.5, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sent_s": None}, "OperationRow: sent_s is missing"),
        ({"status": "200"}, "OperationRow: status cannot be '200'"),
        ({"asks": 1.5}, "OperationRow: asks cannot be '1.5'"),
        ({"asks": True}, "OperationRow: asks cannot be 'True'"),
        ({"sent_s": True}, "OperationRow: sent_s cannot be 'True'"),
        ({"asks": 2**70}, f"OperationRow: asks cannot be '{2**70}'"),
        ({"outcome": "?"}, "OperationRow: outcome cannot be '?': it is none of done, accepted, refused, unknown"),
    ],
)
def test_what_cannot_be_a_row_is_refused_by_the_fields_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RowError) as refused:
        read(OperationRow, [OPERATION, {**OPERATION, **changes}])
    assert str(refused.value) == said


def test_a_text_is_no_list_of_its_letters() -> None:
    with pytest.raises(RowError, match="LedgerRow: faults cannot be 'abc'"):
        read(LedgerRow, [{**REQUEST, "faults": "abc"}])


def test_json_becomes_text_and_stays_what_it_is_where_it_is_text_already() -> None:
    assert one(LetterRow, {"payload": {"b": 1, "a": [2]}}).payload == '{"a": [2], "b": 1}'
    assert one(LetterRow, {"payload": '{"b": 1}'}).payload == '{"b": 1}'


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_rows_give_an_empty_frame_of_the_format(table: Any) -> None:
    empty = frame_of(table.record, [])
    assert (empty.schema, empty.height) == (schema_of(table.record), 0)
    assert set(table.order) <= set(empty.columns)


def test_a_whole_number_may_stand_for_a_fraction_and_text_for_no_number() -> None:
    row = one(OperationRow, {**OPERATION, "sent_s": 1})
    assert row.sent_s == 1.0
    with pytest.raises((TypeError, pl.exceptions.PolarsError)):
        frame_of(OperationRow, [row._replace(sent_s="soon")])  # type: ignore[arg-type]


@examples(10)
@given(st.integers(0, 2**32))
def test_records_survive_the_columns(seed: int) -> None:
    told = consistent(seed, count=60)
    for table in TABLES.values():
        rows = list(told.tables.of(table.record))
        assert list(records_in(table.record, frame_of(table.record, rows))) == rows


def test_every_field_of_a_record_says_what_it_is_or_has_a_name_that_does() -> None:
    """A type that no column has is found when the schema is made, not in the middle of a run."""
    for table in TABLES.values():
        assert not dataclasses.is_dataclass(table.record)
        assert tuple(schema_of(table.record)) == table.record._fields


def test_lists_that_are_the_same_and_such_that_are_not_come_back_as_they_were() -> None:
    faults = [("a.1",), (), ("a.1", "b.2"), ("a.1",)]
    given = [{**REQUEST, "seq": seq, "faults": list(each)} for seq, each in enumerate(faults)]
    assert [row.faults for row in records_in(LedgerRow, read(LedgerRow, given))] == faults
