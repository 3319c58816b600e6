"""What an operation leaves, and what of it stands when some was taken back."""

import pytest

from brownout_harness.judging.leaves import Leaves, either
from brownout_reports.rows import LedgerRow
from tests.support.histories import effect

CHARGE, REFUND, MESSAGE = "stripe.charge", "stripe.refund", "twilio.message"
SAGA = Leaves.of([CHARGE, [MESSAGE, "twilio.call"]], {CHARGE: REFUND})


def effects(*what: tuple[str, int]) -> tuple[LedgerRow, ...]:
    """Effects of one operation, by kind and amount, in this order."""
    return tuple(effect(1, seq=seq, at_s=float(seq), route=kind, amount=paid) for seq, (kind, paid) in enumerate(what))


def standing(*what: tuple[str, int]) -> list[str]:
    return [each.id for each in SAGA.standing((CHARGE,), effects(*what))]


def test_all_clauses_are_left_and_one_kind_of_each() -> None:
    assert SAGA.clauses == ((CHARGE,), (MESSAGE, "twilio.call"))
    assert SAGA.kinds == (CHARGE, MESSAGE, "twilio.call")
    assert SAGA.clause_with("twilio.call") == (MESSAGE, "twilio.call")
    assert SAGA.clause_with("sales.order") == ("sales.order",)
    assert either(SAGA.clauses[1]) == "twilio.message or twilio.call"


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ([(CHARGE, 500)], ["e-0"]),
        ([(CHARGE, 500), (REFUND, 500)], []),
        ([(CHARGE, 500), (REFUND, 499)], ["e-0"]),  # not all of it was given back
        ([(CHARGE, 500), (REFUND, 200), (REFUND, 300)], []),
        ([(CHARGE, 500), (CHARGE, 500), (REFUND, 500)], ["e-1"]),
        ([(CHARGE, 500), (CHARGE, 300), (REFUND, 300)], ["e-0"]),
        ([(CHARGE, 500), (REFUND, 0)], []),  # without an amount it takes back all of one
        ([(CHARGE, 0), (CHARGE, 0), (REFUND, 0)], ["e-1"]),
        ([(MESSAGE, 0), (REFUND, 500)], []),
    ],
)
def test_money_is_taken_back_by_as_much_money(what: list[tuple[str, int]], left: list[str]) -> None:
    assert standing(*what) == left


def test_what_is_named_twice_is_left_twice() -> None:
    both = Leaves.of([CHARGE, MESSAGE, CHARGE])
    assert [both.times(clause) for clause in [(CHARGE,), (MESSAGE,), ("sales.order",)]] == [2, 1, 1]
    books = effects((CHARGE, 500), (CHARGE, 300))
    assert both.by_clause(books) == [((CHARGE,), books), ((MESSAGE,), ())]


def test_what_is_taken_back_more_often_than_it_was_there_is_shown() -> None:
    assert SAGA.undone_too_often((CHARGE,), effects((CHARGE, 500), (REFUND, 500))) == ()
    twice = effects((CHARGE, 500), (REFUND, 500), (REFUND, 500))
    assert SAGA.undone_too_often((CHARGE,), twice) == twice[2:]
    without = effects((CHARGE, 0), (REFUND, 0), (REFUND, 0))
    assert SAGA.undone_too_often((CHARGE,), without) == without[2:]


def test_each_clause_is_told_with_what_of_it_stands() -> None:
    books = effects((CHARGE, 500), (MESSAGE, 0), (REFUND, 500))
    assert SAGA.by_clause(books) == [((CHARGE,), ()), ((MESSAGE, "twilio.call"), (books[1],))]
