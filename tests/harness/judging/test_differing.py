"""One operation's effects and answer, held against what it asked for; the histories are in `test_as_asked.py`."""

import json
from typing import Any

import pytest

from brownout_harness.judging.differing import difference, is_as_asked, value_of
from brownout_harness.judging.terms import Terms
from brownout_reports.rows import LedgerRow, Outcome
from tests.support.histories import effect, operation

TERMS = Terms(
    {"stripe.charge": ("amount", "currency")},
    {"paid": (("stripe.charge", "id"),), "total": (("stripe.charge", "amount"),)},
)
ASKED = {"stripe.charge": {"amount": 100, "currency": "usd"}}


def charge(**changes: Any) -> LedgerRow:
    return effect(1)._replace(**{"fields": '{"currency": "usd"}', **changes})


def told(answer: Any, *effects: LedgerRow, **changes: Any) -> str | None:
    row = operation(1, as_asked=json.dumps(ASKED), answered=json.dumps(answer), **changes)
    found = difference(row, effects, TERMS)
    return None if found is None else found.text


def test_what_agrees_is_no_difference() -> None:
    assert told({"paid": "e-0", "total": 100}, charge()) is None


def test_each_field_is_told_with_its_three_values() -> None:
    text = told({"paid": "e-0", "total": 100}, charge(amount=5, fields='{"currency": "eur"}'))
    assert text is not None
    assert text.split("; ") == [
        "asked for amount 100, stripe.charge e-0 holds 5, the answer says 100",
        "asked for currency usd, stripe.charge e-0 holds eur",
    ]


def test_a_long_value_is_cut() -> None:
    text = told({"paid": "x" * 200, "total": 100}, charge())
    assert text == f"the answer says paid {'x' * 60}…, its stripe.charge has id e-0"


def test_what_was_not_kept_is_not_compared() -> None:
    assert told({"paid": "e-0", "total": 100}, charge(fields="")) is None


def test_without_an_effect_only_done_is_held_to_its_answer() -> None:
    text = told({"paid": "e-0"})
    assert text == "the answer says paid e-0, and there is no stripe.charge of this operation"
    assert told({"paid": "e-0"}, outcome=Outcome.ACCEPTED) is None


def test_values_are_read_from_columns_and_from_what_was_kept() -> None:
    row = charge(amount=7)
    assert [value_of(row, field) for field in ("id", "amount", "currency", "colour")] == ["e-0", 7, "usd", None]
    assert is_as_asked(charge(), ASKED)
    assert not is_as_asked(row, ASKED)
    assert not is_as_asked(charge(), {})


VISITS = {"erp.work_order": [{"site": "a", "start": "1"}, {"site": "a", "start": "2"}]}


@pytest.mark.parametrize("start", ["1", "2"])
def test_of_several_things_of_a_kind_an_effect_is_one(start: str) -> None:
    assert is_as_asked(_visit(site="a", start=start), VISITS)


def test_what_is_none_of_them_is_told_as_the_one_that_it_is_most_like() -> None:
    wrong = _visit(site="b", start="2")
    assert not is_as_asked(wrong, VISITS)
    row = operation(1, as_asked=json.dumps(VISITS))
    found = difference(row, [wrong], Terms({"erp.work_order": ("site", "start")}, {}))
    assert found is not None
    assert found.text == "asked for site a, erp.work_order e-0 holds b"


def test_a_place_may_lie_within_a_field() -> None:
    row = charge(fields='{"row": {"status": "done"}}')
    assert [value_of(row, field) for field in ("row.status", "row.colour", "row.status.more")] == ["done", None, None]


def _visit(**held: str) -> LedgerRow:
    return effect(1)._replace(route="erp.work_order", fields=json.dumps(held))


def test_one_of_two_things_that_is_there_twice_is_not_the_other() -> None:
    """Each effect by itself is as asked, and there are as many as were asked for."""
    wanted = {"stripe.charge": [{"amount": 100}, {"amount": 200}]}
    terms = Terms({"stripe.charge": ("amount",)}, {}, several=frozenset({"stripe.charge"}))

    def text(*amounts: int, outcome: Outcome = Outcome.DONE) -> str | None:
        effects = [charge(amount=amount, id=f"e-{number}") for number, amount in enumerate(amounts)]
        found = difference(operation(1, as_asked=json.dumps(wanted), outcome=outcome), effects, terms)
        assert found is None or not found.is_certain, "what is missing only complete books prove"
        return None if found is None else found.text

    assert text(200, 100) is None
    assert text(100, 100) == 'asked for {"amount": 200}, and no stripe.charge holds it'
    assert text(100, outcome=Outcome.UNKNOWN) is None
    assert text() is None, "that nothing is there is told by those who count"
