"""Rows of a ledger, typed."""

from brownout_harness.testing.rows import ledger_of
from brownout_simulators.ledger import Entry, Ledger


def test_rows_become_requests_and_effects_counted_from_the_accounts_opening() -> None:
    book = Ledger("till")
    book.write(
        Entry("request", "a", "op", 12.5, 13.0, "POST /v1/charges", "r1", "r1", "k", True, 200, "left", 1, 0, ("f",))
    )
    book.write(
        Entry("effect", "a", "op", 12.75, 12.75, "till.charge", "ch_1", "r1", "k", amount=5,
              references={"metadata.order": "7"}, fields={"currency": "eur"})
    )  # fmt: skip
    found = ledger_of(book.rows(), since_s=12.0)
    (request,), (effect,) = found.requests, found.effects
    assert (request.at_s, request.finished_s, request.route, request.status) == (0.5, 1.0, "POST /v1/charges", 200)
    assert (request.ending, request.faults, request.replayed, request.idempotency_key) == ("left", ("f",), True, "k")
    assert (effect.at_s, effect.kind, effect.id, effect.amount, effect["currency"]) == (
        0.75,
        "till.charge",
        "ch_1",
        5,
        "eur",
    )
    assert effect.references == {"metadata.order": "7"}
