"""From evidence to a verdict."""

import pytest

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Death, Deed, Evidence, Gap, GapKind
from brownout_harness.judging.expectations.amplification import Amplification
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_harness.judging.judge import GAP_WORDS, About, judge, verdict_on
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import Environment, Status, Verdict
from brownout_reports.spans import FaultSpan
from tests.support.histories import (
    changed,
    consistent,
    effect,
    healthy,
    with_effects,
    with_operations,
    with_requests,
)

ONCE = ExactlyOnce(effect="stripe.charge")
SLOW = Latency(operation="pay", p50_below_s=0.01)
QUICK = Latency(operation="pay", p50_below_s=1.0)
UNSEEN = SuccessRate(operation="notify", at_least=0.9)

BEHIND = (Gap(GapKind.FELL_BEHIND, "achieved 97 % of the arrivals", 31.0),)
FAULT = FaultSpan(
    id="outage.1", vendor="stripe", text="503 on half", start_s=20, end_s=60, matched=80, struck=40, expect_struck=1
)

ABOUT = About(
    scenario="stripe-brownout",
    about="Stripe slows down.",
    mode="virtual",
    target="gateway",
    seed=7,
    command="brownout run stripe-brownout --seed 7",
    environment=Environment(brownout="0.1.0", python="3.11", system="Linux", cpus=2),
)


def fault(**changes: int) -> FaultSpan:
    return FAULT.model_copy(update=changes)


def doubled(evidence: Evidence) -> Evidence:
    return changed(evidence, effects=(*evidence.effects, effect(3, seq=9_000)))


@pytest.mark.parametrize(
    ("evidence", "expectations", "status"),
    [
        (healthy(), [ONCE, QUICK], Status.PASSED),
        (healthy(), [ONCE, SLOW], Status.FAILED),
        (healthy(), [ONCE, UNSEEN], Status.INCONCLUSIVE),
        (healthy(), [SLOW, UNSEEN], Status.FAILED),
        (healthy(), [], Status.INCONCLUSIVE),
        (changed(healthy(), gaps=BEHIND), [ONCE, QUICK], Status.INCONCLUSIVE),
        (changed(healthy(), gaps=BEHIND), [ONCE, SLOW], Status.INCONCLUSIVE),
        (changed(doubled(healthy()), gaps=BEHIND), [ONCE, QUICK], Status.FAILED),
        (changed(healthy(), faults=(FAULT,)), [ONCE], Status.PASSED),
        (changed(healthy(), faults=(fault(struck=0),)), [ONCE], Status.INCONCLUSIVE),
        (changed(healthy(), faults=(fault(struck=0),)), [SLOW], Status.INCONCLUSIVE),
        (changed(healthy(), faults=(fault(struck=0, expect_struck=0),)), [ONCE], Status.PASSED),
        (changed(healthy(), faults=(fault(expect_struck=41),)), [ONCE], Status.INCONCLUSIVE),
        (changed(doubled(healthy()), faults=(fault(struck=0),)), [ONCE], Status.FAILED),
    ],
)
def test_the_verdict(evidence: Evidence, expectations: list[Expectation], status: Status) -> None:
    judgement = judge(evidence, expectations)
    assert judgement.status is status
    assert judgement.reasons or status is not Status.INCONCLUSIVE


def test_a_comparison_was_put_to_the_test_where_both_phases_were_over() -> None:
    """The fault that did not strike was to strike from 60 s on."""
    late = fault(struck=0).model_copy(update={"start_s": 60.0, "end_s": 80.0})
    refused = with_operations(
        healthy(400), lambda each: each._replace(outcome=Outcome.REFUSED) if 20 <= each.intended_s < 60 else each
    )
    evidence = changed(refused, faults=(late,))
    before = SuccessRate(operation="pay", during="outage", at_least=Relative(times=0.9, of="steady"))
    after = SuccessRate(operation="pay", during="outage", at_least=Relative(times=0.9, of="recovery"))
    results = judge(evidence, [before, after]).results
    assert [each.status for each in results] == [Status.FAILED, Status.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ((), "it was never on: take another seed, or a longer phase"),
        (((21.0, 22.5), (40.0, 41.0)), "it was on 2 times, for 2.5 s in all"),
    ],
)
def test_a_fault_whose_turns_struck_nobody_says_when_it_was_on(on: tuple[tuple[float, float], ...], why: str) -> None:
    missed = fault(matched=0, struck=0).model_copy(update={"on": on})
    judgement = judge(changed(healthy(), faults=(missed,)), [ONCE])
    assert judgement.status is Status.INCONCLUSIVE
    assert judgement.reasons[0].endswith(why)


@pytest.mark.parametrize(("second", "status"), [(3, Status.PASSED), (2, Status.INCONCLUSIVE)])
def test_the_rows_of_an_incident_must_strike_enough_together(second: int, status: Status) -> None:
    rows = [
        fault(struck=struck, matched=9, expect_struck=10).model_copy(
            update={"id": f"outage.incident.{row}", "story": "outage.incident", "text": f"row {row}"}
        )
        for row, struck in enumerate((7, second))
    ]
    judgement = judge(changed(healthy(), faults=tuple(rows)), [ONCE])
    assert judgement.status is status
    if status is Status.INCONCLUSIVE:
        assert "fault outage.incident (row 0, and more at stripe) struck 9 requests of 18" in judgement.reasons[0]


def test_what_strikes_several_vendors_must_strike_each_of_them() -> None:
    """One that struck enough at Stripe says nothing of Twilio, where it never came."""
    both = [
        fault(struck=struck, expect_struck=1).model_copy(
            update={"id": f"outage.1.{vendor}", "story": "outage.1", "vendor": vendor}
        )
        for vendor, struck in (("stripe", 40), ("twilio", 0))
    ]
    judgement = judge(changed(healthy(), faults=tuple(both)), [ONCE])
    assert judgement.status is Status.INCONCLUSIVE
    assert "outage.1.twilio" in judgement.reasons[0]


def test_what_was_not_put_to_the_test_is_not_said_to_have_failed() -> None:
    (result,) = judge(changed(healthy(), gaps=BEHIND), [SLOW]).results
    assert result.status is Status.INCONCLUSIVE
    assert result.observed == "p50 100 ms (200 operations); not proven, because the experiment did not happen as asked"


def test_what_was_over_before_a_fault_that_struck_too_little_was_put_to_the_test() -> None:
    early = SuccessRate(operation="pay", at_least=0.9, during="steady")
    refused = with_operations(healthy(), lambda each: each._replace(outcome=Outcome.REFUSED))
    fell_short = changed(refused, effects=(), faults=(fault(struck=0),))  # from 20 s on, when steady ends
    assert judge(fell_short, [early]).status is Status.FAILED
    assert judge(fell_short, [SuccessRate(operation="pay", at_least=0.9)]).status is Status.INCONCLUSIVE


def test_a_gap_excuses_what_came_before_it_was_seen() -> None:
    """A stall is seen when it is over: what looks as if it had been answered late may have been held up by it."""
    early = SuccessRate(operation="pay", at_least=0.9, during="steady")
    refused = with_operations(healthy(), lambda each: each._replace(outcome=Outcome.REFUSED))
    assert judge(changed(refused, effects=(), gaps=BEHIND), [early]).status is Status.INCONCLUSIVE


def test_a_target_that_keeps_the_fault_away_by_itself_has_no_excuse() -> None:
    """Its breaker opened for nothing: nothing was struck, and what failed was called not proven."""
    turned_away = EventRow(25.0, "call_rejected", "stripe", "create_payment_intent", "op-1", outcome="breaker")
    spared = changed(healthy(), faults=(fault(struck=0),), events=(turned_away,))
    judgement = judge(spared, [SLOW])
    assert judgement.status is Status.FAILED
    assert "at least 1 needed; the target's own breaker turned 1 call away" in judgement.reasons[0]
    assert judge(spared, [QUICK]).status is Status.INCONCLUSIVE
    for elsewhere in (
        turned_away._replace(vendor="twilio"),
        turned_away._replace(at_s=70.0),
        turned_away._replace(outcome="limiter"),
    ):
        assert judge(changed(spared, events=(elsewhere,)), [SLOW]).status is Status.INCONCLUSIVE


STALLED = (Gap(GapKind.STALLED, "simulator-stripe did not run for 2.0 s", 30.0, 32.0, process="simulator-stripe"),)


def crowded(evidence: Evidence) -> Evidence:
    """Every operation sends its request five times: a stall that nobody told of failed the target for it."""
    return changed(evidence, requests=[each for each in evidence.requests for _ in range(5)])


def test_a_process_that_stood_still_excuses_what_is_a_matter_of_time_or_number() -> None:
    thrifty = Amplification(vendor="stripe", max=1.2)
    assert judge(crowded(healthy()), [thrifty]).status is Status.FAILED
    assert judge(changed(crowded(healthy()), gaps=BEHIND), [thrifty]).status is Status.FAILED
    judgement = judge(changed(crowded(healthy()), gaps=STALLED), [thrifty])
    assert judgement.status is Status.INCONCLUSIVE
    assert judgement.reasons[0] == (
        "a process of the harness's own stood still at 30.000 s: simulator-stripe did not run for 2.0 s"
    )


@pytest.mark.parametrize("expectations", [[ONCE], [SLOW, ONCE]])
def test_a_process_that_stood_still_excuses_no_charge_too_many_nor_one_that_is_not_there(
    expectations: list[Expectation],
) -> None:
    assert judge(changed(healthy(), gaps=STALLED), expectations).status is Status.INCONCLUSIVE
    assert judge(changed(doubled(healthy()), gaps=STALLED), expectations).status is Status.FAILED
    uncharged = with_effects(healthy(), lambda each: None if each.operation_id == "op-9" else each)
    assert judge(changed(uncharged, gaps=STALLED), expectations).status is Status.FAILED


def test_a_process_that_stood_still_is_in_the_verdict_to_be_drawn() -> None:
    verdict = verdict_on(changed(healthy(), gaps=(*BEHIND, *STALLED)), [ONCE], ABOUT)
    (mark,) = [mark for mark in verdict.marks if mark.until_s is not None]
    assert (mark.kind, mark.at_s, mark.until_s) == ("gap", 30.0, 32.0)
    assert "simulator-stripe" in mark.text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (GapKind.INTERRUPTED, "interrupted at 31.000 s: by SIGINT"),
        (GapKind.LOAD_LOST, "what was asked for is not all known at 31.000 s: by SIGINT"),
    ],
)
def test_of_a_run_whose_load_is_not_all_known_nothing_has_failed(kind: GapKind, said: str) -> None:
    """What was under way is in the ledger, and the driver had no answer yet: it looks as if nobody had asked."""
    cut = changed(doubled(healthy()), gaps=(Gap(kind, "by SIGINT", 31.0),))
    judgement = judge(cut, [ONCE, SLOW])
    assert judgement.status is Status.INCONCLUSIVE
    assert judgement.reasons[0] == said
    assert {each.status for each in judgement.results} == {Status.INCONCLUSIVE}


def test_every_reason_is_told_on_its_own_line() -> None:
    evidence = changed(healthy(), gaps=BEHIND, faults=(fault(struck=0),))
    assert judge(evidence, [ONCE, UNSEEN]).reasons == (
        "the load fell behind at 31.000 s: achieved 97 % of the arrivals",
        "fault outage.1 (503 on half at stripe) struck 0 requests of 80 that it matched, at least 1 needed",
        "success_rate: operation notify, at_least 90 %: too few samples: 0 notify operations, at least 20 needed",
    )


def test_an_id_that_was_looked_for_at_the_wrong_place_is_said_with_its_cure() -> None:
    """It was told as two hundred charges that nobody had asked for."""
    requests = with_requests(healthy(), lambda each: each._replace(operation_id=f"cus_{each.seq:03}"))
    judgement = judge(with_effects(requests, lambda each: each._replace(operation_id=f"cus_{each.seq:03}")), [ONCE])
    assert judgement.status is Status.INCONCLUSIVE
    assert judgement.reasons[0] == (
        "no id that stripe was sent is an operation's, such as 'cus_000' and 'cus_001'; "
        "say where the operation's id is: correlate: {stripe: [header.<name>, body.<path>]}"
    )


def test_a_run_that_reached_no_simulator_says_so() -> None:
    alone = changed(healthy(), requests=(), effects=())
    judgement = judge(alone, [QUICK])
    assert (judgement.status, judgement.reasons) == (
        Status.INCONCLUSIVE,
        ("no request reached any vendor's simulator: the target asks elsewhere, or nobody",),
    )


def test_a_gap_of_no_particular_kind_is_told_as_it_is() -> None:
    assert judge(changed(healthy(), gaps=(Gap(GapKind.OTHER, "odd"),)), [ONCE]).reasons == ("odd",)
    assert set(GAP_WORDS) == set(GapKind) - {GapKind.OTHER}


def test_a_verdict_tells_the_run_and_survives_json() -> None:
    evidence = changed(consistent(7), gaps=())
    verdict = verdict_on(evidence, [ONCE], ABOUT)
    assert (verdict.scenario, verdict.seed, verdict.verdict) == ("stripe-brownout", 7, Status.PASSED)
    assert [phase.name for phase in verdict.phases] == ["steady", "outage", "recovery"]
    assert (verdict.faults[0].struck, verdict.duration_s) == (50, 100.0)
    assert {row.vendor for row in verdict.vendor_metrics} == {"stripe", "twilio", "sales"}
    assert verdict.phase_metrics
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


def test_what_was_done_and_what_befell_the_run_is_told_in_the_order_of_its_instants() -> None:
    evidence = changed(
        consistent(3),
        deeds=(Deed(41.0, "kill gateway"), Deed(45.0, "start gateway")),
        deaths=(Death(43.0, "gateway", 1),),
        gaps=(Gap(GapKind.FELL_BEHIND, "achieved 97 %", 42.0), Gap(GapKind.OTHER, "something is missing")),
    )
    assert [(mark.kind, mark.at_s, mark.text) for mark in verdict_on(evidence, [ONCE], ABOUT).marks] == [
        ("gap", None, "something is missing"),
        ("action", 41.0, "kill gateway"),
        ("gap", 42.0, "the load fell behind: achieved 97 %"),
        ("death", 43.0, "gateway ended unasked"),
        ("action", 45.0, "start gateway"),
    ]


def test_reasons_are_of_an_inconclusive_run_and_notes_of_a_failed_one() -> None:
    inconclusive = verdict_on(changed(healthy(), gaps=BEHIND), [ONCE], ABOUT)
    assert inconclusive.reasons
    assert not inconclusive.notes
    failed = verdict_on(changed(doubled(healthy()), gaps=BEHIND), [ONCE], ABOUT)
    assert not failed.reasons
    assert failed.notes == ("could not be judged: the load fell behind at 31.000 s: achieved 97 % of the arrivals",)


def test_the_same_evidence_gives_the_same_verdict() -> None:
    first, second = (verdict_on(consistent(11), [ONCE, QUICK], ABOUT) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()


def test_a_verdict_on_other_parts_than_the_gateways_own_says_so() -> None:
    started = [
        EventRow(at_s=at_s, kind=Kind.STARTED, outcome=parts) for at_s, parts in ((0.0, ""), (9.0, "shop:parts"))
    ]
    verdict = verdict_on(changed(healthy(), events=started), [ONCE], ABOUT)
    assert verdict.notes[-1:] == ("the gateway ran with other parts than its own: shop:parts",)
    assert "parts" not in " ".join(verdict_on(healthy(), [ONCE], ABOUT).notes)
