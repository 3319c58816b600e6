"""What a vendor's work leaves behind."""

from brownout_simulators.agenda import Cause
from brownout_simulators.call import Effect, Notice
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
