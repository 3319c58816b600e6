"""The judge sees each lie; and where it does not, the trial says so."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from brownout_harness.audit.corruption import DAMAGES, trial
from brownout_harness.audit.corruption.damage import Run
from brownout_harness.audit.corruption.trial import Trial, trials, tried
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Wording
from brownout_harness.judging.expectations.dead_letters import DeadLetters
from brownout_harness.judging.expectations.descriptors_bounded import DescriptorsBounded
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.expectations.memory_bounded import MemoryBounded
from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.running.execute import evidence_of, run_virtually_for
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult, Status
from tests.support.histories import changed, delivery, healthy, holding, letter, with_operations

TRIED: dict[str, str] = {
    "killed-mid-redrive": """
        amount-changed done-long-after
    """,
    "grey-failure": """
        request-answered-well refused-told-as-done waiting-told-as-done attempt-invented failure-told-as-well
        opening-hidden breaker-flapped transitions-hidden letter-removed letters-removed letter-told-as-sent-again
        letter-told-as-refused letter-told-as-discarded letter-without-its-operation late-for-good undone-for-good
        load-multiplied neighbours-refused neighbours-slower control-gone control-short control-unwell
        control-halved control-struck
    """,
    "erp-refused-work-orders": """
        undoing-removed undoing-doubled
    """,
    "openai-streams-cut": """
        request-hidden request-untold requests-tripled request-moved request-before-its-attempt
        request-answered-with-an-error request-never-answered requests-of-a-vendor-removed books-half-lost
        books-by-another-clock unanswered answers-slower answer-leaks answers-half-lost asks-forgotten
        attempt-hidden attempt-told-late attempt-told-as-failed end-told-twice end-told-as-longer end-of-nobody
        opening-invented limiter-blamed bulkhead-blamed defect-told telling-silenced attempts-silenced
        telling-half-lost secret-told fault-never-struck faults-uncounted harness-fell-short target-died
        nothing-asked books-empty
    """,
    "deployed-at-work": """
        amount-changed cut-off-by-a-stop taken-on-after-a-stop ended-late killed-after-a-stop end-not-seen
        never-stopped
    """,
    "card-testers": """
        effect-given-to-a-refused-one refused-told-as-done answers-slower asks-forgotten
    """,
    "stripe-notices": """
        notice-never-taken notice-never-answered notices-removed notice-forgotten notice-taken-again notice-forged
        notices-failed
    """,
    "operators-desk": """
        effect-removed effects-of-a-kind-removed effect-doubled effect-doubled-under-its-key effect-moved
        effect-moved-to-nobody effect-of-nobody-added effect-made-nameless effects-exchanged field-changed
        field-lost effect-before-it-was-asked-for effect-after-it-was-told-done request-hidden request-untold
        requests-tripled request-moved request-before-its-attempt request-answered-with-an-error
        request-never-answered requests-of-a-vendor-removed books-half-lost books-by-another-clock
        done-told-as-refused done-told-as-accepted unanswered operation-forgotten operation-told-never-asked
        answer-renamed answers-exchanged asked-otherwise answer-leaks refusal-believed answers-half-lost
        attempt-hidden attempt-told-late attempt-told-as-failed failure-told-as-well end-hidden end-told-otherwise
        end-told-twice end-told-as-longer letter-untold end-of-nobody opening-invented limiter-blamed
        bulkhead-blamed defect-told telling-silenced attempts-silenced telling-half-lost secret-told
        letter-told-as-sent-again letter-told-as-waiting letters-in-an-unknown-state letter-of-a-done-one
        letters-without-their-keys letter-of-nobody discard-forgotten discarded-and-sent
        redriven-by-hand-and-nothing redriven-by-hand-later health-told-otherwise fault-never-struck
        faults-uncounted harness-fell-short target-died nothing-asked books-empty
    """,
    "breaker-by-hand": """
        effect-removed effects-of-a-kind-removed effect-doubled effect-doubled-under-its-key effect-moved
        effect-moved-to-nobody effect-of-nobody-added effect-made-nameless effects-exchanged field-changed
        field-lost effect-before-it-was-asked-for effect-after-it-was-told-done done-told-as-refused
        done-told-as-accepted operation-forgotten operation-told-never-asked answer-renamed answers-exchanged
        asked-otherwise refusal-believed end-hidden end-told-otherwise letter-untold opening-hidden breaker-flapped
        transitions-hidden letter-told-as-waiting letters-in-an-unknown-state letter-of-a-done-one
        letters-without-their-keys letter-of-nobody asked-while-open-by-hand health-told-otherwise
    """,
}
"""Each damage where it is cheapest, and a second time where another scenario has something for it: together they have
something for each, but for what the library never has at a run's end."""
BY_HAND = {
    "letter-doubled", "end-moved-back", "states-never-read", "memory-leaked", "memory-unseen", "memory-hardly-seen",
    "descriptors-left",
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("scenario", TRIED)
def test_each_damage_is_noticed_by_one_of_those_who_are_to(scenario: str) -> None:
    wanted = {name: DAMAGES[name] for name in TRIED[scenario].split()}
    found = list(trials(scenario, damages=wanted))
    assert not [each for each in found if not each.is_as_meant]
    assert {each.damage for each in found} == wanted.keys()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", TRIED)
def test_so_is_every_other_of_the_same_runs(scenario: str) -> None:
    assert not [each for each in trials(scenario) if not each.is_as_meant]


def test_each_damage_is_tried() -> None:
    assert DAMAGES.keys() - set(" ".join(TRIED.values()).split()) == BY_HAND


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_what_the_library_never_has_is_noticed_too(name: str) -> None:
    """A letter that waits to the end, a state that was asked for, a receiver of the target's own."""
    good, expectations = (
        kept_waiting(),
        (
            DeadLetters(drained=False),
            FinishedLater(),
            NoticesTaken(),
            MemoryBounded(at_most_mb=90),
            DescriptorsBounded(at_most=90),
        ),
    )
    assert {each.NAME: each.judge(good).status for each in expectations} == {
        each.NAME: Status.PASSED for each in expectations
    }
    inputs = RunInputs(tables=good.tables, duration_s=good.duration_s, memory=good.memory)
    damaged = DAMAGES[name].do(Run(inputs, good, Random(5)))
    evidence = replace(good, tables=damaged.tables, memory=damaged.memory)
    wrong = {each.NAME for each in expectations if each.judge(evidence).status is not Status.PASSED}
    assert wrong
    assert wrong <= set(DAMAGES[name].noticed_by)


def kept_waiting() -> Evidence:
    """A healthy history, of which two operations were taken on: one has ended since, the other waits as a letter."""
    good = healthy()
    states = json.dumps([[50.0, "waiting", "accepted"], [60.0, "over", "done"], [99.0, "over", "done"]])
    taken_on: dict[str, dict[str, Any]] = {"op-3": {"states": states}, "op-4": {}}

    def taken(each: OperationRow) -> OperationRow:
        if each.operation_id not in taken_on:
            return each
        return each._replace(outcome=Outcome.ACCEPTED, status=202, **taken_on[each.operation_id])

    effects = [each for each in good.effects if each.operation_id != "op-4"]
    return changed(
        with_operations(good, taken),
        effects=effects,
        deliveries=[delivery(each) for each in effects],
        dead_letters=[letter(4, state="pending")],
        finish_within_s={"pay": 90.0},
        notified_by=("stripe",),
        memory=holding(),
    )


@pytest.mark.thorough
def test_a_judge_who_does_not_look_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def sees_nothing(self: ExactlyOnce, _evidence: Evidence) -> ExpectationResult:
        return Wording(self, "anything").passed("nothing was looked at")

    monkeypatch.setattr(ExactlyOnce, "judge", sees_nothing)
    some = {name: DAMAGES[name] for name in ("effect-doubled", "effect-removed")}
    blind = {each.damage: each for each in trials("erp-locked-records", damages=some)}
    assert (blind["effect-doubled"].status, blind["effect-doubled"].is_as_meant) == (Status.PASSED, False)
    assert blind["effect-removed"].is_as_meant, "another one sees that"


@pytest.mark.thorough
def test_of_a_run_that_does_not_pass_undamaged_nothing_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, inputs = run_virtually_for("erp-locked-records")
    run = Run(inputs, evidence_of(scenario, inputs, {}), Random(1))
    spoiled = DAMAGES["target-died"].do(run)
    monkeypatch.setattr(trial, "run_virtually_for", lambda *_args, **_kwargs: (scenario, spoiled))
    found, why = tried("erp-locked-records")
    assert (found, why) == ([], f"erp-locked-records with seed {scenario.seed} does not pass undamaged: failed")


def test_it_is_as_meant_only_where_those_noticed_who_are_to() -> None:
    def made(status: Status, noticed: tuple[str, ...], demanded: tuple[str, ...]) -> bool:
        of_one = {"scenario": "s", "seed": 1, "damage": "d"}
        return Trial(status=status, noticed_by=noticed, demanded=demanded, **of_one).is_as_meant  # type: ignore[arg-type]

    assert made(Status.FAILED, ("breaker", "latency"), ("latency",))
    assert not made(Status.FAILED, ("breaker",), ("latency",))
    assert not made(Status.FAILED, ("breaker",), ())
    assert made(Status.INCONCLUSIVE, (), ("anybody",))
    assert not made(Status.PASSED, (), ("anybody",))
