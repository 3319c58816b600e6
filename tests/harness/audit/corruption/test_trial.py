"""The judge sees each lie; and where it does not, the trial says so."""

import json
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from brownout_harness.audit.corruption import DAMAGES, trial
from brownout_harness.audit.corruption.damage import Run
from brownout_harness.audit.corruption.trial import Trial, trials, tried
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Wording
from brownout_harness.judging.expectations.dead_letters import DeadLetters
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.expectations.memory_bounded import MemoryBounded
from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.running.execute import evidence_of, run_virtually_for
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult, Status
from tests.support.histories import changed, delivery, healthy, holding, letter, with_operations

SCENARIOS = (
    "killed-mid-redrive", "grey-failure", "erp-refused-work-orders", "openai-streams-cut", "deployed-at-work",
    "card-testers", "stripe-notices", "operators-desk", "breaker-by-hand",
)  # fmt: skip
"""Together they have something for each damage, but for what the library never has at a run's end."""
BY_HAND = {
    "letter-doubled", "end-moved-back", "states-never-read", "memory-leaked", "memory-unseen", "memory-hardly-seen",
}  # fmt: skip


@cache
def of(scenario: str, seed: int | None = None) -> tuple[Trial, ...]:
    return tuple(trials(scenario, seed))


@pytest.mark.thorough
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_damage_is_noticed_by_one_of_those_who_are_to(scenario: str) -> None:
    assert not [each for each in of(scenario) if not each.is_as_meant]


@pytest.mark.thorough
def test_there_is_a_run_for_each_damage() -> None:
    found = {each.damage for scenario in SCENARIOS for each in of(scenario)}
    assert DAMAGES.keys() - found == BY_HAND


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_what_the_library_never_has_is_noticed_too(name: str) -> None:
    """A letter that waits to the end, a state that was asked for, a receiver of the target's own."""
    good, expectations = (
        kept_waiting(),
        (DeadLetters(drained=False), FinishedLater(), NoticesTaken(), MemoryBounded(at_most_mb=90)),
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
