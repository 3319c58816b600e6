"""What becomes of real runs that are compared together."""

from brownout_harness.gate.measured import Measured
from brownout_harness.gate.outcome import Result, Run
from brownout_harness.gate.together import together
from tests.harness.gate.gates import a_run
from tests.harness.gate.measureds import a_run as measured

NAMES = ("shop-real", "shop-real-2", "shop-real-3", "shop-real-4", "shop-real-5")


def runs(result: Result = Result.PASSED) -> list[Run]:
    return [a_run(name, result).model_copy(update={"scenario": "shop"}) for name in NAMES]


def kept(moods: int, *, times: float = 1.0) -> dict[str, Measured]:
    return {name: measured(seed, moods, times=times) for seed, name in enumerate(NAMES)}


def results(found: dict[str, Run]) -> set[Result]:
    return {run.result for run in found.values()}


def test_they_pass_drift_or_cannot_be_told_together() -> None:
    found, few = together(runs(), kept(1), kept(2))
    assert (results(found), few) == ({Result.PASSED}, ())
    found, _ = together(runs(), kept(1), kept(2, times=1.2))
    assert results(found) == {Result.DRIFTED}
    assert all(run.wrong[0].startswith("p50 of pay: was ") for run in found.values())


def test_a_run_that_did_not_pass_stays_what_it_is_and_is_compared_with_nothing() -> None:
    every = [*runs()[:-1], runs(Result.FAILED)[-1]]
    now = kept(2)
    del now[NAMES[-1]]
    found, _ = together(every, kept(1), now)
    assert set(found) == set(NAMES[:-1])
    assert results(found) == {Result.PASSED}


def test_too_few_that_passed_are_not_compared_and_not_green() -> None:
    some = [*runs()[:2], *runs(Result.FAILED)[2:]]
    found, _ = together(some, kept(1), kept(2))
    assert results(found) == {Result.NOT_COMPARED}
    assert "2 runs can be compared" in found[NAMES[0]].wrong[0]


def test_runs_of_which_nothing_was_kept_are_not_compared() -> None:
    before: dict[str, Measured | None] = dict(kept(1))
    before[NAMES[0]] = None
    found, _ = together(runs(), before, kept(2))
    assert found[NAMES[0]].result is Result.NOT_COMPARED
    assert "--update writes one" in found[NAMES[0]].wrong[0]
    assert found[NAMES[1]].result is Result.PASSED
    found, _ = together(runs(), dict.fromkeys(NAMES), kept(2))
    assert results(found) == {Result.NOT_COMPARED}


def test_each_scenario_is_compared_with_itself() -> None:
    others = [run.model_copy(update={"name": f"b{run.name}", "scenario": "bakery"}) for run in runs()]
    before = kept(1) | {f"b{name}": each for name, each in kept(1).items()}
    now = kept(2) | {f"b{name}": each for name, each in kept(2, times=1.2).items()}
    found, _ = together([*others, *runs()], before, now)
    assert {run.scenario for run in found.values() if run.result is Result.DRIFTED} == {"bakery"}


def test_figures_of_too_few_operations_are_named_with_their_scenario() -> None:
    before, now = ({name: measured(seed, moods, each=5) for seed, name in enumerate(NAMES)} for moods in (1, 2))
    assert together(runs(), before, now)[1] == ("p99 of pay in shop",)
