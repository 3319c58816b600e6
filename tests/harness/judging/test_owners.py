"""Whose it is instead: one other operation's, or nobody's that could be named."""

import json

from brownout_harness.judging.differing import difference
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.owners import owner_of
from brownout_harness.judging.terms import Terms
from brownout_reports.rows import OperationRow
from tests.support.histories import effect, known, operation

CHARGE = "stripe.charge"
TERMS = Terms({CHARGE: ("amount", "currency")}, {"paid": ((CHARGE, "payment_intent"),)})


def asking(number: int, amount: int, paid: str) -> OperationRow:
    asked = {CHARGE: {"amount": amount, "currency": "usd"}}
    return operation(number, as_asked=json.dumps(asked), answered=json.dumps({"paid": paid}))


def evidence(*rows: OperationRow, held: dict[int, tuple[int, str]]) -> Evidence:
    effects = [
        effect(number, seq=number, amount=amount, fields=json.dumps({"currency": "usd", "payment_intent": intent}))
        for number, (amount, intent) in held.items()
    ]
    return known(operations=rows, effects=effects, terms={"pay": TERMS})


def told(books: Evidence, number: int) -> str:
    row = books.operation(f"op-{number}")
    assert row is not None
    found = difference(row, books.effects_of[row.operation_id], TERMS)
    assert found is not None
    return owner_of(books, found)


def test_what_one_other_asked_for_is_that_ones() -> None:
    rows = asking(1, 100, "pi_1"), asking(2, 200, "pi_2"), asking(3, 300, "pi_3")
    books = evidence(*rows, held={1: (200, "pi_1"), 2: (200, "pi_2"), 3: (300, "pi_3")})
    assert told(books, 1) == "that is what op-2 asked for"


def test_what_several_asked_for_is_nobodys() -> None:
    rows = asking(1, 100, "pi_1"), asking(2, 200, "pi_2"), asking(3, 200, "pi_3")
    books = evidence(*rows, held={1: (200, "pi_1"), 2: (200, "pi_2"), 3: (200, "pi_3")})
    assert told(books, 1) == ""


def test_an_answer_names_whose_effect_holds_what_it_says() -> None:
    rows = asking(1, 100, "pi_2"), asking(2, 200, "pi_2")
    books = evidence(*rows, held={1: (100, "pi_1"), 2: (200, "pi_2")})
    assert told(books, 1) == "paid is that of op-2"
    made_up = evidence(asking(1, 100, "pi_9"), held={1: (100, "pi_1")})
    assert told(made_up, 1) == ""
