"""What came of all runs."""

from pathlib import Path

import pytest

from brownout_harness.gate.outcome import FILE, Gate, Result, read_gate
from brownout_harness.problems import BadInput
from tests.harness.gate.gates import a_gate, a_run


@pytest.mark.parametrize(
    ("results", "code", "worst"),
    [
        ([Result.PASSED], 0, Result.PASSED),
        ([Result.PASSED, Result.FAILED, Result.INCONCLUSIVE], 1, Result.FAILED),
        ([Result.PASSED, Result.DRIFTED, Result.NOT_RUN], 1, Result.DRIFTED),
        ([Result.PASSED, Result.INCONCLUSIVE], 3, Result.INCONCLUSIVE),
        ([Result.PASSED, Result.NOT_COMPARED], 3, Result.NOT_COMPARED),
        ([Result.PASSED, Result.NOT_JUDGED], 3, Result.NOT_JUDGED),
        ([Result.PASSED, Result.NOT_RUN], 3, Result.NOT_RUN),
        ([], 3, Result.NOT_RUN),
    ],
)
def test_only_a_gate_whose_runs_all_passed_is_green(results: list[Result], code: int, worst: Result) -> None:
    gate = a_gate(*results)
    assert (gate.exit_code, gate.result) == (code, worst)


def test_what_is_the_matter_is_told_of_everything_that_did_not_pass() -> None:
    assert not a_run().wrong
    for result in Result:
        if result is not Result.PASSED:
            assert all(a_run(result=result).wrong), result
            assert a_run(result=result).wrong


def test_a_run_that_is_kept_is_replayed_from_its_folder() -> None:
    kept = a_run(kept=True)
    assert kept.replay == "brownout run stripe-brownout-virtual --mode virtual"
    assert kept.replayed == "in the gate's folder, on any machine"
    assert a_run().replay == "brownout run stripe-brownout-virtual --seed 7"
    assert a_run().replayed == "where its scenario is"


def test_a_run_of_somebody_s_application_is_not_replayed_from_its_folder_alone() -> None:
    run = a_run(kept=True).model_copy(update={"needs": "the application that is its target"})
    assert run.replay == "brownout run stripe-brownout-virtual --seed 7"
    assert run.replayed == "where its scenario is, with the application that is its target"


def test_what_is_not_in_the_gate_is_said_with_it() -> None:
    assert not a_gate(Result.PASSED).remarks
    told = {"left_out": ("a", "b"), "unmade": ("c-virtual",), "few": ("p99 of pay in shop",)}
    gate = a_gate(Result.PASSED).model_copy(update=told)
    assert [line.rpartition(": ")[2] for line in gate.remarks] == ["a, b", "c-virtual", "p99 of pay in shop"]
    assert gate.exit_code == 0


def test_it_is_read_as_it_was_written_and_nothing_else_is_read(tmp_path: Path) -> None:
    gate = a_gate(*Result, shard="1/2")
    (tmp_path / FILE).write_text(gate.to_json(), encoding="utf-8")
    assert read_gate(tmp_path) == gate
    assert gate.counted == (
        "of 7: 1 passed, 1 failed, 1 drifted, 1 inconclusive, 1 not compared, 1 not judged, 1 not run"
    )
    assert Gate(runs=()).counted == "of 0: nothing was run"
    for text in ("[]", "{", '{"schema_version": 2, "runs": []}'):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match="not what a gate"):
            read_gate(tmp_path)
    with pytest.raises(BadInput, match="name the folder of a gate"):
        read_gate(tmp_path / "none")
