"""The books: what they hold, and how much of it."""

from enum import StrEnum
from typing import Any

import pytest

from brownout_reports.rows import LedgerRow, read, records_in
from brownout_simulators.ledger import BLOCK, COLUMNS, Ledger


def write(ledger: Ledger, number: int = 1) -> None:
    for _ in range(number):
        ledger.request(
            account="a",
            operation_id="op",
            at_s=1.0,
            finished_s=2.0,
            route="POST /x",
            request_id="r",
            idempotency_key="",
            replayed=False,
            status=200,
            ending="complete",
            faults=("f",),
            asked_delay_s=0.5,
            given_delay_s=0.6,
        )


def test_rows_have_exactly_the_columns_of_a_run_folder() -> None:
    assert LedgerRow._fields == COLUMNS
    ledger = Ledger("till")
    write(ledger)
    (row,) = ledger.rows()
    assert tuple(row) == LedgerRow._fields
    (read_back,) = records_in(LedgerRow, read(LedgerRow, [row]))
    assert read_back._asdict() == {**row, "faults": tuple(row["faults"])}


def test_an_effect_carries_its_references_as_json_text() -> None:
    ledger = Ledger("till")
    ledger.effect(
        account="a",
        operation_id="op",
        at_s=1.0,
        kind="till.charge",
        effect_id="ch_1",
        request_id="r",
        idempotency_key="k",
        amount=5,
        references={"metadata.b": "2", "metadata.a": "1"},
    )
    (row,) = ledger.rows()
    assert row["references"] == '{"metadata.a": "1", "metadata.b": "2"}'
    assert (row["entry"], row["id"], row["at_s"], row["finished_s"]) == ("effect", "ch_1", 1.0, 1.0)


def test_a_reader_pages_without_missing_or_repeating_a_row() -> None:
    ledger = Ledger("till")
    write(ledger, BLOCK + 10)
    seen: list[dict[str, Any]] = []
    while page := list(ledger.rows(after=seen[-1]["seq"] if seen else -1, limit=100)):
        seen += page
    assert [row["seq"] for row in seen] == list(range(BLOCK + 10))


def test_the_oldest_rows_go_when_there_are_too_many_and_are_counted() -> None:
    ledger = Ledger("till", limit=2 * BLOCK)
    write(ledger, 3 * BLOCK + 1)
    assert ledger.dropped == 2 * BLOCK
    assert len(ledger) == BLOCK + 1 <= ledger.limit
    assert next(ledger.rows(after=5))["seq"] == ledger.dropped
    assert ledger.next_seq == 3 * BLOCK + 1


def test_a_limit_below_one_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        Ledger("till", limit=10)


def test_a_vendor_that_names_things_by_enumeration_can_be_kept_for_long() -> None:
    class Kind(StrEnum):
        CHARGE = "till.charge"

    ledger = Ledger("till")
    for _ in range(2 * BLOCK):
        ledger.effect(
            account="a", operation_id="op", at_s=1.0, kind=Kind.CHARGE, effect_id=Kind.CHARGE, request_id="r",
            idempotency_key="", amount=5, references={Kind.CHARGE: Kind.CHARGE},
        )  # fmt: skip
    first = next(iter(ledger.rows()))
    assert (first["route"], first["references"]) == ("till.charge", '{"till.charge": "till.charge"}')
