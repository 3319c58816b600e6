"""From rows to records and, through the run folder's tables, back to the same records."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.records import (
    dead_letters_from,
    events_from,
    ledger_from,
    operations_from,
)
from brownout_reports.run_folder import Outcome, events_table, ledger_table, operations_table
from tests.support.histories import consistent
from tests.support.rows import event_rows, ledger_rows, operation_rows


def sparse(entry: str) -> dict[str, object]:
    return {"entry": entry, "seq": 1, "vendor": "stripe", "at_s": 2.0, "route": "stripe.charge", "operation_id": None}


def test_what_a_row_lacks_is_empty() -> None:
    (request,), (effect,) = ledger_from([sparse("request"), sparse("effect")])
    assert (request.operation_id, request.status, request.faults, request.retry_after_s) == ("", 0, (), None)
    assert request.finished_s == 2.0
    assert (effect.operation_id, effect.kind, effect.references) == ("", "stripe.charge", "{}")
    assert events_from([{"at_s": 1.0, "kind": "started", "vendor": None}])[0].vendor == ""


def test_the_longest_ask_is_the_whole_time_where_nobody_measured_it() -> None:
    row = {
        "operation_id": "op-1",
        "name": "pay",
        "intended_s": 1.0,
        "sent_s": 1.5,
        "finished_s": 3.0,
        "outcome": "done",
    }
    (record,) = operations_from([row])
    assert (record.longest_ask_s, record.asks, record.outcome) == (1.5, 1, Outcome.DONE)
    assert operations_from([{**row, "longest_ask_s": 0.4}])[0].longest_ask_s == 0.4
    assert record.latency_s == 2.0


def test_a_row_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="a request or an effect, got 'note'"):
        ledger_from([sparse("note")])


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(KeyError):
        operations_from(
            [{"operation_id": "x", "name": "pay", "intended_s": 0, "sent_s": 0, "finished_s": 0, "outcome": "?"}]
        )


@pytest.mark.parametrize(
    ("said", "meant"),
    [("waiting", "pending"), ("poison", "pending"), ("done", "redriven"), ("refused", "refused"), (None, "pending")],
)
def test_the_cores_words_for_a_letter_are_understood(said: str | None, meant: str) -> None:
    (record,) = dead_letters_from([{"id": "dl-1", "state": said, "attempts": 3}])
    assert (record.state, record.redrives, record.idempotency_key) == (meant, 2, "")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_records_survive_the_tables(seed: int) -> None:
    told: Evidence = consistent(seed, count=60)
    operations = operations_from(operations_table(operation_rows(told)).to_dicts())
    requests, effects = ledger_from(ledger_table(ledger_rows(told)).to_dicts())
    assert set(operations) == set(told.operations)
    assert set(requests) == set(told.requests)
    assert set(effects) == set(told.effects)
    assert events_from(events_table(event_rows(told)).to_dicts()) == told.events
