"""A run in lines."""

import pytest

from brownout_harness.gate.record import record_of
from brownout_harness.running.execute import execute_keeping
from brownout_harness.running.keep import Keep
from brownout_harness.running.orders import prepare
from brownout_reports.run_folder import RunFolder
from tests.reports.runs import a_run


def test_it_has_the_expectations_every_operation_with_what_is_booked_of_it_and_the_letters() -> None:
    lines = record_of(a_run(rate_per_s=1)).splitlines()
    assert lines[0] == "# brownout gate: stripe-brownout, virtual, seed 7, 100.000 s"
    assert lines[1] == "expectation exactly_once effect `stripe.charge`: passed, 2,960 once, none twice"
    operations = [line for line in lines if line.startswith("operation ")]
    assert len(operations) == 100
    assert operations[0].startswith("operation pay-000000-7: pay done; asked once, from 0.000 s to ")
    assert operations[0].endswith("; twilio 1 request")
    assert operations[1].endswith("; stripe 1 request")
    assert lines[-2:] == [
        "letter pay-001000-7: pay redriven, tried 0 times",
        "letter pay-001100-7: pay pending, tried 0 times",
    ]


@pytest.mark.thorough
def test_of_two_runs_with_one_seed_the_lines_are_the_same_and_with_another_they_are_not() -> None:
    def record(seed: int) -> str:
        told: list[str] = []

        def look(run: RunFolder) -> bool:
            told.append(record_of(run))
            return False

        (order,) = prepare(["vault-short-tokens"], mode="virtual", time="T", seed=seed, environment={})
        execute_keeping(Keep.NONE, order, look)
        return told[0]

    first = record(7)
    assert record(7) == first
    assert record(8) != first


def test_what_comes_from_outside_breaks_no_line() -> None:
    run: RunFolder = a_run(rate_per_s=1)
    verdict = run.verdict.model_copy(update={"scenario": "a\nb: c"})
    assert record_of(run.model_copy(update={"verdict": verdict})).count("\n") == record_of(run).count("\n")
