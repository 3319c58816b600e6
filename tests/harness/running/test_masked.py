"""No credential gets into a run's folder by what was asked, held or answered."""

import json

import polars as pl

from brownout_harness.running.masked import masked
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.tables import Tables
from tests.support.histories import SECRET, effect, known, operation


def tables() -> Tables:
    fields = json.dumps({"body": f"your key is {SECRET}."})
    rows = [operation(1, answered=json.dumps({"id": SECRET})), operation(2, detail="code")]
    return known(operations=rows, effects=[effect(1, fields=fields)]).tables


def test_credentials_are_replaced_and_all_else_is_as_it_was() -> None:
    hidden = masked(tables(), [SECRET, "longer", SECRET[:-1]])
    assert [json.loads(each.fields) for each in hidden.of(LedgerRow)] == [{"body": "your key is *****."}]
    first, second = hidden.of(OperationRow)
    assert json.loads(first.answered) == {"id": "*****"}
    assert second == operation(2, detail="code")
    frames = hidden.frames()
    assert not any(SECRET in str(frame.collect().to_dicts()) for frame in frames.values())
    assert frames["ledger"].collect().schema == tables().frames()["ledger"].collect().schema


def test_without_credentials_nothing_changes() -> None:
    assert masked(tables(), []).of(LedgerRow).count(pl.col("fields").str.contains(SECRET)) == 1
