"""as_asked: what was asked, what the books hold and what was answered are the same, field by field."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.as_asked import AsAsked
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.terms import Terms
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult, Status
from tests.support.histories import changed, effect, healthy, with_effects, with_operations

AS_ASKED = AsAsked()
CHARGE = "stripe.charge"
TERMS = {
    "pay": Terms(
        {CHARGE: ("amount", "currency")},
        {"payment.id": ((CHARGE, "id"),), "amount": ((CHARGE, "amount"),)},
    )
}


def amount_of(number: int) -> int:
    """Each its own."""
    return 1000 + number


def number_of(operation_id: str) -> int:
    return int(operation_id.removeprefix("op-"))


def agreed(count: int = 40) -> Evidence:
    """Payments of which everything is as asked, and answered so."""
    evidence = changed(healthy(count), terms=TERMS)
    evidence = with_effects(evidence, held)
    ids = {each.operation_id: each.id for each in evidence.effects}
    return with_operations(evidence, lambda row: asked_and_answered(row, ids[row.operation_id]))


def held(row: LedgerRow) -> LedgerRow:
    return row._replace(amount=amount_of(number_of(row.operation_id)), fields=json.dumps({"currency": "usd"}))


def asked_and_answered(row: OperationRow, effect_id: str) -> OperationRow:
    amount = amount_of(number_of(row.operation_id))
    asked = {CHARGE: {"amount": amount, "currency": "usd"}}
    return row._replace(as_asked=json.dumps(asked), answered=json.dumps({"payment.id": effect_id, "amount": amount}))


def with_one_effect(evidence: Evidence, number: int, **changes: Any) -> Evidence:
    at = f"op-{number}"
    return with_effects(evidence, lambda row: row._replace(**changes) if row.operation_id == at else row)


def with_one(evidence: Evidence, number: int, **changes: Any) -> Evidence:
    at = f"op-{number}"
    return with_operations(evidence, lambda row: row._replace(**changes) if row.operation_id == at else row)


def answering(evidence: Evidence, number: int, answer: Mapping[str, Any]) -> Evidence:
    return with_one(evidence, number, answered=json.dumps(answer) if answer else "")


def only_here(evidence: Evidence) -> ExpectationResult:
    """The result, and that the two that count effects see nothing of it."""
    assert ExactlyOnce(effect=CHARGE).judge(evidence).status is Status.PASSED
    assert NothingLost().judge(evidence).status is Status.PASSED
    return AS_ASKED.judge(evidence)


def whats(result: ExpectationResult) -> list[tuple[str, str]]:
    return [(case.operation_id, case.what) for case in result.cases]


def test_what_is_as_asked_passes() -> None:
    result = AS_ASKED.judge(agreed())
    assert result.status is Status.PASSED
    assert result.observed == "40 effects of 1 kind of operation compared"


def test_a_wrong_amount_is_told_with_all_three_values() -> None:
    result = only_here(with_one_effect(agreed(), 3, amount=1300))
    assert result.status is Status.FAILED
    assert result.observed == "40 effects of 1 kind of operation compared, 1 not as asked"
    asked = "asked for amount 1003, stripe.charge e-7 holds 1300, the answer says 1003"
    assert whats(result) == [("op-3", asked)]


def test_a_wrong_currency_fails_and_capitals_are_no_other_one() -> None:
    result = only_here(with_one_effect(agreed(), 3, fields='{"currency": "eur"}'))
    assert whats(result) == [("op-3", "asked for currency usd, stripe.charge e-7 holds eur")]
    assert AS_ASKED.judge(with_one_effect(agreed(), 3, fields='{"currency": "USD"}')).status is Status.PASSED


def test_effects_under_each_others_id_are_told_as_that() -> None:
    twins = {"op-3": "op-4", "op-4": "op-3"}

    def exchanged(row: LedgerRow) -> LedgerRow:
        """So late that each can be either's."""
        if row.operation_id not in twins:
            return row
        return row._replace(operation_id=twins[row.operation_id], at_s=99.0 + row.seq / 1000)

    swapped = with_effects(agreed(), exchanged)
    result = only_here(swapped)
    assert result.status is Status.FAILED
    (_, first), (_, second) = whats(result)
    asked = "asked for amount 1004, stripe.charge e-7 holds 1003, the answer says 1004"
    named = "the answer says payment.id e-9, its stripe.charge has id e-7"
    assert first == f"{asked}; {named}; that is what op-3 asked for"
    assert second.endswith("that is what op-4 asked for")


def test_nobody_is_named_where_several_asked_for_the_same() -> None:
    same = with_operations(
        agreed(),
        lambda row: (
            row
            if row.operation_id == "op-3"
            else row._replace(as_asked=json.dumps({CHARGE: {"amount": 7, "currency": "usd"}}))
        ),
    )
    same = with_effects(same, lambda row: row._replace(amount=7))
    same = with_operations(
        same, lambda row: row._replace(answered=json.dumps({**json.loads(row.answered), "amount": 7}))
    )
    result = only_here(same)
    assert whats(result) == [("op-3", "asked for amount 1003, stripe.charge e-7 holds 7, the answer says 7")]


def test_an_answer_that_names_anothers_payment_fails() -> None:
    result = only_here(answering(agreed(), 3, {"payment.id": "e-9", "amount": 1003}))
    assert result.observed.endswith("1 answer names other than its operation's own effects")
    assert whats(result) == [
        ("op-3", "the answer says payment.id e-9, its stripe.charge has id e-7; payment.id is that of op-4")
    ]


def test_an_answer_that_names_a_payment_in_no_ledger_fails() -> None:
    result = only_here(answering(agreed(), 3, {"payment.id": "ch_made_up", "amount": 1003}))
    assert whats(result) == [("op-3", "the answer says payment.id ch_made_up, its stripe.charge has id e-7")]


def test_an_answer_that_says_done_and_names_nothing_fails_and_any_other_may() -> None:
    silent = answering(agreed(), 3, {})
    absent = "the answer has no payment.id, its stripe.charge has id e-7"
    told = f"{absent}; the answer has no amount, its stripe.charge e-7 has amount 1003"
    assert whats(only_here(silent)) == [("op-3", told)]
    assert only_here(with_one(silent, 3, outcome=Outcome.UNKNOWN, status=0)).status is Status.PASSED


def test_an_answer_that_left_it_open_and_names_anothers_payment_fails() -> None:
    wrong = answering(agreed(), 3, {"payment.id": "e-9"})
    assert only_here(with_one(wrong, 3, outcome=Outcome.UNKNOWN, status=502)).status is Status.FAILED


def test_a_promise_of_what_was_then_refused_is_not_compared() -> None:
    """202 with the amount, and the vendor said no when it was sent again: there is nothing to hold it against."""
    without = with_effects(agreed(), lambda row: None if row.operation_id == "op-3" else row)
    assert AS_ASKED.judge(with_one(without, 3, outcome=Outcome.ACCEPTED)).status is Status.PASSED


def test_a_named_payment_that_is_missing_is_proven_by_a_complete_ledger_only() -> None:
    without = with_effects(agreed(), lambda row: None if row.operation_id == "op-3" else row)
    result = AS_ASKED.judge(without)
    assert result.status is Status.FAILED
    assert "the answer says payment.id e-7, and there is no stripe.charge of this operation" in whats(result)[0][1]
    torn = changed(without, gaps=(Gap(GapKind.EVIDENCE_LOST, "a page"),))
    assert AS_ASKED.judge(torn).status is Status.INCONCLUSIVE
    wrong = with_one_effect(torn, 5, amount=1)
    assert AS_ASKED.judge(wrong).status is Status.FAILED


def test_two_effects_of_one_operation_are_told_once() -> None:
    wrong = with_one_effect(agreed(), 3, amount=1300)
    again = held(effect(3, seq=900))._replace(amount=1300)
    result = AS_ASKED.judge(changed(wrong, effects=(*wrong.effects, again)))
    assert "1 not as asked" in result.observed
    assert len(result.cases) == 1


def test_a_right_effect_hides_no_wrong_one() -> None:
    """Two charges, one as asked and named by the answer, the other of somebody else."""
    again = held(effect(3, seq=900, at_s=50.0))._replace(amount=1009)
    result = AS_ASKED.judge(changed(agreed(), effects=(*agreed().effects, again)))
    assert whats(result) == [
        (
            "op-3",
            "asked for amount 1003, stripe.charge e-900 holds 1009, the answer says 1003; that is what op-9 asked for",
        )
    ]


def test_what_was_taken_back_was_to_be_as_asked_and_its_undoing_where_it_is_named() -> None:
    leaves = {"pay": Leaves.of([CHARGE], {CHARGE: "stripe.refund"})}
    saga = changed(
        agreed(),
        leaves=leaves,
        terms={"pay": Terms({CHARGE: ("amount", "currency"), "stripe.refund": ("currency",)}, {})},
    )
    saga = with_operations(
        saga,
        lambda row: row._replace(
            as_asked=json.dumps({**json.loads(row.as_asked), "stripe.refund": {"currency": "usd"}})
        ),
    )
    saga = with_one(saga, 3, outcome=Outcome.REFUSED, status=409)
    back = held(effect(3, seq=900, at_s=50.0, route="stripe.refund", id="re-1"))
    assert only_here(changed(saga, effects=(*saga.effects, back))).status is Status.PASSED
    in_euros = back._replace(fields='{"currency": "eur"}')
    result = only_here(changed(saga, effects=(*saga.effects, in_euros)))
    assert whats(result) == [("op-3", "asked for currency usd, stripe.refund re-1 holds eur")]
    wrong = with_one_effect(saga, 3, amount=1)
    assert AS_ASKED.judge(changed(wrong, effects=(*wrong.effects, back._replace(amount=1)))).status is Status.FAILED


def notified() -> Evidence:
    """Messages, with a text of which only the beginning is known."""
    terms = {"notify": Terms({"twilio.message": ("to", "body")}, {})}
    evidence = changed(healthy(40, name="notify"), terms=terms)
    evidence = with_effects(
        evidence,
        lambda row: row._replace(
            fields=json.dumps({"to": f"+1{row.operation_id}", "body": f"Order {row.operation_id}: sent"})
        ),
    )
    return with_operations(
        evidence,
        lambda row: row._replace(
            as_asked=json.dumps(
                {"twilio.message": {"to": f"+1{row.operation_id}", "body": f"Order {row.operation_id}*"}}
            )
        ),
    )


def test_a_message_to_somebody_else_and_one_of_another_order_fail() -> None:
    assert AS_ASKED.judge(notified()).status is Status.PASSED
    astray = with_one_effect(notified(), 3, fields=json.dumps({"to": "+1op-9", "body": "Order op-3: sent"}))
    assert whats(AS_ASKED.judge(astray)) == [("op-3", "asked for to +1op-3, twilio.message e-7 holds +1op-9")]
    other = with_one_effect(notified(), 3, fields=json.dumps({"to": "+1op-3", "body": "Order op-9: sent"}))
    assert whats(AS_ASKED.judge(other)) == [
        ("op-3", "asked for body Order op-3*, twilio.message e-7 holds Order op-9: sent")
    ]


LINES = [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([{**each, "unit_price": 5} for each in LINES], Status.PASSED),
        (LINES[:1], Status.FAILED),
        ([*LINES, LINES[0]], Status.FAILED),
        ([LINES[0], {"sku": "B", "quantity": 2}], Status.FAILED),
        (None, Status.FAILED),
    ],
)
def test_an_order_has_all_its_lines(lines: Any, status: Status) -> None:
    evidence = changed(healthy(40, name="place_order"), terms={"place_order": Terms({"sales.order": ("lines",)}, {})})
    evidence = with_effects(evidence, lambda row: row._replace(fields=json.dumps({"lines": LINES})))
    evidence = with_operations(
        evidence, lambda row: row._replace(as_asked=json.dumps({"sales.order": {"lines": LINES}}))
    )
    assert AS_ASKED.judge(with_one_effect(evidence, 3, fields=json.dumps({"lines": lines}))).status is status


def test_of_alternatives_an_answer_may_name_either() -> None:
    either = {"payment": ((CHARGE, "id"), ("twilio.message", "id"))}
    evidence = changed(agreed(), terms={"pay": Terms({}, either)})
    evidence = with_operations(
        evidence, lambda row: row._replace(answered=row.answered.replace("payment.id", "payment"))
    )
    called = with_one_effect(evidence, 3, route="twilio.message", vendor="twilio")
    assert AS_ASKED.judge(called).status is Status.PASSED
    assert AS_ASKED.judge(answering(called, 3, {"payment": "e-9"})).status is Status.FAILED


def test_what_cannot_be_compared_is_never_passed() -> None:
    nothing = with_effects(agreed(), lambda _row: None)
    waiting = with_operations(nothing, lambda row: row._replace(outcome=Outcome.REFUSED, answered="", status=503))
    assert AS_ASKED.judge(waiting).status is Status.INCONCLUSIVE
    not_kept = with_operations(
        with_effects(agreed(), lambda row: row._replace(fields="")), lambda row: row._replace(answered="")
    )
    assert (
        AS_ASKED.judge(with_operations(not_kept, lambda row: row._replace(outcome=Outcome.UNKNOWN))).status
        is Status.INCONCLUSIVE
    )
    anonymous = with_one_effect(agreed(), 3, operation_id="")
    anonymous = with_one(anonymous, 3, outcome=Outcome.UNKNOWN)
    result = AS_ASKED.judge(anonymous)
    assert result.status is Status.INCONCLUSIVE
    assert "1 effect without an operation id, not compared" in result.observed


def test_what_an_answer_names_may_be_an_effect_without_an_operation_id() -> None:
    anonymous = with_one_effect(agreed(), 3, operation_id="")
    result = AS_ASKED.judge(anonymous)
    assert result.status is Status.INCONCLUSIVE
    assert "1 effect without an operation id, not compared" in result.observed
    wrong_too = with_one_effect(anonymous, 4, amount=1300)
    assert AS_ASKED.judge(wrong_too).status is Status.FAILED


def test_a_kind_of_operation_that_was_done_and_never_compared_is_inconclusive() -> None:
    both = changed(agreed(), terms={**TERMS, "notify": Terms({"twilio.message": ("to",)}, {})})
    done = OperationRow("n-1", "notify", 1.0, 1.0, 1.1, 0.1, 1, 200, Outcome.DONE)
    result = AS_ASKED.judge(changed(both, operations=(*both.operations, done)))
    assert result.status is Status.INCONCLUSIVE
    assert "none of notify could be compared" in result.observed
    refused = changed(both, operations=(*both.operations, done._replace(outcome=Outcome.REFUSED)))
    assert AS_ASKED.judge(refused).status is Status.PASSED


def test_one_operation_can_be_named() -> None:
    wrong = with_one_effect(agreed(), 3, amount=1)
    assert AsAsked(operation="pay").judge(wrong).status is Status.FAILED
    assert AsAsked(operation="notify").judge(wrong).status is Status.INCONCLUSIVE


def test_a_secret_is_masked_where_a_value_is_told() -> None:
    planted = "sk_test_planted_0001"
    result = AS_ASKED.judge(answering(agreed(), 3, {"payment.id": planted, "amount": 1003}))
    assert result.status is Status.FAILED
    assert planted not in result.model_dump_json()


def test_what_plainly_agrees_is_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has a million of them."""
    looked: list[str] = []
    module = "brownout_harness.judging.expectations.as_asked"
    monkeypatch.setattr(f"{module}.difference", lambda row, *_: looked.append(row.operation_id))
    AS_ASKED.judge(with_one_effect(agreed(), 3, amount=1))
    assert looked == ["op-3"]
