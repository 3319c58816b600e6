"""The audit: every known-bad part is caught, nothing else goes red, and a survivor would be told."""

import pytest
from rich.console import Console

from brownout_harness.audit.matrix import GOOD, Cell, Matrix, run_cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.run import show
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

# One scenario that catches each, so that a scenario's teeth cannot be lost unnoticed.
CAUGHT_BY = {
    "admits-all-half-open": ("stripe-brownout", "quiet_while_open"),
    "counts-consecutive-failures": ("grey-failure", "breaker"),
    "retries-unsafe-calls": ("impatient-callers", "exactly_once"),
    "retries-without-budget": ("stripe-brownout", "amplification"),
    "ignores-retry-after": ("twilio-rate-limited", "retry_after_respected"),
    "waits-without-jitter": ("stripe-brownout", "backoff"),
    "keys-from-the-clock": ("commit-then-crash", "exactly_once"),
    "frees-foreign-claims": ("impatient-callers", "exactly_once"),
    "acknowledges-early": ("commit-then-crash", "nothing_lost"),
    "fakes-transitions": ("stripe-brownout", "breaker"),
}


def test_every_mutant_has_its_catcher() -> None:
    assert CAUGHT_BY.keys() == MUTANTS.keys()
    assert {scenario for scenario, _ in CAUGHT_BY.values()} <= set(names())


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_known_bad_part_is_caught(mutant: str) -> None:
    scenario, expectation = CAUGHT_BY[mutant]
    cell = run_cell(mutant, scenario)
    assert cell.status is Status.FAILED
    assert expectation in cell.failed, cell


def _matrix(*, caught: bool, good: Status = Status.PASSED) -> Matrix:
    mutant = "retries-without-budget"
    status, failed = (Status.FAILED, ("amplification",)) if caught else (Status.INCONCLUSIVE, ())
    return Matrix(
        (mutant,),
        ("healthy",),
        {
            (GOOD, "healthy"): Cell(mutant=GOOD, scenario="healthy", status=good, failed=(), observed="seen"),
            (mutant, "healthy"): Cell(mutant=mutant, scenario="healthy", status=status, failed=failed, observed="x"),
        },
    )


def _shown(matrix: Matrix) -> str:
    console = Console(record=True, width=160, quiet=False, file=None, force_terminal=False)
    with console.capture() as captured:
        show(matrix, console)
    return captured.get()


def test_an_inconclusive_run_catches_nothing() -> None:
    matrix = _matrix(caught=False)
    assert matrix.survivors == ("retries-without-budget",)
    assert "it survives" in _shown(matrix)
    assert "0 of 1 known-bad parts are caught" in _shown(matrix)


def test_what_the_good_core_does_not_pass_is_a_false_alarm() -> None:
    matrix = _matrix(caught=True, good=Status.FAILED)
    assert [cell.scenario for cell in matrix.false_alarms] == ["healthy"]
    assert "the good core does not pass healthy" in _shown(matrix)


def test_a_caught_mutant_names_scenario_and_expectation() -> None:
    assert "healthy: amplification" in _shown(_matrix(caught=True))
