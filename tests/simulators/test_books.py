"""What a vendor's work leaves behind."""

import json
from enum import StrEnum
from http import HTTPStatus

from brownout_simulators.agenda import Cause
from brownout_simulators.call import Effect, Notice
from brownout_simulators.ledger import BLOCK, Entry
from tests.simulators.driving import Driver


def test_effects_and_notices_are_committed_together_and_go_back_to_their_call() -> None:
    till = Driver()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    books, account = till.simulator._shared.books, till.simulator.accounts["a"]
    effect = Effect("till.charge", "ch_1", 5, references={"metadata.operation_id": "stored"})
    books.commit(account, [effect], [Notice("charge.made", {})], Cause("op-1", "req-1", "key-1"))
    (row,) = till.effects()
    assert (row["operation_id"], row["request_id"], row["idempotency_key"]) == ("op-1", "req-1", "key-1")
    assert till.simulator.agenda.open_webhooks == 1


def test_every_column_of_an_effects_row_holds_what_it_is_called() -> None:
    till = Driver()
    till.schedule(fields={"till.charge": ["card"]})
    till.send()
    books, account = till.simulator._shared.books, till.simulator.accounts["a"]
    effect = Effect("till.charge", "ch_1", 5, "usd", {"metadata.a": "1"}, {"card": "visa"})
    books.commit(account, [effect], [], Cause("op-1", "req-1", "key-1", "POST /v1/charges", "POST", "/v1/charges"))
    assert Entry(*books.ledger._open[-1]) == Entry(
        "effect", "a", "op-1", till.clock(), till.clock(), "till.charge", "ch_1", "req-1", "key-1",
        amount=5, references={"metadata.a": "1"}, fields={"card": "visa"},
    )  # fmt: skip


def test_an_effect_of_a_call_that_named_no_operation_has_the_one_that_was_stored_with_it() -> None:
    till = Driver()
    till.send()
    effect = Effect("till.charge", "ch_1", 5, references={"metadata.operation_id": "stored"})
    till.simulator._shared.books.commit(till.simulator.accounts["a"], [effect], [], Cause())
    assert till.effects()[-1]["operation_id"] == "stored"


def test_beginning_anew_forgets_rows_counts_and_correlation() -> None:
    till = Driver()
    till.schedule(correlate=["header.x-run"])
    till.send()
    books = till.simulator._shared.books
    books.begin_anew()
    assert (len(books.ledger), books.outbox.counts()["noticed"]) == (0, 0)
    assert books.correlation.paths == tuple(till.simulator.vendor.correlate)


def test_a_vendor_that_names_things_by_enumeration_can_be_kept_for_long() -> None:
    class Kind(StrEnum):
        CHARGE = "till.charge"

    till = Driver()
    till.send()
    effect = Effect(Kind.CHARGE, Kind.CHARGE, HTTPStatus.OK, references={Kind.CHARGE: Kind.CHARGE})
    books, account = till.simulator._shared.books, till.simulator.accounts["a"]
    books.commit(account, [effect] * (BLOCK + 1), [], Cause())
    rows = till.effects()
    assert (rows[2]["route"], rows[2]["references"]) == ("till.charge", '{"till.charge": "till.charge"}')
    assert {json.dumps(row["amount"]) for row in rows[2:]} == {"200"}
