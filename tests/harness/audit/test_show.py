"""How the audit tells what it found."""

from rich.console import Console

from brownout_harness.audit.matrix import GOOD, Cell, Matrix
from brownout_harness.audit.show import show
from brownout_reports.run_folder import Status


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
    console = Console(width=160)
    with console.capture() as captured:
        show(matrix, console)
    return captured.get()


def test_a_survivor_is_told() -> None:
    matrix = _matrix(caught=False)
    assert "it survives" in _shown(matrix)
    assert "0 of 1 known-bad parts are caught" in _shown(matrix)


def test_what_the_good_core_does_not_pass_is_a_false_alarm() -> None:
    matrix = _matrix(caught=True, good=Status.FAILED)
    assert "the good core does not pass healthy" in _shown(matrix)


def test_a_caught_mutant_names_scenario_and_expectation() -> None:
    assert "healthy: amplification" in _shown(_matrix(caught=True))
