"""asked = done + set aside + refused."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Death, Deed, Evidence, Gap, GapKind
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.orders import Order
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, effect, healthy, letter, with_effects, with_operations, with_requests

LOST = NothingLost()


def ending(outcome: Outcome, *, keeps_effect: bool, evidence: Evidence | None = None) -> Evidence:
    """One operation ends otherwise."""
    changed = with_operations(
        evidence or healthy(), lambda each: each._replace(outcome=outcome) if each.operation_id == "op-9" else each
    )
    return with_effects(changed, lambda each: each if keeps_effect or each.operation_id != "op-9" else None)


def test_everything_done_passes_and_says_the_sum() -> None:
    result = LOST.judge(healthy())
    assert (result.status, result.observed) == (
        Status.PASSED,
        "200 asked = 200 done + 0 accepted + 0 refused + 0 unknown",
    )


@pytest.mark.parametrize(
    ("outcome", "keeps_effect", "what"),
    [
        (Outcome.DONE, False, "done, but no stripe.charge"),
        (Outcome.REFUSED, True, "refused, yet there is a stripe.charge e-19"),
        (Outcome.ACCEPTED, False, "accepted, but neither an effect nor a dead letter"),
        (Outcome.UNKNOWN, False, "unknown, and neither an effect nor a dead letter"),
    ],
)
def test_what_does_not_add_up_fails(outcome: Outcome, keeps_effect: bool, what: str) -> None:
    result = LOST.judge(ending(outcome, keeps_effect=keeps_effect))
    assert (result.status, [case.what for case in result.cases]) == (Status.FAILED, [what])


@pytest.mark.parametrize(
    ("outcome", "keeps_effect"), [(Outcome.REFUSED, False), (Outcome.ACCEPTED, True), (Outcome.UNKNOWN, True)]
)
def test_what_adds_up_passes(outcome: Outcome, keeps_effect: bool) -> None:
    assert LOST.judge(ending(outcome, keeps_effect=keeps_effect)).status is Status.PASSED


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
@pytest.mark.parametrize("state", ["pending", "redriving", "poison"])
def test_a_dead_letter_that_waits_explains_what_is_not_there(state: str, outcome: Outcome) -> None:
    accepted = changed(ending(outcome, keeps_effect=False), dead_letters=(letter(9, state=state),))
    assert LOST.judge(accepted).status is Status.PASSED


@pytest.mark.thorough
@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    ("status", "is_explained"),
    [(402, True), (422, True), (409, False), (401, False), (429, False), (503, False), (0, False)],
)
def test_refused_is_what_a_vendor_refused(outcome: Outcome, status: int, is_explained: bool) -> None:
    refused = changed(ending(outcome, keeps_effect=False), dead_letters=(letter(9, state="refused"),))
    answered = with_requests(refused, lambda each: each._replace(status=status) if each.seq == 18 else each)
    result = LOST.judge(answered)
    if is_explained:
        assert result.status is Status.PASSED
    else:
        told = "dead letter dl-9 is refused, but there is no effect, and no vendor refused it"
        assert (result.status, result.cases[0].what) == (Status.FAILED, told)


def test_a_refusal_is_the_vendors_to_do_what_is_missing() -> None:
    """Neither that a look found nothing, nor what another vendor refused."""
    refused = changed(ending(Outcome.ACCEPTED, keeps_effect=False), dead_letters=(letter(9, state="refused"),))
    for changes in ({"status": 404, "route": "GET /v1/payment_intents/search"}, {"status": 402, "vendor": "twilio"}):
        answered = with_requests(refused, lambda each, to=changes: each._replace(**to) if each.seq == 18 else each)  # type: ignore[misc]
        assert LOST.judge(answered).status is Status.FAILED


def test_discarded_is_what_somebody_ordered_and_nobody_did() -> None:
    """The target's word is not enough: thirty promised orders were dropped so, and the run passed."""
    dropped = changed(ending(Outcome.ACCEPTED, keeps_effect=False), dead_letters=(letter(9, state="discarded"),))
    result = LOST.judge(dropped)
    told = "dead letter dl-9 is discarded, but there is no effect, and nobody ordered that"
    assert (result.status, result.cases[0].what) == (Status.FAILED, told)


def test_what_an_operator_has_given_up_is_not_lost_where_nothing_of_it_is_there() -> None:
    dropped = changed(ending(Outcome.ACCEPTED, keeps_effect=False), dead_letters=(letter(9, state="discarded"),))

    def ordered(letter_id: str, told: str) -> Status:
        order = Order("discard", letter_id, 30.0, 30.1, told)
        return LOST.judge(changed(dropped, deeds=(Deed(30.0, "discard", orders=(order,)),))).status

    assert ordered("dl-9", "done") is Status.PASSED
    assert ordered("dl-8", "done") is Status.FAILED
    assert ordered("dl-9", "conflict") is Status.FAILED


def test_a_redriven_letter_without_an_effect_is_lost() -> None:
    accepted = changed(ending(Outcome.ACCEPTED, keeps_effect=False), dead_letters=(letter(9),))
    result = LOST.judge(accepted)
    assert (result.status, result.cases[0].what) == (
        Status.FAILED,
        "dead letter dl-9 is redriven, but there is no effect",
    )


@pytest.mark.parametrize(("outcome", "keeps_effect"), [(Outcome.DONE, True), (Outcome.REFUSED, False)])
def test_nothing_is_in_two_places(outcome: Outcome, keeps_effect: bool) -> None:
    waiting = (letter(9, state="pending"),)
    evidence = changed(ending(outcome, keeps_effect=keeps_effect), dead_letters=waiting)
    result = LOST.judge(evidence)
    assert (result.status, result.cases[0].what) == (Status.FAILED, f"{outcome}, yet waiting as dead letter dl-9")
    gone = changed(evidence, dead_letters=(letter(9, state="discarded"),))
    assert LOST.judge(gone).status is Status.PASSED


def test_a_dead_letter_resolves_an_unknown_answer() -> None:
    unknown = changed(ending(Outcome.UNKNOWN, keeps_effect=False), dead_letters=(letter(9, state="pending"),))
    assert LOST.judge(unknown).status is Status.PASSED


def test_what_the_harness_never_sent_is_no_operation() -> None:
    """The bound on operations in flight was reached: that is a gap, and no loss."""
    left_out = ending(Outcome.UNKNOWN, keeps_effect=False)
    unsent = with_operations(left_out, lambda each: each._replace(asks=0) if each.operation_id == "op-9" else each)
    assert LOST.judge(left_out).status is Status.FAILED
    result = LOST.judge(unsent)
    assert (result.status, result.observed) == (
        Status.PASSED,
        "199 asked = 199 done + 0 accepted + 0 refused + 0 unknown",
    )


def test_some_unresolved_ones_may_be_allowed() -> None:
    unresolved = ending(Outcome.UNKNOWN, keeps_effect=False)
    result = NothingLost(unresolved_at_most=1).judge(unresolved)
    assert (result.status, "1 unresolved" in result.observed) == (Status.PASSED, True)


def test_an_effect_that_nobody_asked_for_fails() -> None:
    result = LOST.judge(changed(healthy(), effects=(*healthy().effects, effect(5_000, seq=90_000))))
    assert (result.status, "1 never asked for" in result.observed) == (Status.FAILED, True)


def test_absence_proves_nothing_where_the_ledger_is_incomplete_but_a_lie_does() -> None:
    gaps = (Gap(GapKind.DRAIN_NOT_FINISHED, "3 requests in flight"),)
    for outcome in (Outcome.DONE, Outcome.UNKNOWN):
        short = changed(ending(outcome, keeps_effect=False), gaps=gaps)
        assert LOST.judge(short).status is Status.INCONCLUSIVE
    assert LOST.judge(changed(ending(Outcome.REFUSED, keeps_effect=True), gaps=gaps)).status is Status.FAILED


def test_a_process_that_stood_still_excuses_the_unresolved_and_nothing_else() -> None:
    gaps = (Gap(GapKind.STALLED, "redis did not run for 5.0 s", 20.0, 25.0, process="redis"),)
    for outcome, status in ((Outcome.UNKNOWN, Status.INCONCLUSIVE), (Outcome.DONE, Status.FAILED)):
        assert LOST.judge(changed(ending(outcome, keeps_effect=False), gaps=gaps)).status is status
    assert LOST.judge(changed(ending(Outcome.REFUSED, keeps_effect=True), gaps=gaps)).status is Status.FAILED


def test_effects_without_an_operation_id_could_hide_a_loss_or_prove_one() -> None:
    nameless = with_effects(healthy(), lambda each: each._replace(operation_id=""))
    assert LOST.judge(nameless).status is Status.INCONCLUSIVE
    one_less = changed(nameless, effects=list(nameless.effects)[1:])
    assert LOST.judge(one_less).status is Status.FAILED


def test_a_target_without_dead_letters_leaves_the_accepted_ones_unresolved() -> None:
    accepted = changed(ending(Outcome.ACCEPTED, keeps_effect=False), dead_letters=None)
    result = LOST.judge(accepted)
    assert (result.status, "1 unresolved" in result.observed) == (Status.FAILED, True)
    assert NothingLost(unresolved_at_most=1).judge(accepted).status is Status.PASSED


def test_an_operation_whose_effect_nobody_named_cannot_be_judged() -> None:
    foreign = with_operations(healthy(), lambda each: each._replace(name="checkout"))
    result = LOST.judge(foreign)
    assert (result.status, result.observed.endswith("are to have: checkout")) == (Status.INCONCLUSIVE, True)
    named = changed(foreign, leaves={"checkout": Leaves.of(["stripe.charge"])})
    assert LOST.judge(named).status is Status.PASSED


SAGA = Leaves.of(["stripe.charge", "twilio.message"], {"stripe.charge": "stripe.refund"})
"""Of a checkout: the money, and a message about it."""


def checkout(outcome: Outcome, *kinds: str, seq: int = 80_000, **more: Any) -> Evidence:
    """Two hundred checkouts, each with charge and message; one of them ended so, with these effects alone."""
    told = [each._replace(route="twilio.message", vendor="twilio", id=f"m-{each.seq}") for each in healthy().effects]
    both = changed(healthy(), effects=(*healthy().effects, *told), leaves={"checkout": SAGA}, **more)
    named = with_operations(both, lambda each: each._replace(name="checkout"))
    one = ending(outcome, keeps_effect=False, evidence=named)
    had = [effect(9, seq=seq + number, at_s=50.0 + number, route=kind) for number, kind in enumerate(kinds)]
    return changed(one, effects=(*one.effects, *had))


BOTH = ("stripe.charge", "twilio.message")
UNDONE = ("stripe.charge", "stripe.refund")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("outcome", "kinds", "what"),
    [
        (Outcome.DONE, BOTH[:1], "done, with stripe.charge e-80000, but no twilio.message"),
        (Outcome.DONE, BOTH[1:], "done, with twilio.message e-80000, but no stripe.charge"),
        (Outcome.DONE, (), "done, but no stripe.charge, no twilio.message"),
        (
            Outcome.DONE,
            UNDONE,
            "done, but no stripe.charge, no twilio.message, for stripe.charge e-80000 was taken back",
        ),
        (Outcome.ACCEPTED, BOTH[:1], "accepted, with stripe.charge e-80000, but no twilio.message"),
        (Outcome.UNKNOWN, BOTH[:1], "unknown, with stripe.charge e-80000, but no twilio.message"),
        (Outcome.REFUSED, BOTH[:1], "refused, yet there is a stripe.charge e-80000"),
        (Outcome.REFUSED, BOTH, "refused, yet there is a stripe.charge e-80000, twilio.message e-80001"),
        (Outcome.UNKNOWN, (), "unknown, and neither an effect nor a dead letter"),
    ],
)
def test_an_operation_with_two_effects_is_done_by_halves_in_none_of_its_ends(
    outcome: Outcome, kinds: tuple[str, ...], what: str
) -> None:
    result = LOST.judge(checkout(outcome, *kinds))
    assert (result.status, [case.what for case in result.cases]) == (Status.FAILED, [what])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("outcome", "kinds"),
    [
        (Outcome.DONE, BOTH),
        (Outcome.ACCEPTED, BOTH),
        (Outcome.UNKNOWN, BOTH),
        (Outcome.REFUSED, ()),
        (Outcome.REFUSED, UNDONE),  # a saga that compensated
        (Outcome.UNKNOWN, UNDONE),
        (Outcome.DONE, (*UNDONE, *BOTH)),
    ],
)
def test_all_of_it_or_nothing_or_each_undone_adds_up(outcome: Outcome, kinds: tuple[str, ...]) -> None:
    assert LOST.judge(checkout(outcome, *kinds)).status is Status.PASSED


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
def test_a_dead_letter_explains_what_is_done_by_halves(outcome: Outcome) -> None:
    waiting = checkout(outcome, *BOTH[:1], dead_letters=(letter(9, state="pending"),))
    assert LOST.judge(waiting).status is Status.PASSED
    result = LOST.judge(checkout(outcome, *BOTH[:1], dead_letters=(letter(9, state="redriven"),)))
    assert (result.status, "1 torn" in result.observed) == (Status.FAILED, True)


@pytest.mark.parametrize(("kinds", "is_told"), [(BOTH[:1], False), (UNDONE, True), ((), True)])
def test_a_letter_that_a_vendor_refused_explains_nothing_that_still_stands(
    kinds: tuple[str, ...], is_told: bool
) -> None:
    """A redrive was told no, and took nothing back: fourteen jobs' stock stayed held, and the run passed."""
    refused = checkout(Outcome.ACCEPTED, *kinds, dead_letters=(letter(9, state="refused"),))
    told_no = effect(9, seq=80_100, at_s=49.0, entry="request", vendor="twilio", route="POST /Messages", status=400)
    also = told_no._replace(vendor="stripe", seq=80_101, route="POST /v1/payment_intents", status=402)
    result = LOST.judge(changed(refused, requests=(*refused.requests, told_no, also)))
    assert result.status is (Status.PASSED if is_told else Status.FAILED)


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    ("standing", "is_told"),
    [("stripe payment e-80000", True), ("twilio message e-80000", False), ("stripe payment e-8", False), ("", False)],
)
def test_an_incident_explains_what_it_names_and_nothing_else(outcome: Outcome, standing: str, is_told: bool) -> None:
    told = letter(9, state="incident", standing=standing)
    result = LOST.judge(checkout(outcome, *BOTH[:1], dead_letters=(told,)))
    assert result.status is (Status.PASSED if is_told else Status.FAILED)


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.REFUSED])
def test_an_incident_makes_no_other_word_true(outcome: Outcome) -> None:
    told = letter(9, state="incident", standing="stripe payment e-80000")
    assert LOST.judge(checkout(outcome, *BOTH[:1], dead_letters=(told,))).status is Status.FAILED


def test_a_job_that_is_under_way_at_the_end_and_shown_by_nobody_is_torn() -> None:
    result = LOST.judge(checkout(Outcome.UNKNOWN, *BOTH[:1], dead_letters=()))
    assert (result.status, "1 torn" in result.observed) == (Status.FAILED, True)


def test_by_halves_and_not_undone_prove_nothing_where_the_ledger_is_incomplete() -> None:
    gaps = (Gap(GapKind.LEDGER_OVERFLOW, "stripe: 5 rows"),)
    for outcome in (Outcome.DONE, Outcome.REFUSED):  # the message, or the refund, may be what is missing
        assert LOST.judge(checkout(outcome, *BOTH[:1], gaps=gaps)).status is Status.INCONCLUSIVE
    # A message cannot be taken back.
    assert LOST.judge(checkout(Outcome.REFUSED, *BOTH[1:], gaps=gaps)).status is Status.FAILED


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        ({"deeds": (Deed(4.8, "kill gateway", cuts_off=True),)}, " (kill gateway 0.2 s later)"),
        ({"deeds": (Deed(4.55, "kill gateway", cuts_off=True),)}, " (kill gateway 0.05 s before)"),
        ({"deaths": (Death(5.6, "gateway", 137),)}, " (gateway ended unasked 1 s later)"),
        ({"deeds": (Deed(4.8, "start gateway"), Deed(3.0, "kill gateway", cuts_off=True))}, ""),
        ({"deeds": (Deed(9.8, "kill gateway", cuts_off=True),)}, ""),
    ],
)
def test_a_loss_says_what_ended_the_target_around_it(happened: dict[str, Any], said: str) -> None:
    history = with_effects(healthy(), lambda each: None if each.operation_id == "op-9" else each)
    (case,) = LOST.judge(changed(history, **happened)).cases  # asked at 4.5 s, answered at 4.6 s
    assert case.what == f"done, but no stripe.charge{said}"


def test_an_undoing_of_nobodys_may_be_anybodys() -> None:
    refused = checkout(Outcome.REFUSED, *BOTH[:1])
    assert LOST.judge(refused).status is Status.FAILED
    nobodys = effect(9, seq=99_000, at_s=60.0, route="stripe.refund")._replace(operation_id="")
    assert LOST.judge(changed(refused, effects=(*refused.effects, nobodys))).status is Status.INCONCLUSIVE


def test_an_operation_that_leaves_nothing_is_never_lost() -> None:
    reads = with_operations(healthy(), lambda each: each._replace(name="look"))
    without = changed(reads, effects=(), leaves={"look": Leaves.of([])})
    assert LOST.judge(without).status is Status.PASSED


def test_one_operation_alone_may_be_asked_about() -> None:
    assert NothingLost(operation="notify").judge(ending(Outcome.DONE, keeps_effect=False)).status is Status.INCONCLUSIVE
    assert NothingLost(operation="pay").judge(ending(Outcome.DONE, keeps_effect=False)).status is Status.FAILED


def test_too_few_operations_say_nothing() -> None:
    assert LOST.judge(healthy(9)).status is Status.INCONCLUSIVE


def test_the_allowance_is_not_negative() -> None:
    with pytest.raises(ValueError, match="unresolved_at_most must not be negative, got -1"):
        NothingLost(unresolved_at_most=-1)


def asked_again(after_refusal_s: float, outcome: Outcome = Outcome.DONE) -> Evidence:
    """The tenth operation, wanted at 4.5 s and with its effect at 4.55 s, was refused and asked for again."""
    return with_operations(
        healthy(),
        lambda each: (
            each
            if each.operation_id != "op-9"
            else each._replace(
                asks=2, again_at=f"[{after_refusal_s}]", after_refusal_s=after_refusal_s, outcome=outcome
            )
        ),
    )


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.UNKNOWN, Outcome.ACCEPTED])
def test_who_was_refused_while_the_effect_stood_was_lied_to_whatever_the_last_answer_says(outcome: Outcome) -> None:
    """Only that the caller asked again found it out: another one would have paid, and been told that he had not."""
    result = LOST.judge(asked_again(5.0, outcome))
    what = "refused, and asked for again at 5.000 s, when there was a stripe.charge e-19 already"
    assert (result.status, [case.what for case in result.cases]) == (Status.FAILED, [what])


def test_a_refusal_that_became_done_is_done() -> None:
    assert LOST.judge(asked_again(4.51)).status is Status.PASSED


def test_one_that_was_refused_to_the_end_is_told_once() -> None:
    (case,) = LOST.judge(asked_again(5.0, Outcome.REFUSED)).cases
    assert case.what == "refused, yet there is a stripe.charge e-19"


def test_a_refusal_after_a_charge_that_was_taken_back_told_the_truth() -> None:
    leaves = {"pay": Leaves.of(["stripe.charge"], {"stripe.charge": "stripe.refund"})}
    evidence = asked_again(5.0)
    refund = effect(9, at_s=4.8, seq=1001)._replace(route="stripe.refund")
    again = effect(9, at_s=5.05, seq=1002)
    told = changed(evidence, effects=(*evidence.effects, refund, again), leaves=leaves)
    assert LOST.judge(told).status is Status.PASSED


def test_a_letter_of_nobody_is_never_asked_for() -> None:
    strange = changed(healthy(), dead_letters=[letter(3), letter(3, id="dl-nobody", operation_id="op-nobody")])
    result = NothingLost().judge(strange)
    assert result.status is Status.FAILED
    assert [each.what for each in result.cases] == ["dead letter dl-nobody, but nobody had asked for it"]
