"""The shares of several machines as one gate."""

from pathlib import Path

import pytest

from brownout_harness.gate.merging import copy_runs, merged
from brownout_harness.gate.outcome import Gate, Result
from brownout_harness.gate.place import write
from brownout_harness.problems import BadInput
from tests.harness.gate.gates import a_gate, a_run

BOTH = (Result.PASSED, Result.FAILED)


def share(folder: Path, gate: Gate) -> Path:
    write(folder, gate, {})
    for run in gate.runs:
        if run.kept:
            (folder / run.name).mkdir()
            (folder / run.name / "report.html").write_text(run.name)
    return folder


def test_all_shares_are_the_gate(tmp_path: Path) -> None:
    one = share(tmp_path / "1", a_gate(Result.PASSED, shard="1/2", whole=BOTH))
    two = share(tmp_path / "2", a_gate(Result.FAILED, shard="2/2", whole=BOTH))
    gate = merged([two, one])
    assert [each.name for each in gate.runs] == ["failed-virtual", "passed-virtual"]
    assert (gate.shard, gate.exit_code) == ("", 1)
    copy_runs([one, two], tmp_path / "out")
    assert (tmp_path / "out" / "failed-virtual" / "report.html").read_text() == "failed-virtual"


def test_a_share_that_is_missing_makes_no_green_gate(tmp_path: Path) -> None:
    one = share(tmp_path / "1", a_gate(Result.PASSED, shard="1/2"))
    other = share(tmp_path / "other", a_gate(Result.FAILED, shard="2/3"))
    whole = share(tmp_path / "whole", a_gate(Result.DRIFTED))
    with pytest.raises(BadInput, match="shard 2/2 is missing"):
        merged([one])
    two = share(tmp_path / "2", a_gate(Result.FAILED, shard="2/2"))
    with pytest.raises(BadInput, match="a shard is there twice"):
        merged([one, two, share(tmp_path / "again", a_gate(Result.NOT_RUN, shard="1/2"))])
    for wrong in ([one, other], [one, whole]):
        with pytest.raises(BadInput, match="shards of different gates"):
            merged(wrong)


def test_shares_that_do_not_make_up_the_whole_are_refused(tmp_path: Path) -> None:
    """Machines that were told to run different scenarios leave some to nobody."""
    one = share(tmp_path / "1", a_gate(Result.PASSED, shard="1/2", whole=[*BOTH, Result.DRIFTED]))
    two = share(tmp_path / "2", a_gate(Result.FAILED, shard="2/2", whole=BOTH))
    with pytest.raises(BadInput, match="drifted-virtual is in no share; run all shards with the same scenarios"):
        merged([one, two])
    write(one, a_gate(Result.PASSED, Result.DRIFTED, shard="1/2", whole=[*BOTH, Result.DRIFTED]), {})
    with pytest.raises(BadInput, match="drifted-virtual is none of the gate that shard 2/2 is of"):
        merged([one, two])
    write(one, a_gate(Result.PASSED, shard="1/2"), {})
    with pytest.raises(BadInput, match="is none of the gate that shard 1/2 is of"):
        merged([one, two])


def test_gates_of_which_only_some_were_compared_are_refused(tmp_path: Path) -> None:
    one = share(tmp_path / "1", a_gate(Result.PASSED, is_compared=True))
    two = share(tmp_path / "2", a_gate(Result.FAILED))
    for some in ([one, two], [two, one]):
        with pytest.raises(BadInput, match="only some have a baseline"):
            merged(some)


@pytest.mark.parametrize("what", ["left_out", "unmade", "few"])
def test_what_was_to_be_known_of_a_share_is_to_be_known_of_the_gate(tmp_path: Path, what: str) -> None:
    one = share(tmp_path / "1", a_gate(Result.PASSED).model_copy(update={what: ("b",)}))
    two = share(tmp_path / "2", a_gate(Result.FAILED).model_copy(update={what: ("b", "a")}))
    gate = merged([one, two])
    assert getattr(gate, what) == ("a", "b")
    assert gate.remarks


def test_a_run_that_two_have_is_refused(tmp_path: Path) -> None:
    folders = [share(tmp_path / name, Gate(runs=(a_run(),))) for name in "ab"]
    with pytest.raises(BadInput, match="is in another one, too"):
        merged(folders)


def test_a_share_whose_folder_was_not_brought_along_is_refused(tmp_path: Path) -> None:
    one = share(tmp_path / "1", a_gate(Result.PASSED))
    write(one, a_gate(Result.FAILED), {})
    with pytest.raises(BadInput, match="is it all there"):
        copy_runs([one], tmp_path / "out")
    write(one, Gate(runs=(a_run("../1", Result.FAILED, kept=True),)), {})
    with pytest.raises(BadInput, match="none of its own"):
        copy_runs([one], tmp_path / "out")
