"""How the audit tells what it found."""

from rich.console import Console

from brownout_harness.audit.matrix import GOOD, Cell, Matrix
from brownout_harness.audit.show import show
from brownout_harness.audit.steadiness import Steadiness
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


def _shown(matrix: Matrix, steadiness: Steadiness | None = None) -> str:
    console = Console(width=160)
    with console.capture() as captured:
        show(matrix, console, steadiness)
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


def test_a_catch_by_another_than_was_meant_to_is_told_and_counted_apart() -> None:
    shown = _shown(_matrix(caught=True))  # in `healthy`, and `stripe-brownout` was meant to
    assert "retries-without-budget is caught by another: amplification of stripe-brownout was meant to" in shown
    assert "1 of 1 known-bad parts are caught, 1 of them by another than was meant to" in shown


def test_a_catch_by_chance_is_told() -> None:
    steadiness = Steadiness((None, *range(101, 110)), {"retries-without-budget": 8}, (("stripe-brownout", 104),))
    shown = _shown(_matrix(caught=True), steadiness)
    assert "retries-without-budget is caught at 8 of 10 seeds: fewer than 9 of 10" in shown
    assert "the good core does not pass stripe-brownout with seed 104" in shown


def test_nine_of_ten_seeds_are_enough() -> None:
    steadiness = Steadiness((None, *range(101, 110)), {"retries-without-budget": 9}, ())
    assert steadiness.unsteady == ()
    assert "fewer than" not in _shown(_matrix(caught=True), steadiness)
