"""The matrix: every known-bad part is caught, and only what went red counts as a catch."""

from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from brownout_harness.audit.matrix import GOOD, Catch, Cell, Matrix, run_cell, run_matrix, run_until_red
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.mutants.drops_spilled_letters import weather
from brownout_harness.audit.mutants.ignores_fingerprints import weather as reused_keys
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.running.execute import judged_virtually
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

# One for each part that is swapped out: a breaker, a retry, a redrive, a store, a sink. The rest are for `make test`.
AT_ONCE = {"ignores-retry-after", "redrives-blindly"}
DEAREST = {
    "three-plain-retries", "closes-by-late-success", "waits-without-end", "budgets-each-call",
    "counts-calls-not-attempts", "tells-transitions-of-nobody", "pays-retries-with-retries",
    "remembers-no-refusals", "refills-by-the-second", "tells-transitions-twice", "fakes-transitions",
    "redrives-nothing", "fails-at-what-it-knows", "blames-the-limiter",
}  # fmt: skip
"""Together a quarter of the time of all; what they break is broken by others, too. `make audit` tries everyone."""


def test_every_mutant_names_a_scenario_of_the_library_and_an_expectation() -> None:
    assert MUTANTS.keys() >= AT_ONCE | DEAREST
    assert {each.scenario for each in MUTANTS.values()} <= set(names())
    assert {each.expectation for each in MUTANTS.values()} <= set(EXPECTATIONS)


def marks(mutant: str) -> list[pytest.MarkDecorator]:
    if mutant in DEAREST:
        return [pytest.mark.slow]
    return [] if mutant in AT_ONCE else [pytest.mark.thorough]


@pytest.mark.parametrize("mutant", [pytest.param(each, marks=marks(each)) for each in MUTANTS])
def test_the_known_bad_part_is_caught(mutant: str) -> None:
    meant = MUTANTS[mutant]
    cell = run_cell(mutant, meant.scenario)
    assert cell.status is Status.FAILED
    assert meant.expectation in cell.failed, cell


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_plain_retries_keep_an_overload_alive_for_a_minute_and_the_core_does_not(seed: int) -> None:
    """From 15 s after the trigger until 60 s after it nobody's payment is done; with the core all are."""
    plain, good = (run_cell(mutant, "metastable", seed) for mutant in ("three-plain-retries", GOOD))
    assert good.status is Status.PASSED
    assert "goodput" in plain.failed
    done = plain.observed.partition(" ")[0]
    assert float(done) < 50, plain.observed


@pytest.mark.thorough
def test_a_caller_who_uses_a_key_twice_harms_no_good_claims() -> None:
    """It is the claims that mix requests up, not he: the good ones tell him so."""
    assert judged_virtually("healthy", replacements=reused_keys()).status is Status.PASSED


@pytest.mark.thorough
def test_the_weather_that_a_known_bad_file_comes_with_harms_no_good_one() -> None:
    """It is the file that loses letters, not the store that is down every other moment."""
    replacements = weather(lambda _line: True)
    assert judged_virtually("commit-then-crash", replacements=replacements).status is Status.PASSED


def test_an_inconclusive_run_catches_nothing() -> None:
    cells = {
        (mutant, "healthy"): Cell(mutant=mutant, scenario="healthy", status=status, failed=(), observed="")
        for mutant, status in [(GOOD, Status.PASSED), ("unclear", Status.INCONCLUSIVE), ("bad", Status.FAILED)]
    }
    matrix = Matrix(("unclear", "bad"), ("healthy",), cells)
    assert matrix.survivors == ("unclear",)
    assert matrix.false_alarms == ()


@pytest.mark.parametrize(
    ("scenario", "status", "failed", "catch"),
    [
        ("twilio-rate-limited", Status.FAILED, ("amplification", "retry_after_respected"), Catch.AS_MEANT),
        ("twilio-rate-limited", Status.FAILED, ("amplification",), Catch.ELSEWHERE),
        ("sales-limited", Status.FAILED, ("retry_after_respected",), Catch.ELSEWHERE),
        ("twilio-rate-limited", Status.INCONCLUSIVE, (), Catch.NOT),
        ("twilio-rate-limited", Status.PASSED, (), Catch.NOT),
    ],
)
def test_a_catch_is_as_meant_only_by_its_own_expectation_in_its_own_scenario(
    scenario: str, status: Status, failed: tuple[str, ...], catch: Catch
) -> None:
    mutant = MUTANTS["ignores-retry-after"]
    cell = Cell(mutant=mutant.name, scenario=scenario, status=status, failed=failed, observed="")
    assert Matrix((mutant.name,), (scenario,), {(mutant.name, scenario): cell}).catch(mutant) is catch


@pytest.mark.thorough
def test_the_runs_of_a_mutant_end_with_the_first_that_is_red() -> None:
    cells = run_until_red("takes-a-lock-for-a-no", ["gemini-withholds", "erp-locked-records", "healthy"])
    assert [(cell.scenario, cell.status) for cell in cells] == [
        ("gemini-withholds", Status.PASSED),
        ("erp-locked-records", Status.FAILED),
    ]


@pytest.mark.thorough
def test_a_mutants_own_scenario_is_tried_first_and_the_good_core_has_all() -> None:
    scenarios = ("erp-refused-work-orders", "erp-locked-records")
    quick = run_matrix(["takes-a-lock-for-a-no"], scenarios, whole=False, workers=1)
    assert set(quick.cells) == {
        (GOOD, "erp-refused-work-orders"),
        (GOOD, "erp-locked-records"),
        ("takes-a-lock-for-a-no", "erp-locked-records"),
    }
    assert (quick.survivors, quick.false_alarms) == ((), ())


def test_a_part_that_a_scenarios_settings_do_not_go_with_was_not_tried_there() -> None:
    """Its deadline of a minute is longer than this scenario's lease; the others are run all the same."""
    cell = run_cell("three-plain-retries", "killed-mid-redrive")
    assert cell.status is Status.INCONCLUSIVE
    assert "lease_s must be longer than the longest deadline_s" in cell.observed


@pytest.mark.thorough
def test_runs_in_processes_come_to_the_same_matrix_as_runs_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs, of which two are a lot: the third is made by a pool of its own, and is in the matrix too."""
    pools: list[ProcessPoolExecutor] = []

    class Counted(ProcessPoolExecutor):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            pools.append(self)

    monkeypatch.setattr("brownout_harness.audit.processes.RUNS_EACH", 1)
    monkeypatch.setattr("brownout_harness.audit.processes.ProcessPoolExecutor", Counted)
    mutants, scenarios = ("counts-consecutive-failures", "keeps-what-it-reserved"), ("erp-refused-work-orders",)
    there = run_matrix(mutants, scenarios, workers=2)
    assert len(pools) == 2
    assert there == run_matrix(mutants, scenarios, workers=1)
