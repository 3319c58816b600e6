"""Effects counted by operation id."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.leaves import Leaves
from brownout_reports.rows import LedgerRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, effect, healthy, with_effects, with_operations

ONCE = ExactlyOnce(effect="stripe.charge")


def anonymous(evidence: Evidence) -> Evidence:
    """The target passes no operation id on."""
    return with_effects(evidence, lambda each: each._replace(operation_id=""))


def also(evidence: Evidence, *numbers: int, **changes: Any) -> Evidence:
    more = [effect(n, **{"seq": 90_000 + n, "at_s": 99.0, **changes}) for n in numbers]
    return changed(evidence, effects=(*evidence.effects, *more))


def test_one_effect_each_passes() -> None:
    result = ONCE.judge(healthy())
    assert (result.status, result.observed) == (Status.PASSED, "200 effects for 200 operations")


def test_a_second_effect_under_another_key_fails_and_shows_three() -> None:
    result = ONCE.judge(also(healthy(), 3, 4, 5, 6, idempotency_key="fresh"))
    assert result.status is Status.FAILED
    assert result.observed == "204 effects for 200 operations, 4 operations with more than one (4 too many)"
    assert len(result.cases) == 3
    assert "2 stripe.charge under 2 idempotency keys: e-7 at 1.550 s, e-90003 at 99.000 s" in result.cases[0].what


def test_done_without_its_effect_fails() -> None:
    result = ONCE.judge(with_effects(healthy(), lambda each: None if each.operation_id == "op-9" else each))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "done, but no stripe.charge"


def test_something_missing_proves_nothing_where_the_ledger_is_incomplete() -> None:
    missing = with_effects(healthy(), lambda each: None if each.operation_id == "op-9" else each)
    short = changed(missing, gaps=(Gap(GapKind.LEDGER_OVERFLOW, "stripe: 5 rows"),))
    assert ONCE.judge(short).status is Status.INCONCLUSIVE
    assert ONCE.judge(also(short, 3)).status is Status.FAILED


def test_an_unknown_answer_may_have_one_effect_or_none() -> None:
    unknown = with_operations(healthy(), lambda each: each._replace(outcome=Outcome.UNKNOWN))
    half = with_effects(unknown, lambda each: each if int(each.operation_id[3:]) % 2 else None)
    assert ONCE.judge(half).status is Status.PASSED


def test_an_effect_that_nobody_asked_for_fails() -> None:
    result = ONCE.judge(also(healthy(), 5_000))
    assert (result.status, result.cases[0].operation_id) == (Status.FAILED, "op-5000")


def test_another_effect_is_another_matter() -> None:
    assert ONCE.judge(also(healthy(), 3, route="stripe.refund")).status is Status.PASSED


def test_without_operation_ids_more_effects_than_operations_fail() -> None:
    result = ONCE.judge(anonymous(also(healthy(), 3, 4)))
    assert result.status is Status.FAILED
    assert "2 without an operation id and too many" in result.observed


def test_without_operation_ids_an_effect_before_anything_was_asked_fails() -> None:
    early = anonymous(with_operations(healthy(), lambda each: each._replace(sent_s=each.sent_s + 10)))
    assert ONCE.judge(early).status is Status.FAILED


def test_without_operation_ids_fewer_effects_than_were_done_fail() -> None:
    fewer = with_effects(healthy(), lambda each: None if each.operation_id == "op-9" else each)
    assert ONCE.judge(anonymous(fewer)).status is Status.FAILED


def test_without_operation_ids_it_never_passes() -> None:
    result = ONCE.judge(anonymous(healthy()))
    assert (result.status, result.observed.endswith("200 effects without an operation id")) == (
        Status.INCONCLUSIVE,
        True,
    )


def test_a_foreign_operation_is_named_by_the_scenario() -> None:
    foreign = with_operations(healthy(), lambda each: each._replace(name="checkout"))
    assert ExactlyOnce(effect="stripe.charge", operation="checkout").judge(foreign).status is Status.PASSED
    lost = with_effects(foreign, lambda each: None if each.operation_id == "op-9" else each)
    assert ExactlyOnce(effect="stripe.charge", operation="checkout").judge(lost).status is Status.FAILED


def leaving(evidence: Evidence, *left: str | list[str], **undone_by: str) -> Evidence:
    """The same, where it is said what a payment leaves."""
    taken_back = {kind.replace("_", "."): by for kind, by in undone_by.items()}
    return changed(evidence, leaves={"pay": Leaves.of(left, taken_back)})


def test_one_of_two_kinds_is_one_effect_and_one_of_each_are_two() -> None:
    either = leaving(healthy(), ["stripe.charge", "sales.order"])
    elsewhere = with_effects(either, lambda each: each._replace(route="sales.order") if each.seq < 20 else each)
    assert ONCE.judge(elsewhere).status is Status.PASSED
    result = ONCE.judge(also(either, 3, route="sales.order"))
    assert (result.status, result.cases[0].what) == (
        Status.FAILED,
        "2 stripe.charge or sales.order under 1 idempotency key: e-7 at 1.550 s, e-90003 at 99.000 s",
    )


def test_of_two_effects_that_are_both_left_each_is_counted_alone() -> None:
    orders = also(healthy(), *range(200), route="sales.order", at_s=100.0)
    both = leaving(orders, "stripe.charge", "sales.order")
    assert ONCE.judge(both).status is Status.PASSED
    assert ExactlyOnce(effect="sales.order").judge(both).status is Status.PASSED
    lost = with_effects(both, lambda each: None if each.id == "e-90009" else each)
    assert ONCE.judge(lost).status is Status.PASSED
    assert ExactlyOnce(effect="sales.order").judge(lost).cases[0].what == "done, but no sales.order"


@pytest.mark.parametrize(("early_s", "status"), [(0.004, Status.PASSED), (0.2, Status.FAILED), (300.0, Status.FAILED)])
def test_what_was_there_before_it_was_asked_for_is_nobodys(early_s: float, status: Status) -> None:
    """It cannot be that operation's; two clocks of one machine are a few milliseconds apart at most."""
    first = next(iter(healthy().operations))
    at_s = first.sent_s - early_s
    early = with_effects(
        healthy(), lambda each: each._replace(at_s=at_s) if each.operation_id == first.operation_id else each
    )
    for judged in (ONCE.judge(early), NothingLost().judge(early)):
        assert judged.status is status
        assert status is Status.PASSED or "but nobody had asked for it" in judged.cases[0].what


def test_what_was_taken_back_does_not_count() -> None:
    again = leaving(also(healthy(), 3), "stripe.charge", stripe_charge="stripe.refund")
    assert ONCE.judge(again).status is Status.FAILED
    back = changed(again, effects=(*again.effects, effect(3, seq=95_000, at_s=99.5, route="stripe.refund")))
    assert ONCE.judge(back).status is Status.PASSED
    nobodys = refund(3)._replace(operation_id="")
    assert ONCE.judge(changed(again, effects=(*again.effects, nobodys))).status is Status.INCONCLUSIVE
    short = changed(again, gaps=(Gap(GapKind.LEDGER_OVERFLOW, "stripe: 5 rows"),))
    assert ONCE.judge(changed(back, gaps=short.gaps)).status is Status.PASSED
    assert ONCE.judge(changed(short, effects=[*short.effects, refund(5)])).status is Status.INCONCLUSIVE


def refund(number: int, seq: int = 96_000) -> LedgerRow:
    return effect(number, seq=seq, at_s=99.5, route="stripe.refund")


def test_done_and_taken_back_is_not_done() -> None:
    once = leaving(healthy(), "stripe.charge", stripe_charge="stripe.refund")
    result = ONCE.judge(changed(once, effects=(*once.effects, refund(5))))
    assert (result.status, result.cases[0].what) == (
        Status.FAILED,
        "done, but no stripe.charge, for e-11 was taken back",
    )


def test_taken_back_twice_fails() -> None:
    once = leaving(healthy(), "stripe.charge", stripe_charge="stripe.refund")
    undone = with_operations(
        once, lambda each: each._replace(outcome=Outcome.REFUSED) if each.operation_id == "op-5" else each
    )
    assert ONCE.judge(changed(undone, effects=(*undone.effects, refund(5)))).status is Status.PASSED
    result = ONCE.judge(changed(undone, effects=(*undone.effects, refund(5), refund(5, seq=97_000))))
    assert (result.status, result.cases[0].what) == (
        Status.FAILED,
        "stripe.refund e-97000: more was taken back than there was",
    )


def test_of_what_is_left_twice_two_stand_and_no_third_and_not_one_alone() -> None:
    twice = changed(healthy(), leaves={"pay": Leaves.of(["stripe.charge", "stripe.charge"])})
    whole = also(twice, *range(200), at_s=100.0)
    assert ONCE.judge(whole).status is Status.PASSED
    third = also(whole, 3, seq=99_999)
    assert ONCE.judge(third).observed == "401 effects for 200 operations, 1 operation with more than one (1 too many)"
    assert ONCE.judge(third).status is Status.FAILED
    alone = with_effects(whole, lambda each: None if each.id == "e-90007" else each)
    assert [case.what for case in ONCE.judge(alone).cases] == ["done, but 1 of 2 stripe.charge"]
    assert [ONCE.judge(alone).status, NothingLost().judge(alone).status] == [Status.FAILED, Status.FAILED]
    assert NothingLost().judge(whole).status is Status.PASSED


def test_two_effects_without_a_key_are_said_to_have_none() -> None:
    result = ONCE.judge(with_effects(also(healthy(), 3), lambda each: each._replace(idempotency_key="")))
    assert "2 stripe.charge without an idempotency key: " in result.cases[0].what


def test_too_few_operations_or_no_effect_at_all_say_nothing() -> None:
    assert ONCE.judge(healthy(9)).status is Status.INCONCLUSIVE
    refused = with_operations(healthy(), lambda each: each._replace(outcome=Outcome.REFUSED))
    assert ONCE.judge(with_effects(refused, lambda _: None)).status is Status.INCONCLUSIVE


def test_an_effect_is_named_with_its_vendor() -> None:
    with pytest.raises(ValueError, match=r"vendor\.noun"):
        ExactlyOnce(effect="charge")
