"""What an operator was told, held against the books."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Deed, Evidence, Gap, GapKind
from brownout_harness.judging.expectations.desk_true import DeskTrue
from brownout_harness.judging.orders import Order
from brownout_reports.rows import LedgerRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, effect, healthy, letter, operation, request, with_operations, with_requests

DESK = DeskTrue()
DISCARDED = Order("discard", "dl-9", 30.0, 30.1, "done", "op-9")
REDRIVEN = Order("redrive", "dl-9", 30.0, 30.1, "done", "op-9")
OPENED, CLOSED = Order("open", "stripe", 30.0, 30.1, "done"), Order("close", "stripe", 50.0, 50.1, "done")


def after(*orders: Order, state: str = "", **changes: Any) -> Evidence:
    """Payments, of which `op-9` was set aside, and what an operator ordered."""
    plain = with_operations(
        healthy(), lambda each: each._replace(outcome=Outcome.ACCEPTED) if each.operation_id == "op-9" else each
    )
    shown = (letter(9, state=state),) if state else ()
    deeds = tuple(Deed(each.asked_s, each.what, orders=(each,)) for each in orders)
    return changed(plain, **{"dead_letters": shown, "deeds": deeds, **changes})


def quiet_while_open() -> Evidence:
    """Nothing is sent from 30 s to 50 s, though forty ask."""
    return with_requests(after(OPENED, CLOSED), lambda each: None if 30.0 <= each.at_s < 50.0 else each)


def asked_again(at_s: float) -> LedgerRow:
    return request(9, at_s=at_s, seq=9_000)


def said(evidence: Evidence) -> tuple[Status, str]:
    result = DESK.judge(evidence)
    return result.status, result.cases[0].what if result.cases else result.observed


def test_what_was_discarded_and_left_alone_passes() -> None:
    assert said(after(DISCARDED, state="discarded")) == (Status.PASSED, "1 discard told done")


def test_what_was_discarded_and_sent_all_the_same_fails_and_the_ledger_proves_it() -> None:
    evidence = after(DISCARDED, state="discarded")
    sent = changed(evidence, requests=[*evidence.requests, asked_again(31.0)])
    assert said(sent) == (Status.FAILED, "stripe was asked for it, though letter dl-9 was discarded at 30.1 s")
    assert DESK.proves(sent)
    on_its_way = changed(evidence, requests=[*evidence.requests, asked_again(30.2)])
    assert DESK.judge(on_its_way).status is Status.PASSED


def test_what_was_discarded_while_its_caller_still_asks_for_it_may_be_sent() -> None:
    evidence = after(DISCARDED, state="discarded")
    asking = with_operations(
        evidence, lambda each: each._replace(finished_s=31.5) if each.operation_id == "op-9" else each
    )
    assert DESK.judge(changed(asking, requests=[*asking.requests, asked_again(31.0)])).status is Status.PASSED


@pytest.mark.parametrize(
    ("order", "state"), [(DISCARDED, "poison"), (REDRIVEN, "pending"), (REDRIVEN._replace(told="refused"), "poison")]
)
def test_a_letter_that_is_not_what_was_told_fails_by_the_desks_own_word(order: Order, state: str) -> None:
    status, what = said(after(order, state=state))
    assert (status, what) == (
        Status.FAILED,
        f"the {order.what} of letter dl-9 was told {order.told}, and it is {state}",
    )
    assert not DESK.proves(after(order, state=state))


@pytest.mark.parametrize("told", ["busy", "failed", "not_sent", "conflict"])
def test_what_was_not_done_and_told_so_is_true_whatever_became_of_it(told: str) -> None:
    assert DESK.judge(after(REDRIVEN._replace(told=told), state="pending")).status is Status.PASSED


def test_a_redrive_that_was_told_done_has_its_effect_by_then() -> None:
    evidence = after(REDRIVEN, state="redriven")
    assert DESK.judge(evidence).status is Status.PASSED
    others = [each for each in evidence.effects if each.operation_id != "op-9"]
    none = "the redrive of letter dl-9 was told done, and there was no stripe.charge"
    assert said(changed(evidence, effects=others)) == (Status.FAILED, none)
    assert said(changed(evidence, effects=[*others, effect(9, at_s=31.0, seq=9_001)])) == (Status.FAILED, none)


def test_what_incomplete_books_do_not_hold_is_no_proof_and_no_comfort() -> None:
    gaps = (Gap(GapKind.LEDGER_OVERFLOW, "3 rows"),)
    assert DESK.judge(after(REDRIVEN, state="redriven", gaps=gaps, effects=())).status is Status.INCONCLUSIVE


def test_a_breaker_that_a_person_has_open_keeps_everybody_away_until_he_closes_it() -> None:
    quiet = quiet_while_open()
    assert said(quiet) == (Status.PASSED, "1 close told done, 1 open told done")
    probed = changed(quiet, requests=[*quiet.requests, request(90, at_s=45.0, seq=9_000)])
    assert said(probed) == (Status.FAILED, "stripe was asked, though its breaker was opened by hand at 30.1 s")
    assert DESK.proves(probed)


@pytest.mark.parametrize("deed", [Deed(40.0, "kill gateway", cuts_off=True)])
def test_a_process_that_begins_anew_knows_nothing_of_what_was_ordered(deed: Deed) -> None:
    evidence = after(OPENED)
    silent = with_requests(evidence, lambda each: None if 30.0 <= each.at_s < deed.at_s else each)
    assert DESK.judge(changed(silent, deeds=(*evidence.deeds, deed))).status is Status.PASSED


def test_silence_proves_nothing_where_nobody_asked() -> None:
    quiet = quiet_while_open()
    few = [each for each in quiet.operations if not 33.0 <= each.sent_s < 50.0]
    status, observed = said(changed(quiet, operations=few))
    assert (status, "only 5 operations would have asked stripe" in observed) == (Status.INCONCLUSIVE, True)


def test_health_is_what_it_was_to_be() -> None:
    asked = Order("health", "", 30.0, 30.1, "degraded", expected="degraded")
    assert DESK.judge(after(asked)).status is Status.PASSED
    status, what = said(after(asked._replace(told="healthy")))
    assert (status, what) == (Status.FAILED, "it was degraded and said that it was healthy")


def test_where_nobody_ordered_anything_nothing_can_be_said() -> None:
    assert DESK.judge(changed(healthy(), operations=[operation(0)])).status is Status.INCONCLUSIVE
